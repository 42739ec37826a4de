"""The kinds of journal events that accounts write. Those of one account are its « derniers évènements »."""

from enum import StrEnum


class AccountEvent(StrEnum):
    LOGGED_IN = "accounts.logged_in"
    CARD_REFUSED = "accounts.card_refused"
    LOGIN_FAILED = "accounts.login_failed"
    PSC_REFUSED = "accounts.psc_refused"
    BLOCKED = "accounts.blocked"
    LOGGED_OUT = "accounts.logged_out"
    POST_SWITCHED = "accounts.post_switched"
    SESSIONS_ENDED = "accounts.sessions_ended"
    ENROLLED = "accounts.enrolled"
    CREATED = "accounts.created"
    DISABLED = "accounts.disabled"
    RESET_ASKED = "accounts.reset_asked"
    PASSWORD_RESET = "accounts.password_reset"  # noqa: S105 - the kind of an event
    ONE_LOGIN_ASKED = "accounts.one_login_asked"
    ONE_LOGIN = "accounts.one_login"
    KEYS_LOADED = "accounts.keys_loaded"
    KEY_REFUSED = "accounts.key_refused"
    LETTER_REQUESTED = "accounts.letter_requested"
    FACTOR_PASSED = "accounts.factor_passed"
    FACTOR_FAILED = "accounts.factor_failed"
    FACTOR_BLOCKED = "accounts.factor_blocked"
    FACTOR_CODE_MAILED = "accounts.factor_code_mailed"
    FACTOR_ADDED = "accounts.factor_added"
    FACTOR_RENAMED = "accounts.factor_renamed"
    FACTOR_REMOVED = "accounts.factor_removed"
    RECOVERY_CODES_MADE = "accounts.recovery_codes_made"
    EMAIL_ASKED = "accounts.email_asked"
    EMAIL_CHANGED = "accounts.email_changed"
    PASSWORD_CHANGED = "accounts.password_changed"  # noqa: S105 - the kind of an event
    SESSION_CLOSED = "accounts.session_closed"
    FUND_TOLD = "accounts.fund_told"
