"""The count of wrong secrets: of passwords against an account, of keys and codes against the number they belong to."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from contact_covid.accounts.models import LoginGuard
from contact_covid.accounts.rules import guard
from contact_covid.core.errors import RuleError


class LoginErrorCode(StrEnum):
    REFUSED = "login.refused"
    BLOCKED = "login.blocked"
    NO_OPEN_POST = "login.no_open_post"


class LoginBlocked(RuleError):
    """Too many wrong passwords for this login, which may not exist. ``minutes`` to wait, rounded up."""

    def __init__(self, minutes: int) -> None:
        super().__init__(LoginErrorCode.BLOCKED)
        self.minutes = minutes


# The row lock of the conflict puts simultaneous tries in line; each gets its own number, committed before it goes on.
# Over: the lock has passed, or nothing was tried for a day. A try during the lock lengthens nothing.
_COUNT = """
INSERT INTO accounts_login_guard AS g (key, tries, last_at, blocked_until)
VALUES (%(key)s, 1, %(now)s, CASE WHEN %(limit)s <= 1 THEN %(lock_end)s END)
ON CONFLICT (key) DO UPDATE SET (tries, blocked_until, last_at) = (
    SELECT CASE WHEN over THEN 1 ELSE LEAST(g.tries, 1000000) + 1 END,
           CASE WHEN over THEN excluded.blocked_until
                ELSE COALESCE(g.blocked_until, CASE WHEN g.tries + 1 >= %(limit)s THEN %(lock_end)s END) END,
           excluded.last_at
    FROM (SELECT CASE WHEN g.blocked_until IS NULL THEN g.last_at <= %(forgotten)s
                      ELSE g.blocked_until <= %(now)s END AS over) AS state
)
RETURNING tries, blocked_until
"""


def count(key: bytes, now: datetime, *, limit: int | None = None, lock: timedelta | None = None) -> guard.Attempt:
    """Counts one try, for good: in a transaction of its own, before the secret is looked at.

    ``limit``: the tries after which it blocks, by default those of a password. ``lock``: for how long, ``LOGIN_LOCK``
    unless said.
    """
    values: dict[str, bytes | int | datetime] = {
        "key": key,
        "now": now,
        "limit": settings.LOGIN_ATTEMPTS if limit is None else limit,
        "lock_end": now + (settings.LOGIN_LOCK if lock is None else lock),
        "forgotten": now - guard.FORGET_AFTER,
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        return guard.Attempt(*cursor.fetchone())


def key_of(subject: bytes) -> bytes:
    """What a count is kept under. ``subject`` begins with the kind of secret, so that no two kinds share a count."""
    return salted_hmac("accounts.guard", subject, algorithm="sha256").digest()


def key_of_account(account: UUID, *, known_browser: bool) -> bytes:
    """What wrong passwords of an account are counted under; those of its own browsers apart from strangers'."""
    return key_of((b"browser:" if known_browser else b"account:") + account.bytes)


def forget(*keys: bytes) -> None:
    """The right secret was given: the next wrong one is the first again."""
    LoginGuard.objects.filter(key__in=keys).delete()


def lift(account: UUID) -> None:
    """The account proved who it is in another way: its password is let in again, from wherever it was blocked."""
    forget(*(key_of_account(account, known_browser=known) for known in (False, True)))


def blocked(attempt: guard.Attempt, now: datetime) -> LoginBlocked:
    """What to raise for a try that comes too late."""
    return LoginBlocked(guard.minutes_left(attempt.blocked_until or now, now))
