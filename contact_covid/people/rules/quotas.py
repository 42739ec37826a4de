"""How many searches a counter or a platform may make: limits that no honest day reaches and no scraper stays under."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contact_covid.access.enums import Role
from contact_covid.people.enums import AlertKind

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SLOT = timedelta(minutes=10)
TOLD_AGAIN = 10
MISSES_JUDGED_FROM = 20
MISSES_ALLOWED = 0.2
FLEET = 10
"""So many accounts or practices with an alert within one hour are one matter: somebody moves them together."""


@dataclass(frozen=True, slots=True)
class Quota:
    """Look-ups an hour and a day; ``by_practice``: counted for the whole practice rather than the account.

    ``misses_allowed``: the share of look-ups that may find nobody; the unknown do ring a platform.
    """

    alert_per_hour: int
    per_hour: int
    per_day: int
    by_practice: bool = False
    misses_allowed: float = MISSES_ALLOWED


_CALLERS = Quota(alert_per_hour=40, per_hour=60, per_day=300, misses_allowed=0.6)
QUOTAS: Mapping[Role, Quota] = {
    Role.PHARMACIST: Quota(alert_per_hour=60, per_hour=120, per_day=400),
    Role.BIOLOGIST: Quota(alert_per_hour=300, per_hour=400, per_day=3000, by_practice=True),
    Role.PLATFORM_AGENT: _CALLERS,
    Role.PLATFORM_SUPERVISOR: _CALLERS,
    Role.DELEGATED_TRACER: _CALLERS,
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Look-ups and misses of one subject in the last hour and the last day, each to the beginning of its first slot.

    The one that is judged is not among them.
    """

    hour: int = 0
    day: int = 0
    day_misses: int = 0


def clock_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def slot_of(now: datetime) -> datetime:
    """The beginning of the ten minutes by which look-ups are counted."""
    hour = clock_hour(now)
    return hour + (now - hour) // SLOT * SLOT


def refusal(quota: Quota, tally: Tally) -> AlertKind | None:
    """Why the next look-up is refused, or None when it is allowed. The one that would reach a limit is refused."""
    if tally.day >= MISSES_JUDGED_FROM and tally.day_misses > quota.misses_allowed * tally.day:
        return AlertKind.SUSPENDED
    if tally.hour + 1 >= quota.per_hour or tally.day + 1 >= quota.per_day:
        return AlertKind.STOPPED
    return None


def is_many(quota: Quota, tally: Tally) -> bool:
    """Whether the look-up just allowed is worth an alert: the one that reaches the limit, then each tenth.

    Told again, the alert is there although a crash may have come between a look-up and its alert.
    """
    beyond = tally.hour + 1 - quota.alert_per_hour
    return beyond >= 0 and beyond % TOLD_AGAIN == 0
