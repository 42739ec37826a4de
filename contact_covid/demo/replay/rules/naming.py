"""Whom a diagnosed person names: covasim knows everybody she met (35 people), tracers hear of 2.8 to 4.

Her household always. Of the others one to four: those whom she infected come to mind half of the time, the rest are
drawn, work and school three times as often as chance meetings. Nobody is named who was diagnosed before. All draws hash
the ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contact_covid.demo.replay.rules.draws import chance
from contact_covid.demo.replay.rules.world import Naming

HOUSEHOLD = "household"
_OTHERS = (1, 2, 2, 3, 3, 4)
_WEIGHT = {"work": 3.0, "school": 3.0, "community": 1.0}
_REMEMBERED = 0.5
_LONGEST_WINDOW = 10
_BEFORE_ONSET = 2
_BEFORE_SAMPLING = 7


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A diagnosed person, days as in ``World``. ``met``: layer → people; ``infected``: person → (layer, day)."""

    person: int
    onset: int | None
    sampled: int
    result: int
    met: Mapping[str, Sequence[int]]
    infected: Mapping[int, tuple[str, int]]


def name(case: Diagnosed, diagnosed_on: Mapping[int, int]) -> list[Naming]:
    """Her contacts. ``diagnosed_on``: person → day of result, of everybody ever diagnosed."""

    def nameable(person: int) -> bool:
        return person != case.person and diagnosed_on.get(person, case.result + 1) > case.result

    home = sorted(person for person in set(case.met.get(HOUSEHOLD, ())) if nameable(person))
    others = {
        person: (layer, _met_on(case, person))
        for layer, people in case.met.items()
        if layer != HOUSEHOLD
        for person in people
        if nameable(person)
    }
    window = range(_window(case), case.sampled + 1)
    others |= {
        person: found
        for person, found in case.infected.items()
        if found[0] != HOUSEHOLD and found[1] in window and nameable(person)
    }
    wanted = _OTHERS[int(chance(case.person, "others") * len(_OTHERS))]
    ranked = sorted(others.keys() - set(home), key=lambda person: _rank(case, person, others[person][0]))
    return [
        *(Naming(case.person, person, HOUSEHOLD, case.sampled) for person in home),
        *(Naming(case.person, person, *others[person]) for person in ranked[:wanted]),
    ]


def _rank(case: Diagnosed, person: int, layer: str) -> float:
    """Lower comes first."""
    if person in case.infected and chance(case.person, person, "remembered") < _REMEMBERED:
        return -1.0
    return chance(case.person, person, "keep") / _WEIGHT[layer]


def _window(case: Diagnosed) -> int:
    """The first day of those she walks back."""
    first = case.sampled - _BEFORE_SAMPLING if case.onset is None else case.onset - _BEFORE_ONSET
    return max(min(first, case.sampled), case.sampled - _LONGEST_WINDOW, 0)


def _met_on(case: Diagnosed, person: int) -> int:
    first = _window(case)
    return first + int(chance(case.person, person, "last") * (case.sampled - first + 1))
