"""When people may be called: 8 to 19 h every day, by the clock of the département they live in. The clock of a
deadline stands still outside these hours."""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from contact_covid.core.rules.hours import Hours

CLOSES = time(19)
CALLS = Hours(time(8), CLOSES)


def open_at(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether a person living under ``zone`` may be called at ``moment`` (aware); 19:00 itself is too late."""
    return CALLS.open_at(moment, zone)


def next_opening(moment: datetime, zone: ZoneInfo) -> datetime:
    """``moment`` itself when calls are allowed, else when they next begin (UTC)."""
    return CALLS.next_opening(moment, zone)


@lru_cache(maxsize=1024)  # a batch asks the same for everyone of a time zone
def add_call_time(start: datetime, duration: timedelta, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which ``duration`` of call hours has passed since ``start``.

    A duration that ends with a day ends at its closing, not at the next opening.
    """
    moment, left = start, duration
    while True:
        opening, closing = CALLS.window(moment, zone)
        begins = max(moment.astimezone(UTC), opening)
        if begins + left <= closing:
            return begins + left
        left -= closing - begins
        moment = closing


def day_after(moment: datetime, zone: ZoneInfo) -> datetime:
    """When calls begin on the day after that of ``moment`` (UTC)."""
    return CALLS.of_day(moment.astimezone(zone).date() + timedelta(days=1), zone)[0]
