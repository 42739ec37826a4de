"""The same arrivals and the same agents without the service: the queue as a pure simulation, in either order.

What differs between two orders is only who is called first, and therefore when a patient zéro is asked for her
contacts: every call ends as ``habits.outcome`` says whenever it is made. The run itself has to come to nearly what the
simulation in the order of urgency comes to.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from heapq import nsmallest

from contact_covid.core.period import PARIS
from contact_covid.demo.replay.rules.habits import (
    ARRIVALS,
    STEPS_A_DAY,
    appointment,
    begins,
    call_ends,
    outcome,
    works,
)
from contact_covid.demo.replay.rules.plan import Named, Plan, Registration, Visit, day
from contact_covid.tracing.enums import Call, Closure, FicheKind, TestResult
from contact_covid.tracing.rules.episodes import another_contact_episode, another_index_episode
from contact_covid.tracing.rules.protocol import Protocol, contact_dates
from contact_covid.tracing.rules.urgency import factors, urgent_at
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.rules.ladder import WAITING, Made, step


class Order(StrEnum):
    """Who is called next."""

    URGENCY = "urgency"
    ARRIVAL = "arrival"


@dataclass(slots=True)
class Queued:
    """A fiche of the simulation. ``told``: when the call that ended all calls ended; ``first_call``: the first try."""

    person: int
    kind: FicheKind
    created_at: datetime
    department: str
    urgent_at: datetime
    callable_from: datetime
    isolation_until: date | None = None
    last_contact: date | None = None
    same_household: bool = False
    positive: bool = False
    call: Call = Call.TO_CALL
    closure: Closure = Closure.OPEN
    made: list[Made] = field(default_factory=list)
    first_call: datetime | None = None
    told: datetime | None = None


_KEYS: Mapping[Order, Callable[[Queued], tuple[datetime, datetime, int]]] = {
    Order.URGENCY: lambda fiche: (fiche.urgent_at, fiche.created_at, fiche.person),
    Order.ARRIVAL: lambda fiche: (fiche.created_at, fiche.urgent_at, fiche.person),
}


def simulate(plan: Plan, *, agents: Mapping[str, int], rules: Callable[[date], Protocol], order: Order) -> list[Queued]:
    """Every fiche that comes of the plan. ``agents``: by département; ``rules``: those in force on a day."""
    return _Simulation(plan, agents, rules, order).run()


class _Simulation:
    def __init__(self, plan: Plan, agents: Mapping[str, int], rules: Callable[[date], Protocol], order: Order) -> None:
        self._plan = plan
        self._agents = agents
        self._rules = rules
        self._key = _KEYS[order]
        self._on_call = {each.person: each.on_call for each in plan.registrations}
        self._fiches: list[Queued] = []
        self._latest: dict[tuple[int, FicheKind], Queued] = {}
        self._waiting: dict[str, list[Queued]] = {department: [] for department in agents}

    def run(self) -> list[Queued]:
        expected: list[Registration | Visit] = [*self._plan.registrations, *self._plan.visits]
        arrivals = sorted(expected, key=lambda each: (each.moment, each.person), reverse=True)
        for number in range(self._plan.world.days + 1):
            for place in range(STEPS_A_DAY):
                claims = begins(day(number), place) + ARRIVALS
                while arrivals and arrivals[-1].moment < claims:
                    self._arrive(arrivals.pop())
                self._call(claims, place)
        return self._fiches

    def _arrive(self, arrival: Registration | Visit) -> None:
        if isinstance(arrival, Registration):
            self._index(arrival.person, arrival.moment)
            for named in arrival.at_once:
                self._contact(named, arrival.moment)
        elif arrival.result is TestResult.POSITIVE and self._plan.residents[arrival.person].identity.nir:
            known = self._latest.get((arrival.person, FicheKind.CONTACT))
            if known and known.closure is Closure.OPEN:
                known.positive = True
                self._hurry(known)

    def _index(self, person: int, now: datetime) -> None:
        known = self._known(person, FicheKind.INDEX)
        if known is None or another_index_episode(registered_at=known.created_at, now=now):
            self._new(person, FicheKind.INDEX, now)

    def _contact(self, named: Named, now: datetime) -> None:
        known = self._known(named.person, FicheKind.CONTACT)
        if (
            known
            and known.isolation_until
            and another_contact_episode(isolation_until=known.isolation_until, last_contact=named.last_contact)
        ):
            known = None
        fiche = known or self._new(named.person, FicheKind.CONTACT, now)
        fiche.last_contact = max(filter(None, (fiche.last_contact, named.last_contact)))
        fiche.same_household = fiche.same_household or named.same_household
        today = now.astimezone(PARIS).date()
        fiche.isolation_until = contact_dates(
            self._rules(today),
            last_contact=fiche.last_contact,
            same_household=fiche.same_household,
            told_on=today,
        ).isolation_until
        self._hurry(fiche)

    def _known(self, person: int, kind: FicheKind) -> Queued | None:
        known = self._latest.get((person, kind))
        return known if known and known.closure is Closure.OPEN else None

    def _new(self, person: int, kind: FicheKind, now: datetime) -> Queued:
        department = self._plan.residents[person].department
        fiche = Queued(person, kind, now, department, urgent_at(kind, now, zone=PARIS), now)
        self._fiches.append(fiche)
        self._latest[person, kind] = fiche
        self._waiting[department].append(fiche)
        return fiche

    @staticmethod
    def _hurry(fiche: Queued) -> None:
        held = factors(positive=fiche.positive, same_household=fiche.same_household)
        fiche.urgent_at = urgent_at(fiche.kind, fiche.created_at, *held, zone=PARIS)

    def _call(self, now: datetime, place: int) -> None:
        """All claim before anybody's call ends."""
        claimed = [fiche for department in self._agents for fiche in self._claimed(department, now, place)]
        for fiche in claimed:
            self._end(fiche, now)
        for department in {fiche.department for fiche in claimed}:
            still = self._waiting[department]
            self._waiting[department] = [each for each in still if _waits(each)]

    def _claimed(self, department: str, now: datetime, place: int) -> list[Queued]:
        working = sum(works(agent, place) for agent in range(self._agents[department]))
        callable_ = (fiche for fiche in self._waiting[department] if fiche.callable_from <= now)
        return nsmallest(working, callable_, key=self._key)

    def _end(self, fiche: Queued, claimed: datetime) -> None:
        plan, person, tries = self._plan, fiche.person, len(fiche.made)
        ends = call_ends(claimed, person, tries, plan.seed)
        telephone = bool(plan.residents[person].identity.phone)
        said = outcome(person, fiche.kind, tries, telephone=telephone, seed=plan.seed)
        if said is Outcome.INFORMED and fiche.kind is FicheKind.INDEX:
            for named in self._on_call.get(person, ()):
                self._contact(named, ends)
        back = appointment(ends, PARIS) if said is Outcome.CALL_BACK else None
        after = step(said, kind=fiche.kind, call=fiche.call, before=fiche.made, appointment=back, now=ends, zone=PARIS)
        fiche.made.append(Made(said, ends))
        fiche.first_call = fiche.first_call or ends
        fiche.call = after.call or fiche.call
        fiche.callable_from = after.callable_from or fiche.callable_from
        fiche.closure = Closure.CLOSED if after.closed else fiche.closure
        fiche.told = ends if said is Outcome.INFORMED else fiche.told


def _waits(fiche: Queued) -> bool:
    return fiche.closure is Closure.OPEN and fiche.call in WAITING


def told_contacts(fiches: list[Queued]) -> Iterator[tuple[int, datetime, date]]:
    """Person, when she was told, until when she isolates: of each contact who was reached."""
    for fiche in fiches:
        if fiche.kind is FicheKind.CONTACT and fiche.told and fiche.isolation_until:
            yield fiche.person, fiche.told, fiche.isolation_until
