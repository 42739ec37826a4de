"""What will happen, whoever is called when: the people of a world with names and homes, who is registered when, which
laboratories find what. Pure: the same world gives the same plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from contact_covid.demo.replay.rules.draws import chance
from contact_covid.demo.replay.rules.habits import ARRIVALS, STEPS_A_DAY, begins
from contact_covid.demo.replay.rules.world import Infection, Naming, World
from contact_covid.demo.rules.households import Households
from contact_covid.demo.rules.numbers import Numbers
from contact_covid.demo.rules.places import france
from contact_covid.demo.rules.template import Person
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import Circumstance, Consent, TestKind, TestResult

FIRST_DAY = date(2020, 5, 13)
DEPARTMENTS = {"93": 2, "94": 1}
"""Where the people live, and how many of three of them."""
_NAMED_AT_ONCE = 0.5
_REGISTERED_FROM, _REGISTERED_UNTIL = 2, STEPS_A_DAY - 3
_RESULTS_UNTIL = 2
_CONSENTS = ((0.62, Consent.AGREES), (0.80, Consent.REFUSES), (1.0, Consent.NOT_ASKED))
_CIRCUMSTANCES = {
    "household": (Circumstance.HOUSEHOLD,),
    "school": (Circumstance.CLASS,),
    "work": (Circumstance.CLOSED_SPACE, Circumstance.FACE_TO_FACE),
    "community": (Circumstance.FACE_TO_FACE, Circumstance.CLOSED_SPACE, Circumstance.CARE),
}


@dataclass(frozen=True, slots=True)
class Resident:
    """A person with a name. ``department``: where she lives."""

    identity: Identity
    department: str
    consent: Consent


@dataclass(frozen=True, slots=True)
class Named:
    """A contact as she is named."""

    person: int
    last_contact: date
    same_household: bool
    circumstance: Circumstance


@dataclass(frozen=True, slots=True)
class Registration:
    """A diagnosed person whom her physician registers, number ``physician`` of her département. ``at_once``: those he
    notes; ``on_call``: those of whom the platform hears."""

    person: int
    moment: datetime
    physician: int
    onset: date | None
    sampled_on: date
    result_on: date
    test_kind: TestKind
    at_once: tuple[Named, ...]
    on_call: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a counter, laboratory or pharmacy. ``masks``: their number; else a test."""

    person: int
    moment: datetime
    sampled_on: date | None = None
    result: TestResult | None = None
    masks: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """``visits``: of people named before who turn out to be ill; ``registrations`` and they are in order of time.
    ``infected``: whoever ever is, diagnosed or not."""

    world: World
    residents: Mapping[int, Resident]
    registrations: tuple[Registration, ...]
    visits: tuple[Visit, ...]
    infected: frozenset[int]

    @property
    def seed(self) -> int:
        return self.world.seed

    @property
    def last_day(self) -> date:
        return day(self.world.days)


def day(number: int) -> date:
    """The date of a day of the world."""
    return FIRST_DAY + timedelta(days=number)


def plan(world: World) -> Plan:
    namings: dict[int, list[Naming]] = {}
    for naming in world.namings:
        namings.setdefault(naming.index, []).append(naming)
    cases = [infection for infection in world.infections if infection.result is not None]
    registrations = [_registration(world, case, namings.get(case.person, [])) for case in cases]
    first_named: dict[int, datetime] = {}
    for registration in sorted(registrations, key=lambda each: each.moment):
        for named in (*registration.at_once, *registration.on_call):
            first_named.setdefault(named.person, registration.moment)
    visits = [
        visit
        for case in cases
        if case.person in first_named
        for visit in _visits(world, case)
        if visit.moment > first_named[case.person]
    ]
    return Plan(
        world,
        _residents(world, {case.person for case in cases} | {naming.contact for naming in world.namings}),
        tuple(sorted(registrations, key=lambda each: (each.moment, each.person))),
        tuple(sorted(visits, key=lambda each: (each.moment, each.person))),
        frozenset(infection.person for infection in world.infections),
    )


def department_of(world: World, household: int) -> str:
    turn = chance(world.seed, household, "home") * sum(DEPARTMENTS.values())
    return next(code for code, upto in _UPTO if turn < upto)


_UPTO = [(code, sum(list(DEPARTMENTS.values())[: place + 1])) for place, code in enumerate(DEPARTMENTS)]


def moment(number: int, step: int, *about: int | str) -> datetime:
    """A moment within the arrivals of a step of day ``number``."""
    return begins(day(number), step) + timedelta(seconds=int(chance(*about, "second") * ARRIVALS.total_seconds()))


def _registration(world: World, case: Infection, namings: list[Naming]) -> Registration:
    about = (world.seed, case.person, "registered")
    result = case.result or 0
    sampled = result - 1 if case.sampled is None else case.sampled
    step = _REGISTERED_FROM + int(chance(*about) * (_REGISTERED_UNTIL - _REGISTERED_FROM))
    named = [_named(world, naming) for naming in namings]
    at_once = {each.person for each in named if each.same_household or _noted(world, case.person, each.person)}
    return Registration(
        person=case.person,
        moment=moment(result, step, *about),
        physician=int(chance(*about, "physician") * 2**16),
        onset=None if case.onset is None else day(case.onset),
        sampled_on=day(sampled),
        result_on=day(result),
        test_kind=TestKind.PCR,
        at_once=tuple(each for each in named if each.person in at_once),
        on_call=tuple(each for each in named if each.person not in at_once),
    )


def _noted(world: World, case: int, contact: int) -> bool:
    return chance(world.seed, case, contact, "noted") < _NAMED_AT_ONCE


def _named(world: World, naming: Naming) -> Named:
    kinds = _CIRCUMSTANCES[naming.layer]
    drawn = int(chance(world.seed, naming.index, naming.contact, "circumstance") * len(kinds))
    return Named(naming.contact, day(naming.last_contact), naming.layer == "household", kinds[drawn])


def _visits(world: World, case: Infection) -> list[Visit]:
    """The test that makes a contact a case, as her laboratory records it: sampled, then positive before the physician
    registers her."""
    result, about = case.result or 0, (world.seed, case.person, "sampled")
    sampled = result - 1 if case.sampled is None else case.sampled
    step = _RESULTS_UNTIL + int(chance(*about) * (STEPS_A_DAY - _RESULTS_UNTIL))
    found = int(chance(*about, "result") * _RESULTS_UNTIL)
    return [
        Visit(case.person, moment(sampled, step, *about), day(sampled), TestResult.PENDING),
        Visit(case.person, moment(result, found, *about, "result"), day(sampled), TestResult.POSITIVE),
    ]


def _residents(world: World, wanted: set[int]) -> dict[int, Resident]:
    """Names and homes, household by household."""
    members: dict[int, list[Person]] = {}
    for person in world.people.values():
        if person.id in wanted:
            members.setdefault(person.household, []).append(person)
    dice = Random(f"replay/{world.seed}")  # noqa: S311 - reproducible people, not a secret
    households = Households(members, Numbers(dealer=0, dealers=1), dice, FIRST_DAY)
    residents: dict[int, Resident] = {}
    for household, people in members.items():
        department = department_of(world, household)
        households.move_in(household, france().home(department, dice))
        findable = {person.id for person in people}
        for id_, identity in households.people(household, findable).items():
            residents[id_] = Resident(identity, department, _consent(world, id_))
    return residents


def _consent(world: World, person: int) -> Consent:
    drawn = chance(world.seed, person, "consent")
    return next(consent for upto, consent in _CONSENTS if drawn < upto)
