"""From the test to the call: what registration and calls are held against, at each size and between sizes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.figures import Figures, Spread, Verdict

# The best peer's on such a machine: an index case with three contacts, a list of 25 names.
PEER_REGISTRATIONS = 15.8
PEER_LISTS = 36.0
PACES = {"register": 8 * PEER_REGISTRATIONS, "call": 200.0, "area": 8 * PEER_LISTS}
"""Scenario → at least so many a second."""
MOST_GROWTH = {"draft": 1.5, "register": 1.5, "call": 1.5, "area": 1.3, "caller": 1.3}
"""Scenario → at most so many times the p95 of the smallest size, at any other."""
LIST_RATIO, LIST_AIM = 3.5, 2.7


@dataclass(frozen=True, slots=True)
class Check:
    """A count that must grow by what was acknowledged in ``scenario``, or not at all."""

    sql: str
    scenario: str = ""


_TWICE = """
SELECT count(*) FROM worklist_lease one JOIN worklist_lease other ON other.fiche_id = one.fiche_id AND other.id > one.id
WHERE other.taken_at < coalesce(one.ended_at, one.expires_at)
    AND one.taken_at < coalesce(other.ended_at, other.expires_at)
"""
CHECKS: Mapping[str, Check] = {
    "every registration acknowledged is there, once": Check("SELECT count(*) FROM tracing_index_case", "register"),
    "every call acknowledged is there, once": Check("SELECT count(*) FROM worklist_attempt WHERE NOT second", "call"),
    "nobody was given to two agents": Check(_TWICE),
}


def compared(chain: Mapping[str, Mapping[str, Figures]]) -> Iterator[Verdict]:
    """The goals of each size, then those of growing from the first size to the others."""
    for size, scenarios in chain.items():
        for name, figures in scenarios.items():
            yield Verdict(f"{size}: {name}: no wrong answer", figures.errors, not figures.errors)
        for name, least in PACES.items():
            pace = scenarios[name].per_second.median
            yield Verdict(f"{size}: {name}: ≥ {least:g} a second", pace, pace >= least)
        ratio = scenarios["area"].ratio.median
        yield Verdict(f"{size}: area: web CPU ≤ {LIST_RATIO} × bare (aim {LIST_AIM})", ratio, ratio <= LIST_RATIO)
    first, *others = chain
    for size in others:
        for name, most in MOST_GROWTH.items():
            growth = chain[size][name].p95.median / chain[first][name].p95.median
            yield Verdict(f"{name}: p95 at {size} ≤ {most} × that at {first}", growth, growth <= most)


def limited(floor: Mapping[str, tuple[Spread, Spread]]) -> Verdict:
    """Who is limited to an area waits no longer for the database than who would see the whole country."""
    ratio = floor["area"][1].median / (floor["country"][1].median or 0.001)
    return Verdict("the SQL of an area's list costs no more than that of the country (ratio)", ratio, ratio <= 1.0)
