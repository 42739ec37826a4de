"""Professionals and structures that the directory knows and that have no account."""

from datetime import datetime, timedelta
from uuid import UUID

from contact_covid.access.actor import SYSTEM
from contact_covid.accounts.actions.security_keys import Kept, load
from contact_covid.accounts.rules.security_keys import NewKey
from contact_covid.core.ids import new_id
from contact_covid.core.rules import nir
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.directory.models import Organisation, Practice, Professional

NIR = nir.parse("2 69 05 99 999 001")
IBAN_END = "5189"


def structure(kind: OrganisationKind, number: str, now: datetime) -> Practice:
    """A structure that logs in by its own number."""
    name = f"{kind.label} du Marché"
    place = Organisation.objects.create(id=new_id(now), kind=kind, name=f"{name} {number}")
    return Practice.objects.create(
        id=new_id(now),
        organisation=place,
        number=number,
        name=name,
        street="4 place du Marché",
        postcode="93200",
        commune="Saint-Denis",
    )


def professional(
    *numbers: str,
    now: datetime,
    profession: Profession = Profession.PHYSICIAN,
    kind: OrganisationKind | None = None,
    last_name: str = "Zqmarchal",
) -> Professional:
    """Dr Inès Zqmarchal, at a place for each number; without ``kind`` the places are her own."""
    who = Professional.objects.create(
        id=new_id(now),
        national_id=f"8{new_id(now).int % 10**11:011d}",
        title="Dr",
        first_name="Inès",
        last_name=last_name,
        profession=profession,
    )
    for place, number in enumerate(numbers):  # one after the other: their ids say which came first
        add_place(who, number, kind=kind, now=now + place * timedelta(microseconds=1))
    return who


def add_place(who: Professional, number: str, *, kind: OrganisationKind | None, now: datetime) -> Practice:
    name = f"Cabinet {number}"
    place = Organisation.objects.create(id=new_id(now), kind=kind, name=f"{name}-{who.id}") if kind else None
    return Practice.objects.create(
        id=new_id(now),
        professional=who,
        organisation=place,
        number=number,
        name=name,
        street="17 rue de Madeleine Bres",
        postcode="93100",
        commune="Montreuil",
    )


def give_key(number: str, now: datetime) -> None:
    """The key of ``NIR`` and ``IBAN_END``."""
    assert load(actor=SYSTEM, keys=[NewKey(number, NIR, IBAN_END)], now=now) == [Kept.YES]


def place_of(number: str) -> UUID:
    return Practice.objects.get(number=number).id
