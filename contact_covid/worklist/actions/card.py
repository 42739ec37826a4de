"""The card of the person an agent calls: one a person, whatever the exposures. The journal tells who was shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.accounts.queries import names_of
from contact_covid.core.keyring import ring
from contact_covid.directory.queries import zone_of
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.dating import told_today
from contact_covid.tracing.enums import Circumstance, Closure, Consent, FicheKind, Spoken, State
from contact_covid.tracing.models import Exposure, Fiche, Test
from contact_covid.tracing.queries import exposures_of, keeps, may_be_named, reaches, sealed_value
from contact_covid.tracing.rules.call_hours import open_at
from contact_covid.tracing.rules.urgency import Bonus, deadline, held, rules
from contact_covid.worklist.actions.outcomes import NOTE_CONTEXT
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Attempt, Lease
from contact_covid.worklist.queries import LeaseNotFound, attempts_of, lease_of, refuse_ended, speaks

_MOST_AROUND = 100
# Whoever exposed the patient zéro of an exposure, when she was a contact herself.
_THROUGH = ArraySubquery(
    Exposure.objects.filter(contact_fiche=OuterRef("index_fiche__index_case__was_contact"))
    .exclude(index_fiche__closure=Closure.CANCELLED)
    .order_by("-last_contact", "id")
    .values("index_fiche__number")
)


@dataclass(frozen=True, slots=True)
class ExposureSeen:
    """Through whom the person was exposed: ``index`` only when that patient zéro agrees to be named.

    ``through``: numbers of the fiches that had exposed that patient zéro, when she was a contact herself.
    """

    last_contact: date
    same_household: bool
    circumstance: Circumstance
    number: str
    index: Identity | None
    through: Sequence[str]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody exposed to the same patient zéro. No ``identity``: refuses to be named, or is nobody whom this agent's
    platform or organisation calls."""

    fiche: UUID
    number: str
    state: State
    same_household: bool
    identity: Identity | None


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    """A call made before; ``by`` is the agent's name, empty when the account is gone."""

    at: datetime
    by: str
    outcome: Outcome
    note: str
    call_back_at: datetime | None
    second: bool


@dataclass(frozen=True, slots=True)
class Urgency:
    """Why the person is called now: by when she should be, and what puts her before others."""

    deadline: datetime
    bonuses: Sequence[Bonus]


@dataclass(frozen=True, slots=True)
class Card:
    """All that an agent needs to call one person. ``fiche`` has its ``contact`` or ``index_case``: isolation and test
    dates as the protocol makes them today, or as she was told them. ``around``: the household of a contact, of a
    patient zéro everybody she named. ``proposed``: who lives with a patient zéro, by her fiche as a contact, and was
    not named. ``test``: that of the last sampling, None when none was done. ``interpreter``: her language when this
    agent does not speak it."""

    lease: Lease
    fiche: Fiche
    identity: Identity
    zone: ZoneInfo
    open_now: bool
    urgency: Urgency
    exposures: Sequence[ExposureSeen]
    around: Sequence[Member]
    proposed: Sequence[Member]
    attempts: Sequence[AttemptSeen]
    test: Test | None
    interpreter: Spoken | None


def open_card(*, actor: Actor, lease: UUID, now: datetime) -> Card:
    """The person whom the lease gives to this account, expired or not. The reading is in the journal, in one row.

    Eight statements at most. Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``, ``LeaseTakenOver``.
    """
    check(actor, Permission.CALL_RECORD)
    held = _held(actor, lease, now)
    fiche = held.fiche
    exposures, around = _exposures(fiche), _around(fiche)
    proposed = _proposed(fiche, around)
    told = {found.id for found in exposures if may_be_named(actor, found)}
    people = {held.fiche_id: _sealed(fiche, held.sealed)}
    people |= {
        found.index_fiche_id: _sealed(found.index_fiche, found.sealed) for found in exposures if found.id in told
    }
    people |= {
        member.contact_fiche_id: _sealed(member.contact_fiche, member.sealed)
        for member in (*around, *proposed)
        if _may_be_shown(actor, member, now)
    }
    identities = reveal(actor, list(people.values()), purpose=Purpose.TRACING, now=now)
    zone = zone_of(fiche.department)
    if fiche.kind == FicheKind.CONTACT:
        fiche.contact = told_today(fiche, now)
    return Card(
        lease=held,
        fiche=fiche,
        identity=identities[fiche.id],
        zone=zone,
        open_now=open_at(now, zone),
        urgency=_urgency(fiche, zone),
        exposures=[_exposure(found, identities if found.id in told else {}) for found in exposures],
        around=_members(actor, around, identities, now),
        proposed=_members(actor, proposed, identities, now),
        attempts=_attempts(fiche),
        test=Test.objects.filter(fiche=fiche, superseded_at=None, done=True).order_by("-done_on", "-sampling").first(),
        interpreter=_interpreter(actor, Spoken(fiche.language)),
    )


