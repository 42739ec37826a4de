"""The same arrivals and the same agents without the service: the queue as a pure simulation, in each order.

What differs between two orders is only who is called first, and therefore when a patient zéro is asked for her
contacts: every call ends as ``habits.outcome`` says whenever it is made. The run itself has to come to nearly what the
simulation in the order of urgency comes to.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from heapq import heappop, heappush
from typing import NamedTuple

from contact_covid.core.diseases import usual
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
from contact_covid.tracing.enums import Call, ClosureReason, FicheKind, TestResult
from contact_covid.tracing.rules.dates import ContactFacts, contact_dates
from contact_covid.tracing.rules.episodes import another_contact_episode, another_index_episode
from contact_covid.tracing.rules.protocol import Protocol
from contact_covid.tracing.rules.states import WAITING
from contact_covid.tracing.rules.urgency import Factor, held, is_aged, is_collective, told, urgent_at
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.rules.ladder import Made, step


class Order(StrEnum):
    """Who is called next: as the service has it; by its targets without its bonuses, but for that of a positive test,
    which is the law's; or first come first served."""

    URGENCY = "urgency"
    TARGETS = "targets"
    ARRIVAL = "arrival"


@dataclass(slots=True)
class Queued:
    """A fiche of the simulation. ``told``: when the call that ended all calls ended; ``first_call``: the first try;
    ``place``: that of her latest entry in the queue, earlier ones count no more."""

    person: int
    kind: FicheKind
    created_at: datetime
    department: str
    urgent_at: datetime
    callable_from: datetime
    isolation_until: date | None = None
    followed_until: date | None = None
    last_contact: date | None = None
    same_household: bool = False
    factors: str = ""
    call: Call = Call.TO_CALL
    closed: ClosureReason | None = None
    made: list[Made] = field(default_factory=list)
    first_call: datetime | None = None
    told: datetime | None = None
    place: int = 0

    @property
    def awaited(self) -> bool:
        """Whether she is, or was, to be called."""
        return self.first_call is not None or self.closed is None


class _Entry(NamedTuple):
    """A fiche in a queue; no two have the same ``place``."""

    key: tuple[datetime, ...]
    place: int
    fiche: Queued


def _by_targets(fiche: Queued) -> tuple[datetime, ...]:
    factors = [factor for factor in held(fiche.factors) if factor is Factor.POSITIVE]
    return urgent_at(usual(), fiche.kind, fiche.created_at, *factors, zone=PARIS), fiche.created_at


KEYS: Mapping[Order, Callable[[Queued], tuple[datetime, ...]]] = {
    Order.URGENCY: lambda fiche: (fiche.urgent_at, fiche.created_at),
    Order.TARGETS: _by_targets,
    Order.ARRIVAL: lambda fiche: (fiche.created_at, fiche.urgent_at),
}
"""The least is called first."""


def simulate(plan: Plan, *, agents: Mapping[str, int], rules: Callable[[date], Protocol], order: Order) -> list[Queued]:
    """Every fiche that comes of the plan. ``agents``: by département; ``rules``: those in force on a day."""
    return _Simulation(plan, agents, rules, order).run()


