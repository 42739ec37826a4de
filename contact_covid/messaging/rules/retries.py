"""When a message that could not be sent is tried again: at once at first, then for four days."""

from datetime import datetime, timedelta

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440))


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after ``tries`` failures, None: no more."""
    return now + DELAYS[tries - 1] if tries <= len(DELAYS) else None
