"""The count of tries of a secret (password, code, key) or of mails asked for: when it refuses, and for how long."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, counted before its secret is looked at.

    ``tries`` counts this one and those before it since the last success, the end of the last lock, or a day of calm.
    ``blocked_until`` is set as soon as the last allowed try is taken.
    """

    tries: int
    blocked_until: datetime | None

    def may_be_evaluated(self, limit: int) -> bool:
        return self.tries <= limit


def minutes_left(until: datetime, now: datetime) -> int:
    """Whole minutes to wait, rounded up, never under one."""
    return max(1, math.ceil((until - now) / timedelta(minutes=1)))