class _Simulation:
    def __init__(self, plan: Plan, agents: Mapping[str, int], rules: Callable[[date], Protocol], order: Order) -> None:
        self._plan = plan
        self._agents = agents
        self._rules = rules
        self._key = KEYS[order]
        self._on_call = {each.person: each.on_call for each in plan.registrations}
        self._fiches: list[Queued] = []
        self._latest: dict[tuple[int, FicheKind], Queued] = {}
        self._places = 0
        self._ready: dict[str, list[_Entry]] = {department: [] for department in agents}
        self._later: list[_Entry] = []

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
            if self._case(arrival.person, arrival.moment) is None:
                self._becomes(arrival.person, ill_from=arrival.onset or arrival.sampled_on)
                self._new(arrival.person, FicheKind.INDEX, arrival.moment)
            for named in arrival.at_once:
                self._contact(named, arrival.moment)
        elif arrival.result is TestResult.POSITIVE and self._plan.residents[arrival.person].identity.nir:
            self._positive(arrival.person, arrival.moment)

    def _positive(self, person: int, now: datetime) -> None:
        """A laboratory finds that a contact is a case: she is called as such, before everybody else."""
        contact = self._latest.get((person, FicheKind.CONTACT))
        if contact and contact.closed is None:
            contact.closed = ClosureReason.BECAME_CASE
            if self._case(person, now) is None:
                self._hurry(self._new(person, FicheKind.INDEX, now), {Factor.POSITIVE: True})

    def _case(self, person: int, now: datetime) -> Queued | None:
        """Her fiche as a patient zéro of this episode."""
        known = self._known(person, FicheKind.INDEX)
        return None if known and another_index_episode(registered_at=known.created_at, now=now) else known

    def _becomes(self, person: int, *, ill_from: date) -> None:
        known = self._latest.get((person, FicheKind.CONTACT))
        if known and known.closed is None and not _another_episode(known, ill_from):
            known.closed = ClosureReason.BECAME_CASE

    def _contact(self, named: Named, now: datetime, *, on_call: bool = False) -> None:
        known = self._known(named.person, FicheKind.CONTACT)
        if known and _another_episode(known, named.last_contact):
            known = None
        fiche = known or self._new(named.person, FicheKind.CONTACT, now, {Factor.SECOND_HAND: on_call})
        if known is None and self._case(named.person, now):
            fiche.closed = ClosureReason.BECAME_CASE
        self._expose(fiche, named, now)

    def _expose(self, fiche: Queued, named: Named, now: datetime) -> None:
        fiche.last_contact = max(filter(None, (fiche.last_contact, named.last_contact)))
        fiche.same_household = fiche.same_household or named.same_household
        today = now.astimezone(PARIS).date()
        facts = ContactFacts(last_contact=fiche.last_contact, same_household=fiche.same_household, told_on=today)
        made = contact_dates(self._rules(today), facts)
        fiche.isolation_until, fiche.followed_until = made.isolation_until, made.followed_until
        collective = {Factor.COLLECTIVE: True} if is_collective([named.circumstance]) else {}
        self._hurry(fiche, {Factor.HOUSEHOLD: fiche.same_household, **collective})

    def _known(self, person: int, kind: FicheKind) -> Queued | None:
        """Who refused to answer is not known any more: named again she gets another fiche."""
        known = self._latest.get((person, kind))
        return known if known and known.closed in (None, ClosureReason.BECAME_CASE) else None

    def _new(self, person: int, kind: FicheKind, now: datetime, facts: Mapping[Factor, bool] | None = None) -> Queued:
        resident = self._plan.residents[person]
        fiche = Queued(person, kind, now, resident.department, urgent_at(usual(), kind, now, zone=PARIS), now)
        aged = is_aged(resident.identity.birth_date, now.astimezone(PARIS).date())
        self._hurry(fiche, {Factor.AGED: aged, **(facts or {})})
        self._fiches.append(fiche)
        self._latest[person, kind] = fiche
        return fiche

    def _hurry(self, fiche: Queued, facts: Mapping[Factor, bool]) -> None:
        factors = told(fiche.factors, facts)
        if fiche.place and factors == fiche.factors:
            return
        fiche.factors = factors
        fiche.urgent_at = urgent_at(usual(), fiche.kind, fiche.created_at, *held(factors), zone=PARIS)
        self._enter(fiche)

    def _enter(self, fiche: Queued) -> None:
        """Whoever may not be called yet is looked at again when she may."""
        self._places += 1
        fiche.place = self._places
        heappush(self._later, _Entry((fiche.callable_from,), fiche.place, fiche))

    def _call(self, now: datetime, place: int) -> None:
        """All claim before anybody's call ends."""
        while self._later and self._later[0].key[0] <= now:
            entry = heappop(self._later)
            heappush(self._ready[entry.fiche.department], entry._replace(key=self._key(entry.fiche)))
        for fiche in [fiche for department in self._agents for fiche in self._claimed(department, place)]:
            self._end(fiche, now)

    def _claimed(self, department: str, place: int) -> Iterator[Queued]:
        ready = self._ready[department]
        working = sum(works(agent, place) for agent in range(self._agents[department]))
        while working and ready:
            fiche = (entry := heappop(ready)).fiche
            if entry.place == fiche.place and _waits(fiche):
                working -= 1
                yield fiche

    def _end(self, fiche: Queued, claimed: datetime) -> None:
        plan, person, tries = self._plan, fiche.person, len(fiche.made)
        ends = call_ends(claimed, person, tries, plan.seed)
        telephone = bool(plan.residents[person].identity.phone)
        said = outcome(person, fiche.kind, tries, telephone=telephone, seed=plan.seed)
        if said is Outcome.INFORMED and fiche.kind is FicheKind.INDEX:
            for named in self._on_call.get(person, ()):
                self._contact(named, ends, on_call=True)
        back = appointment(ends, PARIS) if said is Outcome.CALL_BACK else None
        after = step(
            said,
            kind=fiche.kind,
            call=fiche.call,
            is_told=fiche.told is not None,
            before=fiche.made,
            appointment=back,
            now=ends,
            zone=PARIS,
        )
        fiche.made.append(Made(said, ends))
        fiche.first_call = fiche.first_call or ends
        fiche.call = after.call or fiche.call
        fiche.callable_from = after.callable_from or fiche.callable_from
        fiche.closed = after.closed or fiche.closed
        fiche.told = ends if said is Outcome.INFORMED else fiche.told
        if _waits(fiche):
            self._enter(fiche)


def _another_episode(known: Queued, day: date) -> bool:
    return known.followed_until is not None and another_contact_episode(
        followed_until=known.followed_until, last_contact=day
    )


def _waits(fiche: Queued) -> bool:
    return fiche.closed is None and fiche.call in WAITING


def told_contacts(fiches: list[Queued]) -> Iterator[tuple[int, datetime, date]]:
    """Person, when she was told, until when she isolates: of each contact who was reached."""
    for fiche in fiches:
        if fiche.kind is FicheKind.CONTACT and fiche.told and fiche.isolation_until:
            yield fiche.person, fiche.told, fiche.isolation_until
