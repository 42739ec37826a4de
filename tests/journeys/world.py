"""Who is there when a journey begins: the demo's professionals in a database of the module, and patients as needed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts, password_hash
from contact_covid.accounts.actions.login import log_in
from contact_covid.accounts.models import Account, Post
from contact_covid.accounts.queries import names_of
from contact_covid.core.rules.nir import Nir, parse
from contact_covid.demo.actions.cast import PASSWORD, load_members
from contact_covid.demo.rules.cast import CastMember, named_cast
from contact_covid.directory.actions import load_reference
from contact_covid.journal.enums import Surface
from contact_covid.people.actions import search_exactly
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.registration import Registered, register
from tests.cast import dossier, named, person

CLAIRE, KARIM = "claire.vasseur@example.org", "karim.benali@example.org"
SOPHIE, RODRIGUE = "sophie.lambert@example.org", "rodrigue.celestine@example.org"
HELENE = "helene.marchand@example.org"
DPO = "catherine.ollivier@example.org"
ADMINISTRATOR = "laurent.dumas@example.org"


LOGINS = {member.role: member.email for member in reversed(named_cast())}
"""One account of each role, by its e-mail."""
INDEX = 50_000
"""The patient zéro of the nth patient is the person of this number + n."""


@dataclass(frozen=True)
class Patient:
    """A contact known to the service; ``identity`` is what was registered."""

    identity: Identity
    fiche: UUID
    number: str
    index_fiche: UUID
    serial: int = 0

    @property
    def name(self) -> str:
        return self.identity.name

    @property
    def nir(self) -> str:
        return Nir(self.identity.nir).display()

    @property
    def searched(self) -> dict[str, str]:
        """What is typed to find this person."""
        first, *_ = self.identity.first_names.split()
        return {"nir": self.nir, "last_name": self.identity.birth_name, "first_name": first}

    @property
    def path(self) -> str:
        return f"/contact-covid/fiche/{self.fiche}/"


@dataclass
class World:
    """A database with the named professionals of the demo; each patient a test adds is a person of her own."""

    database: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _tokens: dict[str, str] = field(default_factory=dict)
    _made: dict[str, dict[str, str]] = field(default_factory=dict)

    def token(self, login: str) -> str:
        """The session of that account that the tests of the module share."""
        if login not in self._tokens:
            self._tokens[login] = self.new_token(login)
        return self._tokens[login]

    def new_token(self, login: str) -> str:
        """A session of that account for one test, which may end it."""
        return log_in(login=login, password=PASSWORD, device_token=None, now=timezone.now()).token

    def once(self, name: str, make: Callable[[str], dict[str, str]]) -> dict[str, str]:
        """What ``make`` makes of that name, in this database once."""
        if name not in self._made:
            self._made[name] = make(name)
        return self._made[name]

    def patient(self, *, at: datetime | None = None, index: Mapping[str, Any] = {}, **changes: Any) -> Patient:
        """Somebody newly named as a contact. ``changes``: of the contact (``consent``…), ``identity`` of the person."""
        now = at or timezone.now()
        number = next(self._numbers)
        identity = person(number, **changes.pop("identity", {}))
        day = timezone.localdate(now)
        contact = named(identity, **{"last_contact": day - timedelta(days=3), **changes})
        given = dossier(
            person(INDEX + number),
            contact,
            **{"onset": day - timedelta(days=4), "sampled_on": day, "result_on": day, **index},
        )
        [registered] = register(actor=REGISTRAR, dossiers=[given], now=now)
        return _patient(identity, registered, number)

    def colleague(self, of: str, *, last_name: str, email: str) -> str:
        """A second account at the place and in the role of another; returns its e-mail."""
        post = Post.objects.filter(account__email=of).order_by("id")[0]
        account = NewAccount(
            last_name=last_name,
            first_name="Dominique",
            email=email,
            password=one_hash(),
            posts=(NewPost(role=Role(post.role), practice=post.practice_id),),
        )
        create_accounts(actor=SYSTEM, accounts=[account], surface=Surface.COMMAND, now=timezone.now())
        return email

    def actor(self, login: str) -> Actor:
        """That account as the floors below know it."""
        post = Post.objects.filter(account__email=login).order_by("id")[0]
        return Actor(
            account=post.account_id,
            session=None,
            role=Role(post.role),
            practice=post.practice_id,
            assurance=Assurance.PASSWORD,
        )

    def find(self, login: str, patient: Patient) -> UUID:
        """Opens the patient's fiche to that account, as a search at the counter does; returns the look-up."""
        first, *_ = patient.identity.first_names.split()
        nir = parse(patient.identity.nir)
        return search_exactly(
            actor=self.actor(login),
            nir=nir,
            last_name=patient.identity.birth_name,
            first_name=first,
            now=timezone.now(),
        )


def _patient(identity: Identity, registered: Registered, serial: int) -> Patient:
    [fiche] = registered.contacts
    return Patient(identity, fiche.id, fiche.number, registered.index.id, serial)


REGISTRAR = replace(
    SYSTEM,
    role=Role.PHYSICIAN,
    account=UUID("0196c8a2-0009-7000-8000-000000000001"),
    practice=UUID("0196c8a2-0009-7000-8000-000000000002"),
    assurance=Assurance.PASSWORD,
)


@cache
def one_hash() -> str:
    return password_hash(PASSWORD)


def build() -> None:
    """Puts the professionals of the demo into a database that is migrated and empty."""
    now = timezone.now()
    load_reference(now=now)
    load_members(members=named_cast(), now=now)


def member(login: str) -> CastMember:
    return next(each for each in named_cast() if each.email == login)


def account_name(login: str) -> str:
    """« Mme Claire VASSEUR »."""
    account = Account.objects.get(email=login)
    return names_of({account.id})[account.id]


def as_owner(sql: str, *parameters: str | int | date | UUID) -> list[tuple[Any, ...]]:
    """Runs SQL as the owner of the tables, for what no action does (ageing a session) or to look; returns the rows."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def post_at(login: str, other: str) -> Iterator[None]:
    """That account acts from the place of another one meanwhile."""
    own, place = (Post.objects.get(account__email=email).practice_id for email in (login, other))
    posts = Post.objects.filter(account__email=login)
    posts.update(practice=place)
    yield
    posts.update(practice=own)


def new_colleague(world: World, name: str, of: str = CLAIRE) -> str:
    return world.colleague(of, last_name=name.capitalize(), email=f"{name}@example.org")
