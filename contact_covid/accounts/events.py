"""The kinds of journal events that accounts write. Those of one account are its « derniers évènements »."""

from enum import StrEnum


class AccountEvent(StrEnum):
    LOGGED_IN = "accounts.logged_in"
    LOGIN_FAILED = "accounts.login_failed"
    BLOCKED = "accounts.blocked"
    LOGGED_OUT = "accounts.logged_out"
    POST_SWITCHED = "accounts.post_switched"
    SESSIONS_ENDED = "accounts.sessions_ended"
    CREATED = "accounts.created"
    DISABLED = "accounts.disabled"
    EMAIL_ASKED = "accounts.email_asked"
    EMAIL_CHANGED = "accounts.email_changed"
    PASSWORD_CHANGED = "accounts.password_changed"  # noqa: S105 - the kind of an event
    SESSION_CLOSED = "accounts.session_closed"
    FUND_TOLD = "accounts.fund_told"
