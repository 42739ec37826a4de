"""How long a session lasts: a time without use, a time in all. Everything here is arithmetic on aware datetimes."""

from datetime import datetime, timedelta

SEEN_EVERY = timedelta(minutes=1)


def expires_at(*, created_at: datetime, seen_at: datetime, idle: timedelta, total: timedelta) -> datetime:
    """The moment from which the session opens nothing any more, if it is not used until then."""
    return min(seen_at + idle, created_at + total)


def warns_at(*, expires_at: datetime, warning: timedelta) -> datetime:
    """When the page says that the session is about to end."""
    return expires_at - warning


def seen_is_due(*, seen_at: datetime, now: datetime, idle: timedelta) -> bool:
    """Whether a use is worth writing: once a minute is enough, more often only where the idle time is a few minutes."""
    return now - seen_at >= min(SEEN_EVERY, idle / 10)
