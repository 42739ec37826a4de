"""How long a password and an unused account are good for. Arithmetic on aware datetimes; no length: for ever."""

from collections.abc import Iterable
from datetime import datetime, timedelta

NEVER = timedelta()


def is_over(*, since: datetime, good_for: timedelta, now: datetime) -> bool:
    """Whether what began at ``since`` is over at ``now``."""
    return good_for > NEVER and now >= since + good_for


def latest(moments: Iterable[datetime | None]) -> datetime:
    """The last of those that are known; one is."""
    return max(moment for moment in moments if moment is not None)
