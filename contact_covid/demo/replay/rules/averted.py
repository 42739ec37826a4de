"""How many infections calls avert: covasim's transmissions from a contact once she was told to stay at home.

covasim knows nothing of the calls: its chain of transmissions is what would have happened without. A transmission that
it dates to a day is taken to fall anywhere in it. From her own diagnosis on a contact isolates in covasim itself: what
she transmits then is not counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contact_covid.core.period import PARIS
from contact_covid.demo.replay.rules.world import Infection, World

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Compliance:
    """The share of transmissions that a contact's isolation prevents: within her household, and outside."""

    household: float = 0.3
    outside: float = 0.7

    def of(self, layer: str) -> float:
        return self.household if layer == "household" else self.outside


@dataclass(frozen=True, slots=True)
class Averted:
    """Expected numbers: of transmissions by contacts who were told, and with all that would have followed from them."""

    direct: float
    with_descendants: float


def averted(
    world: World, told: Iterable[tuple[int, datetime, date]], *, first_day: date, compliance: Compliance
) -> Averted:
    """``told``: person, when she was told, last day of her isolation."""
    calls: dict[int, list[tuple[float, int]]] = {}
    for person, at, until in told:
        calls.setdefault(person, []).append((_days(at, first_day), (until - first_day).days))
    diagnosed = {each.person: each.result for each in world.infections if each.result is not None}
    happens: dict[int, float] = {}
    direct = 0.0
    for infection in sorted(world.infections, key=lambda each: each.day):
        prevented = _prevented(infection, calls, diagnosed, compliance)
        direct += prevented
        source = 1.0 if infection.by is None else happens.get(infection.by, 1.0)
        happens[infection.person] = source * (1 - prevented)
    return Averted(direct, sum(1 - chance for chance in happens.values()))


def _prevented(
    infection: Infection,
    calls: Mapping[int, list[tuple[float, int]]],
    diagnosed: Mapping[int, int],
    compliance: Compliance,
) -> float:
    """The chance that this transmission does not happen."""
    source = infection.by
    if source is None or infection.day > diagnosed.get(source, infection.day):
        return 0.0
    after = [
        min(max(infection.day + 1 - told, 0.0), 1.0) for told, until in calls.get(source, ()) if infection.day <= until
    ]
    return max(after, default=0.0) * compliance.of(infection.layer)


def _days(moment: datetime, first_day: date) -> float:
    """Days and part of a day since the first day began in Paris."""
    local = moment.astimezone(PARIS)
    begins = datetime.combine(local.date(), datetime.min.time(), tzinfo=PARIS)
    return (local.date() - first_day).days + (local - begins) / _DAY
