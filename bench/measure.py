"""The rounds: each scenario in turn, the bare view and the database alone among them, all in the same minutes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from bench import calling, declaring, floor, following, journeys, reading, sampling, state
from bench.chain import CHECKS, Check, compared, limited
from bench.figures import BARE, Figures, Result, Run, Spread, Verdict, figures_of, run_of
from bench.floor import Script
from bench.load import Crowd, Load, crowd
from bench.meters import Meters, children, memory_of
from bench.offices import Offices, offices
from bench.plan import Plan
from bench.service import Web, serving
from bench.state import State, say

_WRITTEN = "SELECT count(*) FROM tracing_mask_delivery"
_CHAIN = {"declare": tuple(declaring.SCENARIOS), "platform": tuple(calling.SCENARIOS)}
"""Crowd → what it does, in order."""
ELSEWHERE = {
    "read": tuple(reading.READING),
    "supervise": tuple(reading.SUPERVISING),
    "sample": tuple(sampling.SCENARIOS),
    "counter": tuple(journeys.MORE),
    "follow": tuple(following.SCENARIOS),
    "declare": tuple(declaring.MORE),
    "platform": tuple(calling.MORE),
}
"""The same of every other journey, at one size; they go on from what the others left."""
_ALL_AT_ONCE = {"call", *calling.MORE}
# Whoever was called is to be called again: a run finds as many people as the one before.
_REFILL = """
UPDATE tracing_fiche SET call = 'to_call', call_reason = '', attempts = 0, callable_from = created_at, told_at = NULL,
    state = CASE WHEN test = 'none' THEN 'to_call' ELSE state END
