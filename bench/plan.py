"""How much is measured. The defaults are the figures to publish; a quick try sets them smaller by environment."""

import os
from dataclasses import dataclass, fields, replace
from typing import Self

_LONGEST_WARM_UP = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """``size``: of the demonstration that the counter walks in; ``sizes``: those that the chain is compared at, the
    reference first; ``seconds``: a run of one scenario; the rest are counts.

    Accounts are many because each may open what it has found for half an hour, and quotas hold a real one below 120
    look-ups an hour.
    """

    size: str = "20k"
    sizes: str = "20k,1m"
    accounts: int = 400
    patients: int = 8_000
    connections: int = 8
    physicians: int = 16
    agents: int = 100
    rounds: int = 3
    seconds: float = 5.0

    @classmethod
    def from_environment(cls) -> Self:
        """Each field can be set: BENCH_SIZE, BENCH_ACCOUNTS…"""
        plan = cls()
        given = {field.name: os.environ.get(f"BENCH_{field.name.upper()}") for field in fields(cls)}
        return replace(plan, **{name: type(getattr(plan, name))(text) for name, text in given.items() if text})

    @property
    def all_sizes(self) -> list[str]:
        return list(dict.fromkeys([self.size, *self.compared]))

    @property
    def compared(self) -> list[str]:
        return self.sizes.split(",")

    @property
    def warm_up(self) -> float:
        """Seconds of each scenario before anything counts: plans are prepared, templates loaded."""
        return min(_LONGEST_WARM_UP, self.seconds)
