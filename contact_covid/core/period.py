"""Periods: the month of collection, "YYYY-MM" in Paris time, under whose key an identity is sealed."""

from datetime import datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
MONTHS_A_YEAR = 12
_LENGTH = len("2020-05")

Period = str


def period_of(moment: datetime) -> Period:
    """The period an aware ``moment`` falls in: 31 May 22:30 UTC is already June in Paris.

    Raises ``ValueError`` when ``moment`` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a period needs an aware moment")
    local = moment.astimezone(PARIS)
    return f"{local.year:04d}-{local.month:02d}"


def following(period: Period, n: int = 1) -> Period:
    """The period ``n`` months after. Raises ``ValueError`` when ``period`` is malformed."""
    return _text(_months(period) + n)


def months_back(period: Period, n: int) -> Period:
    """The period ``n`` months before. Raises ``ValueError`` when ``period`` is malformed."""
    return _text(_months(period) - n)


def bounds(period: Period) -> tuple[datetime, datetime]:
    """First moment of the period and first moment of the next one (aware, Paris): ``start <= moment < end``.

    Raises ``ValueError`` when ``period`` is malformed.
    """
    return _start(_months(period)), _start(_months(period) + 1)


def day_start(now: datetime) -> datetime:
    """The last midnight in Paris (aware)."""
    return now.astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)


def _months(period: Period) -> int:
    """Months since year 0."""
    year, dash, month = period[:4], period[4:5], period[5:]
    well_formed = len(period) == _LENGTH and period.isascii() and dash == "-" and year.isdigit() and month.isdigit()
    if not well_formed or not 1 <= int(month) <= MONTHS_A_YEAR:
        raise ValueError("a period is YYYY-MM")
    return int(year) * MONTHS_A_YEAR + int(month) - 1


def _text(months: int) -> Period:
    year, month = divmod(months, MONTHS_A_YEAR)
    return f"{year:04d}-{month + 1:02d}"


def _start(months: int) -> datetime:
    year, month = divmod(months, MONTHS_A_YEAR)
    return datetime(year, month + 1, 1, tzinfo=PARIS)
