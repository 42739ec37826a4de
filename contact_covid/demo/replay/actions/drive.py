"""Drives an outbreak through the service, step by step of a simulated clock, in several processes at once.

A step is a quarter of an hour of the call hours: first what arrives at physicians and counters, then each agent claims
a person, then all calls end. Processes share the work of each part and wait for each other between them: what a part
finds depends on the parts before it only, so that the number of processes changes little.
"""

import multiprocessing
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from threading import BrokenBarrierError
from typing import Any, NamedTuple
from uuid import UUID

from contact_covid.demo.actions.pool import spread
from contact_covid.demo.replay.actions import adapter
from contact_covid.demo.replay.actions.adapter import Crew, Desk, Held
from contact_covid.demo.replay.rules.draws import chance
from contact_covid.demo.replay.rules.habits import (
    ARRIVALS,
    HABITS,
    STEPS_A_DAY,
    appointment,
    begins,
    call_ends,
    outcome,
    works,
)
from contact_covid.demo.replay.rules.plan import Plan, Registration, Visit, day
from contact_covid.demo.replay.rules.visits import visits_after
from contact_covid.tracing.enums import FicheKind
from contact_covid.worklist.enums import Outcome

_NIGHT = timedelta(hours=5)  # before calls begin
PATIENCE = 600.0  # seconds that a process waits for the others: one of them is stuck


class ProcessStuck(RuntimeError):
    """A process waited in vain for the others: the replay ended before its last day."""


@dataclass
class Told:
    """A day is over in one process: what was done in it, by kind."""

    day: int
    done: Counter[str] = field(default_factory=Counter)


class _Post(NamedTuple):
    """An agent of a ``platform`` (its département): her number among those there decides her shift."""

    platform: str
    number: int
    desk: Desk


def drive(*, plan: Plan, crews: Mapping[str, Crew], processes: int) -> Generator[Told, None, None]:
    """Runs the days of the plan and tells after each, once for each process.

    With more than one process nobody may be within a transaction. Keys and partitions of the months must exist. Raises
    what the actions raise, ``ProcessStuck`` when one process kept the others waiting for too long.
    """
    barrier = multiprocessing.get_context("fork").Barrier(processes) if processes > 1 else None
    told = 0
    for each in spread(partial(_share, plan, crews, processes, barrier), range(processes), processes=processes):
        told += 1
        yield each
    if told < processes * (plan.world.days + 1):
        raise ProcessStuck


def _share(plan: Plan, crews: Mapping[str, Crew], processes: int, barrier: Any, number: int) -> Iterator[Told]:
    """What one process does; whoever fails or stops lets the others go."""
    done = False
    try:
        yield from _Share(plan, crews, number, processes, barrier).days()
        done = True
    except BrokenBarrierError:
        return  # another process failed: that one tells why
    finally:
        if barrier is not None and not done:
            barrier.abort()


class _Share:
    """The part of the work that one process does."""

    def __init__(self, plan: Plan, crews: Mapping[str, Crew], number: int, processes: int, barrier: Any) -> None:
        self._plan = plan
        self._residents = dict(plan.residents)
        self._crews = crews
        self._barrier = barrier
        self._person_of = {resident.identity: person for person, resident in plan.residents.items()}
        self._on_call = {each.person: each.on_call for each in plan.registrations}
        self._arrivals: list[tuple[datetime, int, Registration | Visit]] = []
        self._turn = 0
        mine = slice(number, None, processes)
        mine_to_come: list[Registration | Visit] = [*plan.registrations[mine], *plan.visits[mine]]
        for arrival in mine_to_come:
            self._expect(arrival)
        agents = [_Post(code, place, desk) for code, crew in crews.items() for place, desk in enumerate(crew.agents)]
        self._posts = agents[mine]
        self._told = Told(0)
        self._first = number == 0

    def days(self) -> Iterator[Told]:
        for number in range(self._plan.world.days + 1):
            self._told = Told(number)
            if self._first:
                adapter.night(begins(day(number), 0) - _NIGHT)
            self._wait()
            for step in range(STEPS_A_DAY):
                self._step(begins(day(number), step), step)
            yield self._told

    def _step(self, moment: datetime, step: int) -> None:
        self._arrive(moment + ARRIVALS)
        self._wait()
        claimed = moment + ARRIVALS
        leases = self._claim([post for post in self._posts if works(post.number, step)], claimed)
        self._wait()
        for post, lease in leases:
            self._call(post.desk, lease, claimed)
        self._wait()

    def _wait(self) -> None:
        if self._barrier is not None:
            self._barrier.wait(PATIENCE)

    def _expect(self, arrival: Registration | Visit) -> None:
        self._turn += 1
        heappush(self._arrivals, (arrival.moment, self._turn, arrival))

    def _arrive(self, until: datetime) -> None:
        while self._arrivals and self._arrivals[0][0] < until:
            arrival = heappop(self._arrivals)[2]
            if isinstance(arrival, Registration):
                self._register(arrival)
            else:
                self._serve(arrival)

    def _register(self, registration: Registration) -> None:
        physicians = self._crew_of(registration.person).physicians
        desk = physicians[registration.physician % len(physicians)]
        adapter.register_case(desk, registration, self._residents)
        self._told.done["registered"] += 1

    def _serve(self, visit: Visit) -> None:
        """Whoever has no number cannot be found at a counter."""
        resident, crew = self._residents[visit.person], self._crew_of(visit.person)
        if not resident.identity.nir:
            self._told.done["without_number"] += 1
            return
        desks = crew.pharmacies if visit.masks else crew.laboratories
        desk = desks[int(chance(self._plan.seed, visit.person, "counter") * len(desks))]
        came = adapter.serve(desk, visit, resident)
        kind = "masks" if visit.masks else "tests"
        self._told.done["refused" if came.refused else kind if came.found else "not_found"] += 1

    def _crew_of(self, person: int) -> Crew:
        return self._crews[self._residents[person].department]

    def _claim(self, posts: Sequence[_Post], now: datetime) -> list[tuple[_Post, UUID]]:
        """Where one agent finds nobody the others of her platform do not ask: nobody is added before the next step."""
        claimed: list[tuple[_Post, UUID]] = []
        empty: set[str] = set()
        for post in posts:
            lease = None if post.platform in empty else adapter.claim(post.desk, now)
            if lease is None:
                empty.add(post.platform)
                self._told.done["idle"] += 1
            else:
                claimed.append((post, lease))
        return claimed

    def _call(self, desk: Desk, lease: UUID, claimed: datetime) -> None:
        held = adapter.open_call(desk, lease, claimed + timedelta(seconds=5))
        person, seed = self._person_of[held.identity], self._plan.seed
        ends = call_ends(claimed, person, held.tries, seed)
        said = outcome(person, held.kind, held.tries, telephone=bool(held.identity.phone), seed=seed)
        if said is Outcome.INFORMED and held.kind is FicheKind.INDEX and self._on_call.get(person):
            adapter.name(desk, held, self._on_call[person], self._residents, ends)
        back = appointment(ends, held.zone) if said is Outcome.CALL_BACK else None
        counted = adapter.end_call(desk, held, said, ends, back)
        self._told.done["calls"] += 1
        if counted and said is Outcome.INFORMED and held.kind is FicheKind.CONTACT:
            self._follow_up(held, person, ends)

    def _follow_up(self, held: Held, person: int, told: datetime) -> None:
        for visit in visits_after(self._plan, person, told=told, test_due=held.test_due, habits=HABITS):
            self._expect(visit)