WHERE closure = 'open' AND fund = ANY(%s) AND (call <> 'to_call' OR callable_from > created_at)
"""
_LATER = "UPDATE tracing_fiche SET callable_from = 'infinity' WHERE closure = 'open' AND fund = ANY(%s)"
_LEASES_END = "UPDATE worklist_lease SET ended_at = now(), ended = 'released' WHERE ended_at IS NULL"
# Contacts who were told three days ago are called again.
_FOLLOWED_UP = """
UPDATE tracing_fiche SET attempts = 1, callable_from = created_at, told_at = now() - interval '3 days'
WHERE closure = 'open' AND kind = 'contact' AND callable_from = 'infinity' AND fund = ANY(%s)
"""
_BEFORE = {
    "call": (_REFILL,),
    "follow_up": (_REFILL, _LATER, _FOLLOWED_UP),
    "become": (_REFILL, f"{_LATER} AND kind = 'index'"),
}
"""Who waits when a run begins."""


@dataclass
class Site:
    """One size of the demonstration: its service and who walks there."""

    state: State
    service: Web
    meters: Meters
    crowds: dict[str, Load]

    def walk(self, kind: str, scenario: str, seconds: float, most: int | None = None) -> Run:
        for statement in _BEFORE.get(scenario, ()):
            self.meters.execute(statement, [sorted(self.state.callers)])
        if scenario in _ALL_AT_ONCE:
            self.meters.execute(_LEASES_END)
            most = None
        self.crowds[kind].prepare(scenario)
        before = self.meters.read(self.service.arbiter)
        walk = self.crowds[kind].walk(scenario, seconds, most)
        return run_of(walk, self.meters.read(self.service.arbiter).since(before))


@dataclass
class Bench:
    """Everything that runs while it is measured. ``sites``: by size."""

    plan: Plan
    sites: dict[str, Site]
    bare: Web
    scripts: dict[str, Script]

    @property
    def counter(self) -> Site:
        return self.sites[self.plan.size]

    def warm_up(self) -> None:
        say("warming up…")
        for site in self.sites.values():
            for load in site.crowds.values():
                load.log_in()
        for scenario in journeys.SCENARIOS:
            self._walk(scenario, self.plan.warm_up)
        for site in self._compared():
            for kind, scenario in _steps(_CHAIN):
                site.walk(kind, scenario, self.plan.warm_up, self.plan.connections)
        for kind, scenario in _steps(ELSEWHERE):
            self.counter.walk(kind, scenario, self.plan.warm_up, self.plan.connections)

    def measure(self) -> Result:
        """Raises ``WrongAnswer`` when forms cannot be opened; other wrong answers are in the figures."""
        result = self._measure()
        return replace(result, elsewhere=self._elsewhere())

    def _elsewhere(self) -> dict[str, Figures]:
        """Once all that was written by the others is counted."""
        runs: dict[str, list[Run]] = {scenario: [] for scenario in (BARE, *(name for _, name in _steps(ELSEWHERE)))}
        for number in range(self.plan.rounds):
            say(f"the other journeys, round {number + 1} of {self.plan.rounds}…")
            runs[BARE].append(self._walk(BARE, self.plan.seconds))
            for kind, scenario in _steps(ELSEWHERE):
                runs[scenario].append(self.counter.walk(kind, scenario, self.plan.seconds, self.plan.connections))
        return {name: figures_of(found, runs[BARE]) for name, found in runs.items()}

    def _measure(self) -> Result:
        runs: dict[str, list[Run]] = {scenario: [] for scenario in journeys.SCENARIOS}
        chain: dict[str, dict[str, list[Run]]] = {
            site.state.size: {scenario: [] for _, scenario in _steps(_CHAIN)} for site in self._compared()
        }
        floors: dict[str, list[tuple[float, float]]] = {page: [] for page in self.scripts}
        before, checks = self.counter.meters.count(_WRITTEN), self._counted()
        for number in range(self.plan.rounds):
            say(f"round {number + 1} of {self.plan.rounds}…")
            for scenario, found in runs.items():
                found.append(self._walk(scenario, self.plan.seconds))
            for page, script in self.scripts.items():
                floors[page].append(self._floor(script))
            # Side by side, so that sizes meet the same moments of the machine.
            for kind, scenario in _steps(_CHAIN):
                for site in self._compared():
                    run = site.walk(kind, scenario, self.plan.seconds, self.plan.connections)
                    chain[site.state.size][scenario].append(run)
        written = self.counter.meters.count(_WRITTEN) - before
        figures = {
            size: {name: figures_of(each, runs[BARE]) for name, each in of.items()} for size, of in chain.items()
        }
        floor_figures = {page: _spreads(found) for page, found in floors.items()}
        return Result(
            scenarios={name: figures_of(found, runs[BARE]) for name, found in runs.items()},
            floor=floor_figures,
            memory={
                "service": memory_of(children(self.counter.service.arbiter)),
                BARE: memory_of(children(self.bare.arbiter)),
            },
            lost_writes=sum(run.requests for run in runs["record"]) - written,
            chain=figures,
            verdicts=[*compared(figures), limited(floor_figures), *self._checked(checks, chain)],
        )

    def _compared(self) -> list[Site]:
        return [self.sites[size] for size in self.plan.compared]

    def _counted(self) -> dict[tuple[str, str], int]:
        return {(site.state.size, name): site.meters.count(check.sql) for site, name, check in self._checks()}

    def _checks(self) -> Iterator[tuple[Site, str, Check]]:
        for site in self._compared():
            for name, check in CHECKS.items():
                yield site, name, check

    def _checked(self, before: dict[tuple[str, str], int], chain: dict[str, dict[str, list[Run]]]) -> Iterator[Verdict]:
        """What the databases say of all that was acknowledged."""
        for site, name, check in self._checks():
            size = site.state.size
            more = site.meters.count(check.sql) - before[size, name]
            wanted = sum(run.requests for run in chain[size][check.scenario]) if check.scenario else 0
            yield Verdict(f"{size}: {name}", more - wanted, more == wanted)

    def _walk(self, scenario: str, seconds: float) -> Run:
        """A scenario of the counter, or the bare view."""
        if scenario != BARE:
            return self.counter.walk("counter", scenario, seconds)
        before = self.counter.meters.read(self.bare.arbiter)
        walk = self.counter.crowds["counter"].walk(scenario, seconds)
        return run_of(walk, self.counter.meters.read(self.bare.arbiter).since(before))

    def _floor(self, script: Script) -> tuple[float, float]:
        """Transactions a second, and CPU milliseconds of each."""
        meters = self.counter.meters
        before = meters.read(self.bare.arbiter)
        done = floor.repeat(script, self.plan.seconds)
        used = meters.read(self.bare.arbiter).since(before)
        return done.per_second, 1000 * used.database / done.transactions


def _steps(of: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for kind, scenarios in of.items():
        for scenario in scenarios:
            yield kind, scenario


def _spreads(runs: list[tuple[float, float]]) -> tuple[Spread, Spread]:
    paces, costs = zip(*runs, strict=True)
    return Spread.of(paces), Spread.of(costs)


@contextmanager
def running(plan: Plan) -> Iterator[Bench]:
    """Prepares the states and starts everything; stops it at the end.

    Raises ``EmbeddedDatabaseError``, ``NotServing``.
    """
    with ExitStack() as stack:
        states = {size: stack.enter_context(state.prepared(plan, size)) for size in plan.all_sizes}
        ours = states[plan.size]
        scripts = floor.scripts(ours, states[plan.compared[-1]])
        yardstick = dict(ours.environment) | {"DJANGO_SETTINGS_MODULE": "bench.bare.settings"}
        bare = stack.enter_context(serving("bench.bare.wsgi", f"/{ours.patients[0].fiche_id}/", yardstick))
        sites = {size: _site(stack, plan, each, bare) for size, each in states.items()}
        yield Bench(plan, sites, bare, scripts)


def _site(stack: ExitStack, plan: Plan, ours: State, bare: Web) -> Site:
    service = stack.enter_context(serving("config.wsgi", "/healthz", ours.environment))
    kinds: Sequence[str] = list(_CHAIN)
    filled = None
    if ours.size == plan.size:
        kinds, filled = ["counter", *_CHAIN, *(kind for kind in ELSEWHERE if kind not in _CHAIN)], offices(ours)
    crowds = {kind: _crowd(kind, service, bare, plan, ours, filled) for kind in dict.fromkeys(kinds)}
    statistics = stack.enter_context(state.connect(ours.server, ours.database))
    loads = {kind: stack.enter_context(crowd(who)) for kind, who in crowds.items()}
    return Site(ours, service, Meters(ours.server, statistics), loads)


def _crowd(kind: str, service: Web, bare: Web, plan: Plan, ours: State, filled: Offices | None) -> Crowd:
    logins = {"counter": ours.logins, "declare": ours.physicians, "platform": ours.agents}.get(kind, [])
    return Crowd(kind, service.port, bare.port, plan.connections, logins, ours.patients, ours.callers, filled)
