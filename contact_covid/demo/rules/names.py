"""Frequent French names, drawn by frequency and by the age of the person.

``names.csv`` is made by ``build_outbreak`` from public frequency tables, whose first names are those of recent births;
``older_first_names.csv`` is kept by hand for adults, ``surname_accents.csv`` gives surnames back the accents the tables
lost.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random

SURNAMES = 600
FIRST_NAMES = 300
_CHILDREN_OF_TODAY = 25
_DATA = files("contact_covid.demo") / "data"
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Weighted:
    """Names with the running sum of their weights, as ``Random.choices`` wants them."""

    names: tuple[str, ...]
    sums: tuple[int, ...]

    def draw(self, dice: Random) -> str:
        return dice.choices(self.names, cum_weights=self.sums)[0]


@dataclass(frozen=True, slots=True)
class Names:
    """First names by sex "F" or "M"."""

    surnames: Weighted
    young: dict[str, Weighted]
    older: dict[str, Weighted]

    def first_names(self, sex: str, age: int, dice: Random) -> str:
        """One to three given names separated by a space; most people have two."""
        pool = (self.young if age < _CHILDREN_OF_TODAY else self.older)[sex]
        drawn = [pool.draw(dice) for _ in range(dice.choices((1, 2, 3), (30, 50, 20))[0])]
        return " ".join(dict.fromkeys(drawn))

    def surname(self, dice: Random) -> str:
        """A family name; one in thirty is a double one."""
        name = self.surnames.draw(dice)
        return f"{name}-{self.surnames.draw(dice)}" if dice.random() < 1 / 30 else name


def proper_case(name: str) -> str:
    """ "LE GOFF" → "Le Goff", "LILY-ROSE" → "Lily-Rose", "N'DIAYE" → "N'Diaye"."""
    return _WORD.sub(lambda word: word.group().capitalize(), name)


def select(
    surnames: Iterable[dict[str, str]], women: Iterable[dict[str, str]], men: Iterable[dict[str, str]]
) -> list[tuple[str, str, int]]:
    """Rows (kind, name, weight) of ``names.csv`` from frequency tables (columns ``name``, ``percent``, by rank)."""
    accents = {row["plain"]: row["written"] for row in _table("surname_accents.csv")}
    tables = (("surname", surnames, SURNAMES), ("F", women, FIRST_NAMES), ("M", men, FIRST_NAMES))
    return [
        (kind, accents.get(row["name"]) or proper_case(row["name"]), round(float(row["percent"]) * 1000))
        for kind, table, size in tables
        for _, row in zip(range(size), table, strict=False)
    ]


@cache
def shipped_names() -> Names:
    """The names of this release."""
    rows: dict[str, list[tuple[str, int]]] = {"surname": [], "F": [], "M": []}
    for row in _table("names.csv"):
        rows[row["kind"]].append((row["name"], int(row["weight"])))
    return Names(
        surnames=_weighted(rows["surname"]),
        young={sex: _weighted(rows[sex]) for sex in "FM"},
        older={row["sex"]: _by_rank(row["names"].split()) for row in _table("older_first_names.csv")},
    )


def _by_rank(names: Sequence[str]) -> Weighted:
    return _weighted([(name, 1000 // (10 + rank)) for rank, name in enumerate(names)])


def _weighted(rows: Sequence[tuple[str, int]]) -> Weighted:
    return Weighted(tuple(name for name, _ in rows), tuple(accumulate(weight for _, weight in rows)))


def _table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((_DATA / name).read_text("utf-8"))))
