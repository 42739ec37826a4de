"""When a telephone may ring with an SMS: the policy's hours by the clock of the département the person lives in."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from contact_covid.core.rules.hours import Hours, every_day
from contact_covid.messaging.rules.holidays import holidays

_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class SmsPolicy:
    """From ``opens`` until ``closes`` (whole hours), on Sundays and public holidays too or not."""

    opens: int
    closes: int
    on_sundays: bool


def may_leave_at(moment: datetime, policy: SmsPolicy, *, department: str, zone: ZoneInfo) -> datetime:
    """``moment`` itself when an SMS may be sent to somebody of that département (code), else when it next may (UTC)."""
    return _hours(policy, department).next_opening(moment, zone)


@lru_cache(maxsize=256)
def _hours(policy: SmsPolicy, department: str) -> Hours:
    is_open = every_day if policy.on_sundays else partial(_is_working_day, department)
    return Hours(time(policy.opens), time(policy.closes), is_open)


def _is_working_day(department: str, day: date) -> bool:
    return day.weekday() != _SUNDAY and day not in holidays(day.year, department)