def household_of(*, actor: Actor, lease: UUID, now: datetime) -> list[Identity]:
    """Whom a patient zéro has named so far of her household, those that the card names: their reading is in the
    journal, in one row.

    Raises ``Denied``, ``LeaseNotFound``.
    """
    check(actor, Permission.CONTACTS_NAME)
    index = lease_of(actor, lease, now).fiche_id
    members = _people(Exposure.objects.filter(index_fiche=index, same_household=True), index)
    named = [_sealed(each.contact_fiche, each.sealed) for each in members if _may_be_shown(actor, each, now)]
    identities = reveal(actor, named, purpose=Purpose.TRACING, now=now)
    return [identities[each.fiche] for each in named]


def _held(actor: Actor, lease: UUID, now: datetime) -> Any:
    found = (
        Lease.objects.filter(id=lease, account=actor.author.account)
        .select_related("fiche", "fiche__contact", "fiche__index_case", "fiche__health")
        .annotate(sealed=sealed_value("fiche_id"))
        .first()
    )
    if found is None or not keeps(actor, found.fiche, now):
        raise LeaseNotFound
    refuse_ended(found)
    return found


def _exposures(fiche: Fiche) -> list[Any]:
    """Those of a contact, see ``ExposureSeen``; those of a patient zéro stay on her fiche as a contact."""
    return [] if fiche.kind == FicheKind.INDEX else list(exposures_of(fiche.id).annotate(through=_THROUGH))


def _around(fiche: Fiche) -> list[Any]:
    """Exposures of others, one a person, each with the contact's sealed identity: see ``Card``."""
    if fiche.kind == FicheKind.INDEX:
        return _people(Exposure.objects.filter(index_fiche=fiche), fiche.id)
    return _people(_household(fiche.id), fiche.id)


def _proposed(fiche: Fiche, around: Sequence[Any]) -> list[Any]:
    """Who lives with a patient zéro, as the exposures of her fiche as a contact say; see ``Card``."""
    if fiche.kind != FicheKind.INDEX or fiche.index_case.was_contact_id is None:
        return []
    was = fiche.index_case.was_contact_id
    named = {member.contact_fiche_id for member in around}
    return [each for each in _people(_household(was), was) if each.contact_fiche_id not in named]


def _household(contact: UUID) -> QuerySet[Exposure]:
    """Exposures in the household by the same patients zéro."""
    mine = Exposure.objects.filter(contact_fiche=contact, same_household=True)
    return Exposure.objects.filter(index_fiche__in=mine.values("index_fiche"), same_household=True)


def _people(shared: QuerySet[Exposure], but: UUID) -> list[Any]:
    found = shared.exclude(contact_fiche=but).exclude(contact_fiche__closure=Closure.CANCELLED)
    found = found.select_related("contact_fiche").annotate(sealed=sealed_value("contact_fiche"))
    return list(
        {each.contact_fiche_id: each for each in found.order_by("-same_household", "id")[:_MOST_AROUND]}.values()
    )


def _may_be_shown(actor: Actor, exposure: Exposure, now: datetime) -> bool:
    """Whether the person is named: not if she refuses, not beyond the area, or what is delegated, unless this platform
    or organisation has recorded her."""
    fiche = exposure.contact_fiche
    ours = reaches(actor, fiche, now) or actor.author.practice == exposure.author_practice
    return ours and fiche.consent != Consent.REFUSES


def _sealed(fiche: Fiche, value: bytes) -> Sealed:
    return Sealed(fiche.id, fiche.number, value)


def _exposure(exposure: Any, identities: Mapping[UUID, Identity]) -> ExposureSeen:
    return ExposureSeen(
        last_contact=exposure.last_contact,
        same_household=exposure.same_household,
        circumstance=Circumstance(exposure.circumstance),
        number=exposure.index_fiche.number,
        index=identities.get(exposure.index_fiche_id),
        through=exposure.through,
    )


def _members(actor: Actor, found: Sequence[Any], identities: Mapping[UUID, Identity], now: datetime) -> list[Member]:
    return [_member(each, identities if _may_be_shown(actor, each, now) else {}) for each in found]


def _member(exposure: Exposure, identities: Mapping[UUID, Identity]) -> Member:
    fiche = exposure.contact_fiche
    return Member(fiche.id, fiche.number, State(fiche.state), exposure.same_household, identities.get(fiche.id))


def _attempts(fiche: Fiche) -> list[AttemptSeen]:
    made = list(attempts_of(fiche.id))
    names = names_of({attempt.account for attempt in made})
    return [
        AttemptSeen(
            at=attempt.at,
            by=names.get(attempt.account, ""),
            outcome=Outcome(attempt.outcome),
            note=_note(attempt),
            call_back_at=attempt.call_back_at,
            second=attempt.second,
        )
        for attempt in made
    ]


def _note(attempt: Attempt) -> str:
    return ring().open(attempt.note, context=f"{NOTE_CONTEXT}{attempt.id}").decode()


def _interpreter(actor: Actor, language: Spoken) -> Spoken | None:
    if language is Spoken.FRENCH or speaks(actor, language):
        return None
    return language


def _urgency(fiche: Fiche, zone: ZoneInfo) -> Urgency:
    by = deadline(fiche.disease, FicheKind(fiche.kind), fiche.counts_from, zone)
    return Urgency(by, [rules(fiche.disease).bonuses[factor] for factor in held(fiche.factors)])
