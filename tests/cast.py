"""The named people of the tests: who stands at which counter, and patients that exist nowhere else.

Claire and Denis are pharmacists of one pharmacy, Farid of another; Béatrice and Bruno are biologists of one laboratory,
Léa of another; Paul and Paula are physicians of two surgeries. Fiches come in through ``tracing.actions.register``.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from string import ascii_lowercase
from typing import Any
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.core.rules import nir
from contact_covid.core.rules.nir import Nir
from contact_covid.people.actions import search_exactly
from contact_covid.people.enums import NirHolder, Quality, Sex
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.registration import Registered, register
from contact_covid.tracing.enums import Circumstance, Consent, TestKind
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import found_by
from contact_covid.tracing.rules.registration import Dossier, NamedContact
from tests.clock import NOW

BORN = date(1969, 5, 4)
TODAY = NOW.date()


def ident(group: int, number: int) -> UUID:
    """A fixed id: groups 1 accounts, 2 sessions, 3 practices."""
    return UUID(f"0196c8a2-000{group}-7000-8000-{number:012d}")


def professional(role: Role, number: int, practice: int, assurance: Assurance = Assurance.PASSWORD) -> Actor:
    return Actor(
        account=ident(1, number), session=ident(2, number), role=role, practice=ident(3, practice), assurance=assurance
    )


CLAIRE = professional(Role.PHARMACIST, 1, practice=1)
DENIS = professional(Role.PHARMACIST, 2, practice=1)
FARID = professional(Role.PHARMACIST, 3, practice=2)
BEATRICE = professional(Role.BIOLOGIST, 4, practice=3)
BRUNO = professional(Role.BIOLOGIST, 5, practice=3)
LEA = professional(Role.BIOLOGIST, 6, practice=4)
PAUL = professional(Role.PHYSICIAN, 7, practice=5)
PAULA = professional(Role.PHYSICIAN, 8, practice=6)
# Claire also works at Farid's pharmacy: one account, two practices.
CLAIRE_ELSEWHERE = replace(CLAIRE, session=ident(2, 9), practice=ident(3, 2))


def token(number: int) -> str:
    """Six letters that occur nowhere else, other ones for each number."""
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, len(ascii_lowercase))
        letters = ascii_lowercase[rest] + letters
    return f"zq{letters}"


def number_of(person: int, sex: str = "2", born: date = BORN) -> str:
    """The 13 characters of a NIR of commune 999, which belongs to nobody; 95,000 of them."""
    department, order = divmod(person, 999)
    return f"{sex}{born:%y%m}{department + 1:02d}999{order + 1:03d}"


def person(number: int = 1, **changes: Any) -> Identity:
    """A woman of her own; ``changes`` replaces what the test is about."""
    known: dict[str, Any] = {
        "birth_name": token(number).capitalize(),
        "first_names": f"{token(number + 400_000).capitalize()} Marie",
        "birth_date": BORN,
        "sex": Sex.FEMALE,
        "used_name": "",
        "nir": number_of(number),
        "nir_holder": NirHolder.OWN,
        "quality": Quality.INSURED,
        "phone": f"+336399{80000 + number:05d}",
        "email": f"{token(number)}@{token(number + 200_000)}.example",
        "street": f"{number} rue {token(number + 300_000).capitalize()}",
        "postcode": "93100",
        "commune": "Montreuil",
        "scheme": "01",
        "fund": "931",
        "centre": "1021",
    }
    return Identity(**known | changes)


def named(identity: Identity, **changes: Any) -> NamedContact:
    """That person named as a contact, by default of three days ago, outside the household."""
    known: dict[str, Any] = {
        "department": "93",
        "consent": Consent.AGREES,
        "last_contact": TODAY - timedelta(days=3),
        "same_household": False,
        "circumstance": Circumstance.FACE_TO_FACE,
    }
    return NamedContact(identity, **known | changes)


def dossier(index: Identity, *contacts: NamedContact, **changes: Any) -> Dossier:
    known: dict[str, Any] = {
        "department": "93",
        "consent": Consent.AGREES,
        "onset": TODAY - timedelta(days=4),
        "sampled_on": TODAY - timedelta(days=1),
        "result_on": TODAY,
        "test_kind": TestKind.PCR,
        "health_worker": False,
        "social_support": False,
    }
    return Dossier(index, contacts=contacts, **known | changes)


def enter(*dossiers: Dossier, by: Actor = PAUL, now: datetime = NOW) -> list[Registered]:
    return register(actor=by, dossiers=dossiers, now=now)


def contact(identity: Identity, *, now: datetime = NOW, index: int = 90_000, **changes: Any) -> Fiche:
    """The fiche of that person as a contact of the patient zéro number ``index``."""
    [registered] = enter(dossier(person(index), named(identity, **changes)), now=now)
    return registered.contacts[0]


def parsed(identity: Identity) -> Nir:
    return nir.parse(identity.nir)


def search(identity: Identity, *, by: Actor = CLAIRE, now: datetime = NOW, **typed: str) -> UUID:
    """The look-up of that person, as she is called on her card unless ``typed`` says otherwise."""
    words = {"last_name": identity.birth_name, "first_name": identity.first_names.split()[0]} | typed
    return search_exactly(actor=by, nir=parsed(identity), now=now, **words)


def found(identity: Identity, *, by: Actor = CLAIRE, now: datetime = NOW, **typed: str) -> list[UUID]:
    """The fiches that a search leads to."""
    return [line.sealed.fiche for line in found_by(by, search(identity, by=by, now=now, **typed), now)]


def traits(identity: Identity) -> set[bytes]:
    """What would betray the person in a dump or a page: lower case, none occurs in the service by itself."""
    words = [identity.birth_name, identity.used_name, *identity.first_names.split()[:1], identity.email]
    words += [identity.street.split()[-1], identity.nir, identity.phone[-9:]]
    return {word.lower().encode() for word in words if word}


def now_of(fiche: Fiche | UUID) -> Fiche:
    """The fiche as it is stored now."""
    return Fiche.objects.get(id=fiche.id if isinstance(fiche, Fiche) else fiche)
