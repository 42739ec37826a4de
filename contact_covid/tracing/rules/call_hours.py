"""When people may be called: 8 to 19 h every day, by the clock of the département they live in. The clock of a
deadline stands still outside these hours."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

OPENS = time(8)
CLOSES = time(19)


def open_at(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether a person living under ``zone`` may be called at ``moment`` (aware); 19:00 itself is too late."""
    return OPENS <= moment.astimezone(zone).time() < CLOSES


def next_opening(moment: datetime, zone: ZoneInfo) -> datetime:
    """``moment`` itself when calls are allowed, else when they next begin (UTC)."""
    return max(moment.astimezone(UTC), _window(moment, zone)[0])


@lru_cache(maxsize=1024)  # a batch asks the same for everyone of a time zone
def add_call_time(start: datetime, duration: timedelta, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which ``duration`` of call hours has passed since ``start``.

    A duration that ends with a day ends at its closing, not at the next opening.
    """
    moment, left = start, duration
    while True:
        opening, closing = _window(moment, zone)
        begins = max(moment.astimezone(UTC), opening)
        if begins + left <= closing:
            return begins + left
        left -= closing - begins
        moment = closing


def day_after(moment: datetime, zone: ZoneInfo) -> datetime:
    """When calls begin on the day after that of ``moment`` (UTC)."""
    return _hours(moment.astimezone(zone).date() + timedelta(days=1), zone)[0]


def _window(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The call hours that ``moment`` is in, or the next ones."""
    local = moment.astimezone(zone)
    return _hours(local.date() if local.time() < CLOSES else local.date() + timedelta(days=1), zone)


def _hours(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Both ends in UTC: hours of one zone are not to be subtracted across a change of its clock."""
    opening, closing = (datetime.combine(day, at, tzinfo=zone) for at in (OPENS, CLOSES))
    return opening.astimezone(UTC), closing.astimezone(UTC)
