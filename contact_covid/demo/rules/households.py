"""Identities of demo people, household by household: shared surname and address, children under a parent's NIR."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from msgspec.structs import replace

from contact_covid.core.rules.text import fold
from contact_covid.demo.rules.names import shipped_names
from contact_covid.demo.rules.numbers import LANDLINES, MOBILE, Numbers
from contact_covid.demo.rules.places import Affiliation, Place, france
from contact_covid.demo.rules.template import Person
from contact_covid.people.enums import NirHolder, Quality, Sex
from contact_covid.people.rules.identity import Identity

ADULT = 18
_OWN_NUMBER = 16
_COUPLE_GAP = 16
_MAIL = ("example.org", "example.org", "example.net", "example.com")


@dataclass(slots=True)
class _Home:
    """What the members share. ``nir`` and ``phone`` are the head's; either may be empty."""

    surname: str
    place: Place
    affiliation: Affiliation
    landline: str
    head: Person | None
    nir: str
    phone: str
    given: set[str]
    births: dict[int, date]


class Households:
    """Invents the people of one tile, who get its ``numbers``."""

    def __init__(self, members: dict[int, list[Person]], numbers: Numbers, dice: Random, today: date) -> None:
        self._members = members
        self._numbers = numbers
        self._dice = dice
        self._today = today
        self._homes: dict[int, _Home] = {}

    def move_in(self, household: int, place: Place) -> None:
        """Gives a household its home; its head is the first adult, or one who is not in the outbreak."""
        dice = self._dice
        adults = [p for p in self._members[household] if p.age >= ADULT]
        zone = france().zone(place.department)
        home = _Home(
            surname=shipped_names().surname(dice),
            place=place,
            affiliation=france().affiliation(place.department, dice),
            landline=self._numbers.phone(LANDLINES[zone]) if dice.random() < 0.6 else "",
            head=adults[0] if adults else None,
            nir="",
            phone="",
            given=set(),
            births={},
        )
        self._homes[household] = home
        if not adults:
            sex = dice.choice("FM")
            youngest = min(p.age for p in self._members[household])
            home.nir = self._nir(sex, self._birth_date(youngest + 30), home)
            home.phone = self._phone(home)

    def place_of(self, household: int) -> Place | None:
        home = self._homes.get(household)
        return home.place if home else None

    def people(self, household: int, findable: set[int]) -> dict[int, Identity]:
        """The identities of all members by template id. ``findable``: those that must have a NIR or a telephone."""
        home = self._homes[household]
        members = sorted(self._members[household], key=lambda p: (p is not home.head, -p.age, p.id))
        return {person.id: self._identity(person, home, findable=person.id in findable) for person in members}

    def _identity(self, person: Person, home: _Home, *, findable: bool) -> Identity:
        dice = self._dice
        born = self._born(person, home)
        birth_name, used_name = self._surnames(person, home)
        identity = Identity(
            birth_name=birth_name,
            used_name=used_name,
            first_names=self._given(person, home),
            birth_date=born,
            sex=Sex(person.sex),
            street=home.place.street,
            postcode=home.place.postcode,
            commune=home.place.commune,
        )
        if person.age < _OWN_NUMBER or (person.age < ADULT and dice.random() < 0.5):
            return _with(identity, home, home.affiliation, phone=home.phone, child=True)
        moved = person is not home.head and dice.random() < 0.25
        affiliation = france().affiliation(home.place.department, dice) if moved else home.affiliation
        phone = self._phone(home)
        nir = "" if dice.random() < 0.03 else self._nir(person.sex, born, home)
        if findable and not nir and not phone:
            phone = self._numbers.phone(MOBILE)
        if person is home.head:
            home.nir, home.phone = nir or self._nir(person.sex, born, home), phone or home.landline
        known = _with(identity, home, affiliation, phone=phone, child=False)
        return replace(known, nir=nir, email=self._email(identity))

    def _born(self, person: Person, home: _Home) -> date:
        """Children of one home and age are twins."""
        if person.age >= ADULT:
            return self._birth_date(person.age)
        if person.age not in home.births:
            home.births[person.age] = self._birth_date(person.age)
        return home.births[person.age]

    def _birth_date(self, age: int) -> date:
        year = self._today.year - age
        birthday = self._today.replace(year=year, day=min(self._today.day, 28))
        return birthday - timedelta(days=self._dice.randint(3, 360))

    def _surnames(self, person: Person, home: _Home) -> tuple[str, str]:
        """Birth name, used name or ""."""
        dice, names = self._dice, shipped_names()
        head = home.head
        if head is None or person.age < ADULT:
            return home.surname, ""
        if person is head:
            married = person.sex == "F" and person.age > 24 and dice.random() < 0.2
            return (names.surname(dice), home.surname) if married else (home.surname, "")
        if person.sex != head.sex and abs(person.age - head.age) < _COUPLE_GAP:
            return names.surname(dice), home.surname if person.sex == "F" and dice.random() < 0.6 else ""
        return home.surname, ""

    def _given(self, person: Person, home: _Home) -> str:
        """First names whose first one nobody else in the home has."""
        while True:
            drawn = shipped_names().first_names(person.sex, person.age, self._dice)
            first = fold(drawn.split()[0])
            if first not in home.given:
                home.given.add(first)
                return drawn

    def _phone(self, home: _Home) -> str:
        draw = self._dice.random()
        if draw < 0.07:
            return ""
        return home.landline if draw < 0.5 and home.landline else self._numbers.phone(MOBILE)

    def _nir(self, sex: str, born: date, home: _Home) -> str:
        return self._numbers.nir(sex, born, home.place.department, self._dice)

    def _email(self, identity: Identity) -> str:
        dice = self._dice
        if dice.random() < 0.45:
            return ""
        words = f"{identity.first_names.split()[0]} {identity.used_name or identity.birth_name}"
        local = fold(words).lower().replace(" ", ".")
        return f"{local}{dice.randint(1, 999)}@{dice.choice(_MAIL)}"


def _with(identity: Identity, home: _Home, affiliation: Affiliation, *, phone: str, child: bool) -> Identity:
    return replace(
        identity,
        phone=phone,
        nir=home.nir if child else "",
        nir_holder=NirHolder.INSURED if child and home.nir else NirHolder.OWN,
        quality=Quality.BENEFICIARY if child else Quality.INSURED,
        scheme=affiliation.scheme,
        fund=affiliation.fund,
        centre=affiliation.centre,
    )
