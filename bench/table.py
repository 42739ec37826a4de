"""The table on the terminal, and the same figures as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bench.figures import BARE, Figures, Result, Spread, Verdict, searches_a_second, verdict_of_peers, verdicts
from bench.meters import Memory
from bench.plan import Plan

TITLES = {
    "search": "search (POST)",
    "result": "result page",
    "fiche": "open a fiche",
    "record": "record masks (POST)",
    BARE: "bare Django view",
    "draft": "declare: 4 forms (POST)",
    "register": "register 4 fiches (POST)",
    "call": "outcome and next (POST)",
    "area": "list of an area",
    "caller": "who is ringing (POST)",
    "country": "list of the country",
    "deliveries": "deliveries of the day",
    "sample": "record a sampling (POST)",
    "found": "record its result (POST)",
    "place": "place of a patient zéro (POST)",
    "follow_up": "follow-up call and next (POST)",
    "become": "contact becomes a case, her call",
    "assign": "share out fiches (POST)",
    "board": "board of the platform",
    "delegations": "delegations",
    "jobs": "bulk jobs",
    "job": "a bulk job",
    "messages": "messages, list",
    "message": "a message, preview",
    "clusters": "clusters, list",
    "cluster": "a cluster",
    "signals": "signals, list",
    "doubles": "doubles, list",
    "pair": "two fiches side by side",
    "rights": "requests of persons, list",
    "link": "secure link, opened",
    "born": "birth date on it (GET, POST)",
    "home": "a person's own page",
    "diary": "her diary (POST)",
}
_HEADS = ("", "requests/s", "p50 ms", "p95 ms", "web CPU ms", "× bare", "db CPU ms", "statements", "wrong")


def text(result: Result, plan: Plan, machine: str) -> str:
    """The whole report: figures as median (least–most) over the rounds, then goals."""
    rows = [_HEADS, *(_row(name, figures) for name, figures in result.scenarios.items())]
    parts = [
        f"{plan.rounds} rounds of {plan.seconds:g} s, {plan.connections} connections, {plan.size} fiches, {machine}",
        _aligned(rows),
        *(_chain(size, scenarios) for size, scenarios in result.chain.items()),
        _aligned([("other journeys", *_HEADS[1:]), *(_row(name, each) for name, each in result.elsewhere.items())]),
        _floor(result),
        _memory(result),
        _goals(result),
    ]
    return "\n\n".join(parts)


def _chain(size: str, scenarios: Mapping[str, Figures]) -> str:
    """Registration and calls at one size; whole declarations are five forms, at the pace of all."""
    rows = [(f"{size} fiches", *_HEADS[1:]), *(_row(name, figures) for name, figures in scenarios.items())]
    paces = [scenarios[name].per_second.median for name in ("draft", "register")]
    whole = 1 / sum(1 / (pace or 0.001) for pace in paces)
    return f"{_aligned(rows)}\nwhole declarations, five forms: {whole:.0f} a second"


def _row(name: str, figures: Figures) -> tuple[str, ...]:
    return (
        TITLES[name],
        _spread(figures.per_second, 0),
        _spread(figures.p50, 1),
        _spread(figures.p95, 1),
        _spread(figures.web, 2),
        _spread(figures.ratio, 2),
        _spread(figures.database, 2),
        f"{figures.statements.median:.2f}",
        f"{figures.errors} of {figures.requests + figures.errors}",
    )


def _spread(figure: Spread, digits: int) -> str:
    return f"{figure.median:.{digits}f} ({figure.least:.{digits}f}–{figure.most:.{digits}f})"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _floor(result: Result) -> str:
    rows = [("the same SQL by pgbench", "transactions/s", "db CPU ms")]
    rows += [(TITLES[page], _spread(pace, 0), _spread(cpu, 2)) for page, (pace, cpu) in result.floor.items()]
    return _aligned(rows)


def _memory(result: Result) -> str:
    return "\n".join(f"memory of a worker, {name}: {_sizes(workers)}" for name, workers in result.memory.items())


def _sizes(workers: Sequence[Memory]) -> str:
    return ", ".join(f"{each.pss:.0f} MiB its share (PSS), {each.rss:.0f} MiB resident" for each in workers)


def _goals(result: Result) -> str:
    lines = [
        _goal(f"{TITLES[name]}: {verdict.goal}", verdict)
        for name, figures in result.scenarios.items()
        for verdict in verdicts(name, figures)
    ]
    lost = Verdict("every write acknowledged is there", result.lost_writes, result.lost_writes == 0)
    lines += [
        _goal(f"whole searches: {verdict_of_peers(result).goal}", verdict_of_peers(result)),
        _goal(lost.goal, lost),
        *(_goal(verdict.goal, verdict) for verdict in result.verdicts),
        *(
            _goal(f"{TITLES[name]}: {verdict.goal}", verdict)
            for name, figures in result.elsewhere.items()
            for verdict in verdicts(name, figures)
        ),
    ]
    return "\n".join(lines)


def _goal(label: str, verdict: Verdict) -> str:
    return f"{'met   ' if verdict.met else 'MISSED'}  {label}: {verdict.value:.2f}"


def as_json(result: Result, plan: Plan, machine: str) -> str:
    """The figures, for comparing runs."""
    goals = {
        name: [asdict(verdict) for verdict in verdicts(name, figures)] for name, figures in result.scenarios.items()
    }
    return json.dumps(
        {
            "plan": asdict(plan),
            "machine": machine,
            "searches_a_second": searches_a_second(result),
            **asdict(result),
            "goals": goals | {"searches": [asdict(verdict_of_peers(result))]},
        },
        ensure_ascii=False,
        indent=1,
    )
