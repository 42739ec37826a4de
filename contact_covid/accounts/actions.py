"""The writers of accounts, sessions and login guards. Passwords and tokens enter here; their hashes are stored."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.contrib.auth import hashers, password_validation
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Assurance, Permission, Role
from contact_covid.accounts.enums import EndReason
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, LoginGuard, Post, Session
from contact_covid.accounts.queries import KnownLogin, OpenSession, digest_of, known_login, open_posts, session_for
from contact_covid.accounts.rules import devices, guard, logins, sessions
from contact_covid.accounts.rules.passwords import PasswordFault
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface

_TOKEN_BYTES = 32
_KEPT_AFTER_END = timedelta(days=1)


class LoginErrorCode(StrEnum):
    REFUSED = "login.refused"
    BLOCKED = "login.blocked"
    NO_OPEN_POST = "login.no_open_post"


class LoginRefused(RuleError):
    """Wrong password, or a login that no single active account has: never told apart."""

    def __init__(self) -> None:
        super().__init__(LoginErrorCode.REFUSED)


class LoginBlocked(RuleError):
    """Too many wrong passwords for this login, which may not exist. ``minutes`` to wait, rounded up."""

    def __init__(self, minutes: int) -> None:
        super().__init__(LoginErrorCode.BLOCKED)
        self.minutes = minutes


class NoOpenPost(RuleError):
    """The password was right, but the account acts nowhere (any more), or not from the post asked for."""

    def __init__(self) -> None:
        super().__init__(LoginErrorCode.NO_OPEN_POST)


class PasswordRefused(Exception):
    """A new password that the rules refuse. ``faults``: every reason."""

    def __init__(self, faults: tuple[PasswordFault, ...]) -> None:
        super().__init__(*faults)
        self.faults = faults


# --- Log in --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """``token`` is for the session cookie, ``device_token`` for the one that outlives it; neither is stored here."""

    token: str
    device_token: str
    session: OpenSession


def log_in(*, login: str, password: str, device_token: str | None, now: datetime) -> LoggedIn:
    """Opens a session for whoever knows the password; always under a new token.

    ``login`` as typed; ``device_token`` as the browser holds it, which decides only where a failure is counted. Must
    be called outside any transaction: the try is counted for good before the password is looked at.

    Raises ``LoginRefused``, ``LoginBlocked`` (from the last allowed failure on), ``NoOpenPost``.
    """
    wanted = logins.read(login)
    known = known_login(wanted, now) if wanted else None
    browser = _logins_of_browser(device_token, now.date())
    key = _guard_key(known, wanted.value if wanted else login, browser)
    attempt = _count(key, now)
    if not attempt.may_be_evaluated(settings.LOGIN_ATTEMPTS):
        raise _blocked(attempt, now)
    encoded = known.password if known else hashers.make_password(None)
    correct, outdated = hashers.verify_password(logins.password_to_try(password), encoded)
    if not correct or known is None:
        _record_failure(known, key, attempt, now)
        raise _blocked(attempt, now) if attempt.blocked_until else LoginRefused
    return _let_in(known, key, hashers.make_password(password) if outdated else known.password, browser, now)


def _let_in(known: KnownLogin, key: bytes, encoded: str, browser: dict[UUID, date], now: datetime) -> LoggedIn:
    post = known.post or open_posts(known.account, now).values_list("id", flat=True).first()
    with transaction.atomic():
        LoginGuard.objects.filter(key=key).delete()
        # The password was read before the slow hash: one that was changed or an account disabled since opens nothing.
        unchanged = Account.objects.filter(id=known.account, is_active=True, password=known.password)
        if not unchanged.update(last_login=now, password=encoded):
            raise LoginRefused
        token = _open_session(known.account, post, Assurance.PASSWORD, now) if post else None
        session = session_for(token, now) if token else None
        if session:
            record(Event.by(session.actor, AccountEvent.LOGGED_IN, Purpose.SIGN_IN, Surface.PAGE), now=now)
    if token is None or session is None:
        raise NoOpenPost
    device_token = _device_signer().sign_object(
        [
            [account.hex, day.toordinal()]
            for account, day in devices.with_login(browser, known.account, now.date()).items()
        ]
    )
    return LoggedIn(token, device_token, session)


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


def _count(key: bytes, now: datetime) -> guard.Attempt:
    values: dict[str, bytes | int | datetime] = {
        "key": key,
        "now": now,
        "limit": settings.LOGIN_ATTEMPTS,
        "lock_end": now + settings.LOGIN_LOCK,
        "forgotten": now - guard.FORGET_AFTER,
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        return guard.Attempt(*cursor.fetchone())


def _guard_key(known: KnownLogin | None, typed: str, browser: dict[UUID, date]) -> bytes:
    if known is None:
        subject = b"login:" + typed.encode(errors="replace")
    else:
        subject = (b"browser:" if known.account in browser else b"account:") + known.account.bytes
    return salted_hmac("accounts.guard", subject, algorithm="sha256").digest()


def _blocked(attempt: guard.Attempt, now: datetime) -> LoginBlocked:
    return LoginBlocked(guard.minutes_left(attempt.blocked_until or now, now))


def _device_signer() -> signing.Signer:
    return signing.Signer(salt="accounts.device")


def _logins_of_browser(device_token: str | None, today: date) -> dict[UUID, date]:
    try:
        entries = _device_signer().unsign_object(device_token or "")
    except signing.BadSignature:
        return {}
    return devices.still_known({UUID(account): date.fromordinal(day) for account, day in entries}, today)


def _record_failure(known: KnownLogin | None, key: bytes, attempt: guard.Attempt, now: datetime) -> None:
    """Journal rows of a failure: under the account tried, or under the digest of a login that nobody has."""
    kinds = (AccountEvent.LOGIN_FAILED, AccountEvent.BLOCKED) if attempt.blocked_until else (AccountEvent.LOGIN_FAILED,)
    target = known.account if known else None
    detail = {} if known else {"login_digest": key.hex()}
    role = Role.SYSTEM  # nobody has proved to be anyone
    record(*(Event(kind, role, Purpose.SIGN_IN, Surface.PAGE, target, detail=detail) for kind in kinds), now=now)


# --- Sessions ------------------------------------------------------------------------------------------------------


def _open_session(account: UUID, post: UUID, assurance: Assurance, now: datetime) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    Session.objects.create(
        id=new_id(now),
        token_digest=digest_of(token),
        account_id=account,
        post_id=post,
        assurance=assurance,
        created_at=now,
        seen_at=now,
    )
    return token


def touch(*, session: OpenSession, now: datetime) -> OpenSession:
    """Notes that the session was used, at most once a minute; returns it with the expiry that results.

    For the one place that reads the session of a request; a question about the time left must not call it.
    """
    if not sessions.seen_is_due(seen_at=session.seen_at, now=now, idle=settings.SESSION_IDLE):
        return session
    Session.objects.filter(id=session.id, ended_at=None, seen_at__lt=now).update(seen_at=now)
    return session.seen(now)


def log_out(*, session: OpenSession, now: datetime) -> None:
    """Ends the session at once. A session that has ended already stays as it is."""
    with transaction.atomic():
        if Session.objects.filter(id=session.id, ended_at=None).update(ended_at=now, ended_reason=EndReason.LOGGED_OUT):
            record(Event.by(session.actor, AccountEvent.LOGGED_OUT, Purpose.SIGN_IN, Surface.PAGE), now=now)


def switch_post(*, session: OpenSession, post: UUID, now: datetime) -> str:
    """Goes on acting from another post of the same account; returns the new token, the old one opens nothing any more.

    The time in all keeps running from the login. Raises ``NoOpenPost`` when the post is not open or not this account's.
    """
    account = session.actor.account
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        if account is None or not open_posts(account, now).filter(id=post).exists():
            raise NoOpenPost
        Session.objects.filter(id=session.id, ended_at=None).update(
            post=post, token_digest=digest_of(token), seen_at=now
        )
        switched = session_for(token, now)
        if switched is None:
            raise NoOpenPost
        record(Event.by(switched.actor, AccountEvent.POST_SWITCHED, Purpose.SIGN_IN, Surface.PAGE), now=now)
    return token


def end_sessions(*, actor: Actor, account: UUID, reason: EndReason, surface: Surface, now: datetime) -> int:
    """Ends every open session of an account, for its holder or for an administrator. Returns how many there were."""
    if actor.account != account:
        policy.check(actor, Permission.ACCOUNTS_MANAGE)
    with transaction.atomic():
        ended = Session.objects.filter(account=account, ended_at=None).update(ended_at=now, ended_reason=reason)
        detail = {"account": str(account), "reason": reason.value}
        record(Event.by(actor, AccountEvent.SESSIONS_ENDED, Purpose.ADMINISTRATION, surface, detail=detail), now=now)
    return ended


def purge(*, now: datetime) -> None:
    """Deletes the sessions over for a day, and the counts of wrong passwords that are forgotten."""
    over = now - _KEPT_AFTER_END
    Session.objects.filter(Q(ended_at__lt=over) | Q(created_at__lt=over - settings.SESSION_TOTAL)).delete()
    LoginGuard.objects.filter(
        Q(blocked_until=None) | Q(blocked_until__lte=now), last_at__lte=now - guard.FORGET_AFTER
    ).delete()


# --- Accounts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to open, at a practice or for an organisation, not both. ``fund`` and ``region`` bound an area role."""

    role: Role
    practice: UUID | None = None
    organisation: UUID | None = None
    fund: str | None = None
    region: str | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to create. ``password`` is a hash of ``password_hash``, empty for an account without password."""

    last_name: str
    posts: tuple[NewPost, ...]
    first_name: str = ""
    title: str = ""
    email: str = ""
    professional: UUID | None = None
    password: str = ""


def password_hash(password: str, *, last_name: str = "", first_name: str = "", email: str = "") -> str:
    """The hash to store of a new password. Raises ``PasswordRefused``."""
    holder = Account(last_name=last_name, first_name=first_name, email=email)
    try:
        password_validation.validate_password(password, holder)
    except ValidationError as error:
        faults = tuple(dict.fromkeys(PasswordFault(str(fault.code)) for fault in error.error_list))
        raise PasswordRefused(faults) from None  # the cause could quote the password
    return hashers.make_password(password)


def create_accounts(*, actor: Actor, accounts: Sequence[NewAccount], surface: Surface, now: datetime) -> list[UUID]:
    """Creates accounts with their posts, open from now, the first one leading; returns their ids in the same order.
    One transaction.

    Raises ``policy.Denied``, ``ValueError`` for a password that is not a hash, ``IntegrityError`` when a professional
    already has an account.
    """
    policy.check(actor, Permission.ACCOUNTS_MANAGE)
    rows = [_account(new, now) for new in accounts]
    ids = iter(sorted(new_id(now) for new in accounts for _ in new.posts))  # their order says which post came first
    posts = [_post(post, next(ids), row.id, now) for row, new in zip(rows, accounts, strict=True) for post in new.posts]
    with transaction.atomic():
        Account.objects.bulk_create(rows)
        Post.objects.bulk_create(posts)
        record(*(_about(row.id, AccountEvent.CREATED, actor, surface) for row in rows), now=now)
    return [row.id for row in rows]


def _account(new: NewAccount, now: datetime) -> Account:
    if new.password:
        hashers.identify_hasher(new.password)
    return Account(
        id=new_id(now),
        email=new.email.strip().lower(),
        title=new.title,
        last_name=new.last_name,
        first_name=new.first_name,
        professional_id=new.professional,
        password=new.password or hashers.make_password(None),
        created_at=now,
    )


def _post(new: NewPost, id_: UUID, account: UUID, now: datetime) -> Post:
    return Post(
        id=id_,
        account_id=account,
        role=new.role,
        practice_id=new.practice,
        organisation_id=new.organisation,
        fund_id=new.fund,
        region_id=new.region,
        starts_at=now,
        ends_at=new.ends_at,
    )


def disable_account(*, actor: Actor, account: UUID, surface: Surface, now: datetime) -> None:
    """Closes an account: its next page is the login page, and no login opens it. Raises ``policy.Denied``."""
    policy.check(actor, Permission.ACCOUNTS_MANAGE)
    with transaction.atomic():
        if Account.objects.filter(id=account, is_active=True).update(is_active=False):
            end_sessions(actor=actor, account=account, reason=EndReason.DISABLED, surface=surface, now=now)
            record(_about(account, AccountEvent.DISABLED, actor, surface), now=now)


def _about(account: UUID, kind: AccountEvent, actor: Actor, surface: Surface) -> Event:
    return Event.by(actor, kind, Purpose.ADMINISTRATION, surface, detail={"account": str(account)})
