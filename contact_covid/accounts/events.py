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
    FACTOR_PASSED = "accounts.factor_passed"
    FACTOR_FAILED = "accounts.factor_failed"
    FACTOR_BLOCKED = "accounts.factor_blocked"
    FACTOR_CODE_MAILED = "accounts.factor_code_mailed"
    FACTOR_ADDED = "accounts.factor_added"
    FACTOR_RENAMED = "accounts.factor_renamed"
    FACTOR_REMOVED = "accounts.factor_removed"
    RECOVERY_CODES_MADE = "accounts.recovery_codes_made"
