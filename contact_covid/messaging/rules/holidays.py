"""Public holidays where a person lives (code du travail, L. 3133-1, L. 3134-13 and L. 3422-2)."""

from datetime import date, timedelta
from functools import lru_cache

_EVERYWHERE = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
_MOSELLE_AND_ALSACE = frozenset({"57", "67", "68"})
# The abolition of slavery is remembered on another day in each of them.
_ABOLITION = {
    "971": (5, 27),
    "972": (5, 22),
    "973": (6, 10),
    "974": (12, 20),
    "976": (4, 27),
    "977": (10, 9),
    "978": (5, 28),
}


@lru_cache(maxsize=1024)
def holidays(year: int, department: str) -> frozenset[date]:
    """The days nobody works in a département (code) that year."""
    easter = easter_sunday(year)
    days = {date(year, month, day) for month, day in _EVERYWHERE}
    days |= {easter + timedelta(days=after) for after in _AFTER_EASTER}
    if department in _MOSELLE_AND_ALSACE:
        days |= {easter - timedelta(days=2), date(year, 12, 26)}
    if department in _ABOLITION:
        days.add(date(year, *_ABOLITION[department]))
    return frozenset(days)


def easter_sunday(year: int) -> date:
    """By the Gregorian computus (Meeus, *Astronomical Algorithms*, ch. 8)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
