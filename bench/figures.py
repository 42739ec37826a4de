"""From runs to figures: medians and spread of each scenario, and the goals they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from bench.load import Walk
from bench.meters import Memory, Reading

BARE = "bare"
BEST_PEER = 117.0
"""Searches/s of GNU Health, tuned, two JSON requests each, measured on such a machine (CARE: 13)."""
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario, once. Times in milliseconds, ``web`` and ``database`` CPU a request."""

    per_second: float
    p50: float
    p95: float
    web: float
    database: float
    statements: float
    client: float
    requests: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Goals:
    """At most; ``ratio`` of web CPU to the bare view's of the same round, ``database`` in milliseconds."""

    ratio: float
    aim: float
    statements: int
    database: float | None = None


READ = Goals(ratio=2.5, aim=2.0, statements=3, database=0.8)
WRITE = Goals(ratio=4.0, aim=3.0, statements=5)
LIST = Goals(ratio=6.0, aim=4.0, statements=8)
"""Pages of work: the list of an area costs 3.5 at most, no page sends more statements the more it shows."""
ACT = Goals(ratio=12.0, aim=8.0, statements=20)
GOALS = {
    "search": READ,
    "result": READ,
    "fiche": READ,
    "record": WRITE,
    **dict.fromkeys(("board", "delegations", "jobs", "job", "messages", "message", "deliveries", "link", "home"), LIST),
    **dict.fromkeys(("clusters", "cluster", "signals", "doubles", "pair", "rights"), LIST),
    **dict.fromkeys(("sample", "found", "place", "follow_up", "become", "assign", "born", "diary"), ACT),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal and whether it was reached."""

    goal: str
    value: float
    met: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """A scenario over all rounds. ``ratio``: web CPU against the bare view, round by round."""

    per_second: Spread
    p50: Spread
    p95: Spread
    web: Spread
    ratio: Spread
    database: Spread
    statements: Spread
    client: Spread
    requests: int
    errors: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """All that was measured. ``floor``: a page → its SQL alone, transactions/s and CPU ms. ``chain``: registration and
    calls by size; ``verdicts``: theirs. ``elsewhere``: the other journeys, against the bare view of their rounds."""

    scenarios: dict[str, Figures]
    floor: dict[str, tuple[Spread, Spread]]
    memory: dict[str, list[Memory]]
    lost_writes: int
    chain: dict[str, dict[str, Figures]] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    elsewhere: dict[str, Figures] = field(default_factory=dict)


def run_of(walk: Walk, used: Reading) -> Run:
    """What a walk and the meters say of a request; a walk without a right answer counts as one request."""
    requests = len(walk.latencies)
    each = max(1, requests + len(walk.wrong))
    milliseconds = sorted(1000 * latency for latency in walk.latencies) or [0.0]
    return Run(
        per_second=requests / walk.seconds,
        p50=median(milliseconds),
        p95=quantiles(milliseconds, n=20)[-1] if requests > 1 else milliseconds[0],
        web=1000 * used.web / each,
        database=1000 * used.database / each,
        statements=used.statements / each,
        client=1000 * walk.client_cpu / each,
        requests=requests,
        wrong=tuple(walk.wrong),
    )


def figures_of(runs: Sequence[Run], bare: Sequence[Run]) -> Figures:
    """``bare``: the runs of the bare view in the same rounds."""
    wrong = [answer for run in runs for answer in run.wrong]
    return Figures(
        per_second=Spread.of([run.per_second for run in runs]),
        p50=Spread.of([run.p50 for run in runs]),
        p95=Spread.of([run.p95 for run in runs]),
        web=Spread.of([run.web for run in runs]),
        ratio=Spread.of([run.web / (beside.web or 1.0) for run, beside in zip(runs, bare, strict=True)]),
        database=Spread.of([run.database for run in runs]),
        statements=Spread.of([run.statements for run in runs]),
        client=Spread.of([run.client for run in runs]),
        requests=sum(run.requests for run in runs),
        errors=len(wrong),
        wrong=tuple(dict.fromkeys(wrong))[:_MOST_SHOWN],
    )


def verdicts(scenario: str, figures: Figures) -> list[Verdict]:
    """The goals of a scenario. Statements are whole: an account's note of use, once a minute, comes on top."""
    goals = GOALS.get(scenario)
    if goals is None:
        return []
    ratio, statements, database = figures.ratio.median, figures.statements.median, figures.database.median
    found = [
        Verdict(f"web CPU ≤ {goals.ratio:g} × bare (aim {goals.aim:g})", ratio, ratio <= goals.ratio),
        Verdict(f"≤ {goals.statements} statements", statements, round(statements) <= goals.statements),
        Verdict("no wrong answer", figures.errors, not figures.errors),
    ]
    if goals.database is not None:
        found.append(Verdict(f"database CPU ≤ {goals.database:g} ms", database, database <= goals.database))
    return found


def searches_a_second(result: Result) -> float:
    """Whole searches: the form sent and the result read, at the pace of both."""
    return 1 / sum(1 / (result.scenarios[page].per_second.median or 0.001) for page in ("search", "result"))


def verdict_of_peers(result: Result) -> Verdict:
    pace = searches_a_second(result)
    return Verdict(f"≥ 3 × the best peer's {BEST_PEER:g} searches/s", pace, pace >= 3 * BEST_PEER)
