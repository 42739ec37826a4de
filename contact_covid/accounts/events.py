"""The kinds of journal events that accounts write. Those of one account are its « derniers évènements »."""

from enum import StrEnum


class AccountEvent(StrEnum):
    LOGGED_IN = "accounts.logged_in"
    LOGIN_FAILED = "accounts.login_failed"
    PSC_REFUSED = "accounts.psc_refused"
    BLOCKED = "accounts.blocked"
    LOGGED_OUT = "accounts.logged_out"
    POST_SWITCHED = "accounts.post_switched"
    SESSIONS_ENDED = "accounts.sessions_ended"
    CREATED = "accounts.created"
    DISABLED = "accounts.disabled"
