"""The rounds: each scenario in turn, the bare view and the database alone among them, all in the same minutes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import floor, state
from bench.figures import BARE, Result, Run, Spread, figures_of, run_of
from bench.journeys import SCENARIOS
from bench.load import Crowd, Load, crowd
from bench.meters import Meters, children, memory_of
from bench.plan import Plan
from bench.service import Web, serving
from bench.state import State, say

_WRITTEN = "SELECT count(*) FROM tracing_mask_delivery"


@dataclass
class Bench:
    """Everything that runs while it is measured."""

    plan: Plan
    state: State
    service: Web
    bare: Web
    load: Load
    meters: Meters
    scripts: dict[str, Path]

    def warm_up(self) -> None:
        say("warming up…")
        self.load.log_in()
        for scenario in SCENARIOS:
            self._walk(scenario, self.plan.warm_up)

    def measure(self) -> Result:
        """Raises ``WrongAnswer`` when forms cannot be opened; other wrong answers are in the figures."""
        runs: dict[str, list[Run]] = {scenario: [] for scenario in SCENARIOS}
        floors: dict[str, list[tuple[float, float]]] = {page: [] for page in self.scripts}
        before = self.meters.count(_WRITTEN)
        for number in range(self.plan.rounds):
            say(f"round {number + 1} of {self.plan.rounds}…")
            for scenario, found in runs.items():
                found.append(self._walk(scenario, self.plan.seconds))
            for page, script in self.scripts.items():
                floors[page].append(self._floor(script))
        written = self.meters.count(_WRITTEN) - before
        return Result(
            scenarios={name: figures_of(found, runs[BARE]) for name, found in runs.items()},
            floor={page: _spreads(found) for page, found in floors.items()},
            memory={"service": memory_of(children(self.service.arbiter)), BARE: memory_of(children(self.bare.arbiter))},
            lost_writes=sum(run.requests for run in runs["record"]) - written,
        )

    def _walk(self, scenario: str, seconds: float) -> Run:
        if scenario == "record":
            self.load.open_forms()
        web = self.bare if scenario == BARE else self.service
        before = self.meters.read(web.arbiter)
        walk = self.load.walk(scenario, seconds)
        return run_of(walk, self.meters.read(web.arbiter).since(before))

    def _floor(self, script: Path) -> tuple[float, float]:
        """Transactions a second, and CPU milliseconds of each."""
        before = self.meters.read(self.bare.arbiter)
        done = floor.repeat(script, self.plan.seconds, self.state.environment)
        used = self.meters.read(self.bare.arbiter).since(before)
        return done.per_second, 1000 * used.database / done.transactions


def _spreads(runs: list[tuple[float, float]]) -> tuple[Spread, Spread]:
    paces, costs = zip(*runs, strict=True)
    return Spread.of(paces), Spread.of(costs)


@contextmanager
def running(plan: Plan) -> Iterator[Bench]:
    """Prepares the state and starts everything; stops it at the end.

    Raises ``EmbeddedDatabaseError``, ``NotServing``.
    """
    with ExitStack() as stack:
        ours = stack.enter_context(state.prepared(plan))
        scripts = floor.scripts(ours)
        service = stack.enter_context(serving("config.wsgi", "/healthz", ours.environment))
        yardstick = dict(ours.environment) | {"DJANGO_SETTINGS_MODULE": "bench.bare.settings"}
        bare = stack.enter_context(serving("bench.bare.wsgi", f"/{ours.patients[0].fiche_id}/", yardstick))
        who = Crowd(service.port, bare.port, plan.connections, ours.logins, ours.patients)
        load = stack.enter_context(crowd(who))
        statistics = stack.enter_context(state.connect(ours.server, ours.database))
        yield Bench(plan, ours, service, bare, load, Meters(ours.server, statistics), scripts)
