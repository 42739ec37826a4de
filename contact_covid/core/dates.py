"""Dates as the French write them."""

import re
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from contact_covid.core.errors import RuleError
from contact_covid.core.period import PARIS

EARLIEST_YEAR = 1880
LATEST_YEAR = 2199

_FRENCH = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_COMPACT = re.compile(r"(\d\d)()(\d\d)(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
# A day, then an hour: « 24/05/2020 14:30 », « 24/05/2020 à 14 h 30 », « 24/05/2020 9h », « 2020-05-24T14:30 ».
_MOMENT = re.compile(r"(\S+?)(?:T|,?\s+(?:[àa]\s+)?)(\d{1,2})\s*(?:[:hH.]\s*(\d\d)?(?::\d\d)?)", re.ASCII)


class DateErrorCode(StrEnum):
    INVALID = "date.invalid"
    MOMENT_INVALID = "moment.invalid"


class DateError(RuleError):
    """Not a date, or not a day of the calendar."""


def parse_date(text: str) -> date:
    """The date typed as JJ/MM/AAAA, JJ-MM-AAAA, JJ.MM.AAAA, JJMMAAAA, or sent by a browser as AAAA-MM-JJ.

    Day and month may have one digit when separated; the year has four, from 1880 to 2199, so that a slip such as
    "0202" does not pass. Raises ``DateError``.
    """
    typed = text.strip()
    if french := _FRENCH.fullmatch(typed) or _COMPACT.fullmatch(typed):
        day, _, month, year = french.groups()
    elif iso := _ISO.fullmatch(typed):
        year, month, day = iso.groups()
    else:
        raise DateError(DateErrorCode.INVALID)
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        raise DateError(DateErrorCode.INVALID)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise DateError(DateErrorCode.INVALID) from None


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment typed as JJ/MM/AAAA HH:MM (or « à 14 h 30 », « 9h »), or sent by a browser as AAAA-MM-JJTHH:MM, on
    the clocks of ``zone``. Raises ``DateError``.
    """
    typed = _MOMENT.fullmatch(text.strip())
    if typed is None:
        raise DateError(DateErrorCode.MOMENT_INVALID)
    try:
        day, at = parse_date(typed[1]), time(int(typed[2]), int(typed[3] or 0))
    except (DateError, ValueError):
        raise DateError(DateErrorCode.MOMENT_INVALID) from None
    return datetime.combine(day, at, tzinfo=zone)


def day_of(moment: datetime) -> date:
    """The day of an aware moment, by the calendar of Paris."""
    return moment.astimezone(PARIS).date()


def date_fr(day: date) -> str:
    """ "08/05/2020". A ``datetime`` shows its own day: convert it first, or use ``datetime_fr``."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def datetime_fr(moment: datetime, zone: ZoneInfo = PARIS) -> str:
    """ "08/05/2020 10:10", an aware moment shown on the clocks of ``zone``. Raises ``ValueError`` when naive."""
    if moment.tzinfo is None:
        raise ValueError("a moment to show must be aware")
    local = moment.astimezone(zone)
    return f"{local.day:02d}/{local.month:02d}/{local.year:04d} {local.hour:02d}:{local.minute:02d}"


def age(birth: date, on: date) -> int:
    """Whole years lived on the day ``on``; someone born on 29 February is a year older on 1 March of other years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
