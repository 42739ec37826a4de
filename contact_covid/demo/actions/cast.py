"""The demo professionals: their places in the directory, their accounts, all with one password."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access.actor import SYSTEM, Author
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts, password_hash
from contact_covid.accounts.actions.security_keys import load
from contact_covid.accounts.models import Account, SecurityKey
from contact_covid.accounts.rules.security_keys import NewKey
from contact_covid.core.rules.nir import parse
from contact_covid.demo.rules.cast import CastMember, local_cast, named_cast, newcomer, unregistered
from contact_covid.directory.actions import (
    load_fund_addresses,
    load_organisations,
    load_practices,
    load_professionals,
)
from contact_covid.directory.rules.entries import NewPractice
from contact_covid.directory.rules.reference import shipped
from contact_covid.journal.enums import Surface

PASSWORD = "Tandem-Bleu-2020"  # noqa: S105 - no secret: of invented people, shown by demo_accounts
UNREGISTERED_NIR, UNREGISTERED_IBAN_END = "2 85 03 99 999 042", "2042"
_LOCK = 0x64656D6F
_OF_A_FUND = (Role.PLATFORM_AGENT, Role.PLATFORM_SUPERVISOR, Role.DELEGATED_TRACER)


@dataclass(frozen=True, slots=True)
class PlacedMember:
    """A member with the ids of the directory: ``practices`` from which she acts, in the order of the places."""

    member: CastMember
    professional: UUID
    practices: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in each département: registers index cases, tests, hands masks out, calls."""

    registrars: Mapping[str, Author]
    laboratories: Mapping[str, Author]
    pharmacies: Mapping[str, Author]
    platforms: Mapping[str, Author]


@transaction.atomic
def load_cast(*, now: datetime) -> Cast:
    """Gives everyone of the demo a place and an account, those who have one aside, and a security key to
    the physician who has none; the reference must be loaded."""
    trades = [local_cast(role) for role in (Role.PHYSICIAN, Role.BIOLOGIST, Role.PHARMACIST, Role.PLATFORM_AGENT)]
    members = [*named_cast(), newcomer(), *(member for trade in trades for member in trade.values())]
    authors = load_members(members=members, now=now)
    place_members(members=[unregistered()], now=now)
    if not SecurityKey.objects.filter(practice__number=unregistered().number).exists():
        key = NewKey(unregistered().number, parse(UNREGISTERED_NIR), UNREGISTERED_IBAN_END)
        load(actor=SYSTEM, keys=[key], now=now)
    return Cast(*({code: authors[_key(member)] for code, member in trade.items()} for trade in trades))


@transaction.atomic
def load_members(*, members: Iterable[CastMember], now: datetime) -> dict[str, Author]:
    """Gives these members a place and an account, those who have one aside. Account and first place by national id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    placed = place_members(members={_key(member): member for member in members}.values(), now=now)
    accounts = _open_accounts(placed, now)
    return {_key(each.member): Author(accounts[each.professional], each.practices[0]) for each in placed}


@transaction.atomic
def place_members(*, members: Iterable[CastMember], now: datetime) -> list[PlacedMember]:
    """Creates or updates the directory rows of the members, in three batches; the reference must be loaded.

    A secretary has no place of her own where a physician of the batch has one: she acts from the physician's.
    """
    cast = list(members)
    places = [(member, place) for member in cast for place in member.places]
    addresses = {fund.code: f"caisse.{fund.code}@example.org" for fund in shipped().funds}
    load_fund_addresses(actor=SYSTEM, addresses=addresses, now=now)
    organisations = load_organisations(organisations=[place.organisation for _, place in places], now=now)
    professionals = load_professionals(professionals=[member.professional for member in cast], now=now)
    id_of = {_key(member): id_ for member, id_ in zip(cast, professionals, strict=True)}
    placed = [(member, place, where) for (member, place), where in zip(places, organisations, strict=True)]
    held = {where for member, _, where in placed if member.role == Role.PHYSICIAN}
    own = [each for each in placed if each[0].role != Role.SECRETARY or each[2] not in held]
    practices = load_practices(
        practices=[
            NewPractice(
                professional=id_of[_key(member)],
                organisation=organisation,
                name=place.organisation.name,
                number=place.number,
                street=place.organisation.street,
                postcode=place.organisation.postcode,
                commune=place.organisation.commune,
                department=place.organisation.department,
                fund=place.organisation.fund,
                convention=place.convention,
                radiology=place.radiology,
            )
            for member, place, organisation in own
        ],
        now=now,
    )
    practice_of = {(_key(member), where): id_ for (member, _, where), id_ in zip(own, practices, strict=True)}
    of_physician = {where: practice_of[_key(m), where] for m, _, where in own if m.role == Role.PHYSICIAN}
    at: dict[str, list[UUID]] = {_key(member): [] for member in cast}
    for member, _, where in placed:
        at[_key(member)].append(practice_of.get((_key(member), where)) or of_physician[where])
    return [
        PlacedMember(member, professional, tuple(at[_key(member)]))
        for member, professional in zip(cast, professionals, strict=True)
    ]


def _open_accounts(placed: Sequence[PlacedMember], now: datetime) -> dict[UUID, UUID]:
    """The account of each professional; the missing ones are made, with one hash of the one password."""
    people = [each.professional for each in placed]
    accounts = dict(Account.objects.filter(professional__in=people).values_list("professional", "id"))
    missing = [each for each in placed if each.professional not in accounts]
    if missing:
        encoded = password_hash(PASSWORD)
        new = [_account(each, encoded) for each in missing]
        made = create_accounts(actor=SYSTEM, accounts=new, surface=Surface.COMMAND, now=now)
        accounts |= {each.professional: account for each, account in zip(missing, made, strict=True)}
    return accounts


def _account(placed: PlacedMember, encoded: str) -> NewAccount:
    member = placed.member
    fund = member.fund if member.role in _OF_A_FUND else None
    region = member.region if member.role == Role.ARS_AGENT else None
    who = member.professional
    return NewAccount(
        title=who.title,
        last_name=who.last_name,
        first_name=who.first_name,
        email=member.email,
        professional=placed.professional,
        password=encoded,
        one_login=bool(member.email),
        welcomed=bool(member.email),
        posts=tuple(NewPost(member.role, practice, fund=fund, region=region) for practice in placed.practices),
    )


def _key(member: CastMember) -> str:
    return member.professional.national_id
