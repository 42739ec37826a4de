"""The kinds of journal events that accounts write. Those of one account are its « derniers évènements »."""

from enum import StrEnum


class AccountEvent(StrEnum):
    LOGGED_IN = "accounts.logged_in"
    CARD_LOGGED_IN = "accounts.card_logged_in"
    CARD_REFUSED = "accounts.card_refused"
    LOGIN_FAILED = "accounts.login_failed"
    BLOCKED = "accounts.blocked"
    LOGGED_OUT = "accounts.logged_out"
    POST_SWITCHED = "accounts.post_switched"
    SESSIONS_ENDED = "accounts.sessions_ended"
    ENROLLED = "accounts.enrolled"
    CREATED = "accounts.created"
    DISABLED = "accounts.disabled"
