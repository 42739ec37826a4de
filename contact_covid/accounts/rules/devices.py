"""The accounts a browser has already logged in to, as its signed cookie carries them: account → day of the login."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

REMEMBERED_FOR = timedelta(days=180)
REMEMBERED_ACCOUNTS = 8


def still_known(logins: Mapping[UUID, date], today: date) -> dict[UUID, date]:
    """The logins that are recent enough to count."""
    return {account: day for account, day in logins.items() if today - day < REMEMBERED_FOR}


def with_login(logins: Mapping[UUID, date], account: UUID, today: date) -> dict[UUID, date]:
    """``logins`` with this one, newest first; the oldest leave when a shared computer has seen too many."""
    others = {key: day for key, day in still_known(logins, today).items() if key != account}
    newest_first = sorted(others.items(), key=lambda item: item[1], reverse=True)
    return {account: today} | dict(newest_first[: REMEMBERED_ACCOUNTS - 1])
