"""Numbers that belong to nobody: NIR of commune 999, telephones of the ranges reserved for fiction.

Numbers are dealt in turn, in a shuffled order, so that two people share one only when a range is used up: 999 NIR for
each sex, month and département of birth, 10,000 telephones a range (Arcep, decision 2018-0881, § 2.5.12). Of
``dealers`` tiles each deals every ``dealers``-th number: they need not know of each other to give different ones.
"""

from collections import Counter
from datetime import date
from random import Random
from zlib import crc32

MOBILE = "63998"
LANDLINES = {1: "19900", 2: "26191", 3: "35301", 4: "46571", 5: "53649"}

_ORDERS = 999
_ORDER_STEP = 367
_LINES = 10_000
_LINE_STEP = 6_173
_ABROAD = "99"
_CORSICA_SPLIT = 1976
_MAINLAND = tuple(f"{n:02d}" for n in range(1, 96) if n != 20)


class Numbers:
    """Deals the numbers of one tile; the same calls get the same numbers."""

    def __init__(self, *, dealer: int, dealers: int) -> None:
        self._dealer = dealer
        self._dealers = dealers
        self._dealt: Counter[str] = Counter()

    def nir(self, sex: str, born: date, home: str, dice: Random) -> str:
        """Thirteen characters without key. ``sex``: "F" or "M"; ``home``: département, where most people are born.

        Overseas codes leave no room for commune 999, so those who live there are born elsewhere.
        """
        stem = f"{1 if sex == 'M' else 2}{born:%y%m}{_birthplace(born, home, dice)}999"
        return f"{stem}{(crc32(stem.encode()) + self._turn(stem) * _ORDER_STEP) % _ORDERS + 1:03d}"

    def phone(self, prefix: str) -> str:
        """E.164 in a range of ``LANDLINES`` or ``MOBILE``."""
        return f"+33{prefix}{self._turn(prefix) * _LINE_STEP % _LINES:04d}"

    def _turn(self, range_: str) -> int:
        """The next turn of this dealer in a range of numbers: no other dealer has it."""
        turn = self._dealt[range_] * self._dealers + self._dealer
        self._dealt[range_] += 1
        return turn


def _birthplace(born: date, home: str, dice: Random) -> str:
    draw = dice.random()
    if draw < 0.1:
        return _ABROAD
    if draw < 0.3 or len(home) > 2:
        return dice.choice(_MAINLAND)
    if home.startswith("2") and home[1] in "AB" and born.year < _CORSICA_SPLIT:
        return "20"
    return home
