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
    ENABLED = "accounts.enabled"
    INVITED = "accounts.invited"
    INVITATION_ACCEPTED = "accounts.invitation_accepted"
    INVITATION_ENDED = "accounts.invitation_ended"
    POST_ENDED = "accounts.post_ended"
    PASSWORD_CHANGED = "accounts.password_changed"  # noqa: S105 - a kind of event
    UNUSED_WARNED = "accounts.unused_warned"
