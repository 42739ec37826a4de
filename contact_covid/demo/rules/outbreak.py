"""The demo outbreak: the shipped template laid out over the country as often as it takes, each time with other people.

Pure: the same size, seed and day give the same outbreak. Every tile is one copy of the template (60 days, about 2,500
contact fiches); the last tile is cut so that the number of contact fiches is exact. Tiles share nothing, so that blocks
of them can be generated apart, in any order and in several processes.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta
from random import Random
from typing import Literal

from contact_covid.demo.rules.fiches import DemoCall, DemoDay, DemoIndex, DemoMasks, DemoPerson, DemoTest, NamedContact
from contact_covid.demo.rules.follow_up import FollowUp
from contact_covid.demo.rules.households import Households
from contact_covid.demo.rules.numbers import Numbers
from contact_covid.demo.rules.places import Place, france
from contact_covid.demo.rules.selection import contact_fiches, pick
from contact_covid.demo.rules.template import DAYS, Case, Naming, Person, Template, shipped_template
from contact_covid.tracing.enums import Call, Circumstance, Consent, TestResult

NamedSize = Literal["small", "20k", "1m"]
Size = NamedSize | int
SIZES: dict[NamedSize, int] = {"small": 1_000, "20k": 20_000, "1m": 1_000_000}

# The more tiles a block has the fewer statements it takes, and the fewer processes have something to do.
_TILES_A_BLOCK = 8
_FEWEST_BLOCKS = 2
_LONG = 100_000
_EARLIER_DAYS = 30
_EARLIER_TILES = 3
_TURNS_A_TILE = 512
_NUMBERS_A_TILE = 10_000
_CONSENTS = (Consent.AGREES, Consent.REFUSES, Consent.NOT_ASKED)
_CONSENT_SHARES = (62, 18, 20)
_HEALTH_WORKERS = 0.06
_OF_LAYER = {
    "household": (Circumstance.HOUSEHOLD,),
    "school": (Circumstance.CLASS,),
    "work": (Circumstance.CLOSED_SPACE, Circumstance.FACE_TO_FACE),
    "community": (Circumstance.FACE_TO_FACE, Circumstance.CLOSED_SPACE, Circumstance.CARE),
}

_Event = DemoIndex | DemoTest | DemoCall | DemoMasks


def wanted_contacts(size: Size) -> int:
    """Its number of contact fiches."""
    return SIZES[size] if isinstance(size, str) else size


def days(size: Size) -> int:
    """How many days before loading the outbreak began: a long one has a third of its tiles begin up to 30 days before
    the others."""
    return DAYS + (_EARLIER_DAYS if wanted_contacts(size) >= _LONG else 0)


def blocks(size: Size) -> range:
    """The numbers of the blocks."""
    return range(-(-_tiles(size) // _tiles_a_block(size)))


def generate(size: Size, *, seed: int, today: date) -> Iterator[DemoDay]:
    """The days of an outbreak of ``size`` contact fiches, block by block, each block from its oldest day to yesterday.

    ``size``: a name of ``SIZES`` or a number of contact fiches. ``today``: day of loading, which ages and dates count
    back from.
    """
    for block in blocks(size):
        yield from generate_block(size, block, seed=seed, today=today)


def generate_block(size: Size, block: int, *, seed: int, today: date) -> Iterator[DemoDay]:
    """The days of one block."""
    template, tiles, long = shipped_template(), _tiles(size), days(size) > DAYS
    a_tile, a_block = contact_fiches(template.cases), _tiles_a_block(size)
    events: list[tuple[date, _Event]] = []
    for tile in range(block * a_block, min((block + 1) * a_block, tiles)):
        dice = Random(f"{seed}/{tile}")  # noqa: S311 - a reproducible outbreak, not a secret
        cases = pick(template, min(a_tile, wanted_contacts(size) - tile * a_tile), dice)
        earlier = _earlier(tile) if long else 0
        events += _Tile(template, cases, tile, Numbers(dealer=tile, dealers=tiles), dice, today, earlier).events()
    yield from _days(block, events, today, days(size))


def _tiles(size: Size) -> int:
    return -(-wanted_contacts(size) // contact_fiches(shipped_template().cases))


def _tiles_a_block(size: Size) -> int:
    """A matter of the size only: who goes on with a load finds the same blocks."""
    return min(_TILES_A_BLOCK, -(-_tiles(size) // _FEWEST_BLOCKS))


def _earlier(tile: int) -> int:
    """How many days before the others a tile of a long outbreak begins and ends."""
    turn, of_three = divmod(tile, _EARLIER_TILES)
    return 1 + turn % _EARLIER_DAYS if of_three == _EARLIER_TILES - 1 else 0


def _days(block: int, events: list[tuple[date, _Event]], today: date, back: int) -> Iterator[DemoDay]:
    by_day: dict[date, list[_Event]] = {}
    for day, event in events:
        by_day.setdefault(day, []).append(event)
    for days_ago in range(back, 0, -1):
        day = today - timedelta(days=days_ago)
        found = sorted(by_day.pop(day, ()), key=lambda event: event.at)
        yield DemoDay(
            block=block,
            day=day,
            tests=tuple(e for e in found if isinstance(e, DemoTest)),
            index_cases=tuple(e for e in found if isinstance(e, DemoIndex)),
            calls=tuple(e for e in found if isinstance(e, DemoCall)),
            masks=tuple(e for e in found if isinstance(e, DemoMasks)),
        )


class _Tile:
    """One copy of the template: its people, places and what happened to them; it ends ``earlier`` than the others."""

    def __init__(
        self,
        template: Template,
        cases: tuple[Case, ...],
        number: int,
        numbers: Numbers,
        dice: Random,
        today: date,
        earlier: int,
    ) -> None:
        self._template = template
        self._cases = cases
        self._counter = Counter({"fiche": number * _NUMBERS_A_TILE, "person": number * _NUMBERS_A_TILE})
        self._dice = dice
        self._end = today - timedelta(days=earlier)
        self._turn = number * _TURNS_A_TILE
        self._members: dict[int, list[Person]] = {}
        for person in template.people.values():
            self._members.setdefault(person.household, []).append(person)
        self._households = Households(self._members, numbers, dice, today)
        self._people: dict[int, DemoPerson] = {}
        self._consents: dict[int, Consent] = {}
        self._fiches: dict[tuple[int, int], int] = {}
        self._mentions = Counter(naming.contact for case in cases for naming in case.namings)
        self._latest: dict[int, tuple[int, Naming]] = {}
        self._follow_up = FollowUp(dice, today - timedelta(days=1))
        self._ill = {case.person for case in cases}
        self._moments = self._registrations()

    def events(self) -> Iterator[tuple[date, _Event]]:
        for case in self._cases:
            yield from self._case(case)

    def _case(self, case: Case) -> Iterator[tuple[date, _Event]]:
        registered = self._day(case.result)
        place = self._settle(self._template.people[case.person].household, None)
        person = self._people[case.person]
        was_contact = self._latest.get(case.person)
        kind, at = self._follow_up.kind(), self._moments[case.result].pop()
        if was_contact:
            fiche, sampled = was_contact[0], self._day(case.sampled)
            yield registered, DemoTest(fiche, kind, sampled, registered, TestResult.POSITIVE, place.department, at)
        health_worker = (
            self._template.people[case.person].age in range(20, 65) and self._dice.random() < _HEALTH_WORKERS
        )
        index = DemoIndex(
            fiche=self._next("fiche"),
            person=person,
            consent=self._consent(case.person),
            onset=None if case.onset is None else self._day(case.onset),
            sampled_on=self._day(case.sampled),
            result_on=registered,
            test_kind=kind,
            health_worker=health_worker,
            social_support=self._dice.random() < 0.04,
            registrar=place.department,
            at=at,
            was_contact=was_contact[0] if was_contact else None,
            contacts=tuple(self._contact(naming, place) for naming in case.namings),
        )
        yield registered, index
        yield from self._follow_up.call(index.fiche, person.identity.fund, registered, done=Call.INTERVIEWED)
        for naming, contact in zip(case.namings, index.contacts, strict=True):
            if contact.new:
                yield from self._after(contact, registered, falls_ill=naming.contact in self._ill)

    def _after(self, contact: NamedContact, registered: date, *, falls_ill: bool) -> Iterator[tuple[date, _Event]]:
        yield from self._follow_up.call(contact.fiche, contact.person.identity.fund, registered, done=Call.INFORMED)
        yield from self._follow_up.masks(contact, registered)
        if not falls_ill:
            yield from self._follow_up.test(contact, registered)

    def _contact(self, naming: Naming, near: Place) -> NamedContact:
        key = (naming.contact, naming.episode)
        new = key not in self._fiches
        if new:
            self._fiches[key] = self._next("fiche")
        self._latest[naming.contact] = (self._fiches[key], naming)
        self._settle(self._template.people[naming.contact].household, near)
        return NamedContact(
            fiche=self._fiches[key],
            new=new,
            person=self._people[naming.contact],
            consent=self._consent(naming.contact),
            last_contact=self._day(naming.last_contact),
            same_household=naming.layer == "household",
            circumstance=self._dice.choice(_OF_LAYER[naming.layer]),
        )

    def _settle(self, household: int, near: Place | None) -> Place:
        """The home of a household: where it is already, near those who named it, or the next turn of the country."""
        if settled := self._households.place_of(household):
            return settled
        if near is None:
            place = france().home(france().spread(self._turn), self._dice)
            self._turn += 1
        else:
            place = france().near(near, self._dice)
        self._households.move_in(household, place)
        findable = {p.id for p in self._members[household] if p.id in self._ill or self._mentions[p.id] > 1}
        for person, identity in self._households.people(household, findable).items():
            self._people[person] = DemoPerson(self._next("person"), identity, place.department)
        return place

    def _registrations(self) -> dict[int, list[time]]:
        """The moments of each day's registrations, the last first: cases come in the order of the template."""
        moments: dict[int, list[time]] = {}
        for case in self._cases:
            moments.setdefault(case.result, []).append(self._follow_up.moment())
        return {day: sorted(times, reverse=True) for day, times in moments.items()}

    def _consent(self, person: int) -> Consent:
        if person not in self._consents:
            self._consents[person] = self._dice.choices(_CONSENTS, _CONSENT_SHARES)[0]
        return self._consents[person]

    def _day(self, offset: int) -> date:
        return self._end + timedelta(days=offset)

    def _next(self, kind: str) -> int:
        self._counter[kind] += 1
        return self._counter[kind]
