"""Logging in with a password. It enters here and is compared with its hash; nothing keeps it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import hashers
from django.core import signing
from django.db import transaction

from contact_covid.access.enums import Role
from contact_covid.accounts.actions import guard
from contact_covid.accounts.actions.entrance import Entered, let_in
from contact_covid.accounts.actions.guard import LoginErrorCode
from contact_covid.accounts.actions.letters import take_try, was_right
from contact_covid.accounts.actions.sessions import NoOpenPost
from contact_covid.accounts.enums import Step
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.factors.actions.devices import at_login
from contact_covid.accounts.models import Account
from contact_covid.accounts.queries import KnownLogin, OpenSession, ages_of, known_login, post_to_begin_with
from contact_covid.accounts.rules import devices, letter_codes, logins
from contact_covid.accounts.rules.guard import Attempt
from contact_covid.core.errors import RuleError
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface


class LoginRefused(RuleError):
    """Wrong password, or a login that no single active account has: never told apart."""

    def __init__(self) -> None:
        super().__init__(LoginErrorCode.REFUSED)


class FirstLogin(Exception):
    """The number and the code of a letter: no account yet, but the right to create the one of that ``practice``."""

    def __init__(self, practice: UUID) -> None:
        super().__init__()
        self.practice = practice


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """``token`` is for the session cookie, ``device_token`` for the one that outlives it; neither is stored here."""

    token: str
    device_token: str
    session: OpenSession


def log_in(
    *, login: str, password: str, device_token: str | None, now: datetime, proven_token: str | None = None
) -> LoggedIn:
    """Opens a session for whoever knows the password; always under a new token.

    ``login`` as typed; ``device_token`` as the browser holds it, which decides only where a failure is counted;
    ``proven_token``: the other one, of a device that passed a second factor. Must be called outside any transaction:
    the try is counted for good before the password is looked at.

    Raises ``LoginRefused``, ``LoginBlocked`` (from the last allowed failure on), ``NoOpenPost``, ``FirstLogin``.
    """
    wanted = logins.read(login)
    known = known_login(wanted, now) if wanted else None
    browser = _logins_of_browser(device_token, now.date())
    key = _guard_key(known, wanted.value if wanted else login, browser)
    attempt = guard.count(key, now)
    if not attempt.may_be_evaluated(settings.LOGIN_ATTEMPTS):
        raise guard.blocked(attempt, now)
    code = letter_codes.read(password)
    if code and wanted and not wanted.is_email:
        _try_letter(wanted.value, code, key, now)
    encoded = known.password if known else hashers.make_password(None)
    correct, outdated = hashers.verify_password(logins.password_to_try(password), encoded)
    ages = ages_of(known, now) if known else None
    if not correct or known is None or ages is None or ages.unused:  # unused for long: never told from a wrong password
        _record_failure(known, key, attempt, now)
        raise guard.blocked(attempt, now) if attempt.blocked_until else LoginRefused
    encoded = hashers.make_password(password) if outdated else known.password
    too_old = (Step.NEW_PASSWORD,) if ages.password else ()
    try:
        entered = _let_in(known, key, encoded, proven_token, too_old, now)
    except LoginRefused:
        _record_failure(known, key, attempt, now)
        raise
    except NoOpenPost as nowhere:
        _turn_away(known, key, nowhere, now)
        raise
    return LoggedIn(entered.token, _device_token(browser, known.account, now), entered.session)


def _try_letter(number: str, code: str, key: bytes, now: datetime) -> None:
    """What can be read as the code of a letter is tried as one too: for every number the same statement and hash.

    Raises ``FirstLogin``.
    """
    letter = take_try(number=number, now=now)
    correct, _ = hashers.verify_password(code, letter.encoded if letter else hashers.make_password(None))
    if correct and letter:
        guard.forget(key)
        was_right(letter.practice)
        raise FirstLogin(letter.practice)


def _let_in(
    known: KnownLogin, key: bytes, encoded: str, proven_token: str | None, steps: tuple[Step, ...], now: datetime
) -> Entered:
    post = post_to_begin_with(known.account, now, logged_in_for=known.post)
    with transaction.atomic():
        guard.forget(key)
        # The password was read before the slow hash: one that was changed or an account disabled since opens nothing.
        unchanged = Account.objects.filter(id=known.account, is_active=True, password=known.password)
        if not unchanged.update(password=encoded):
            raise LoginRefused
        if post is None:
            raise NoOpenPost
        asked = at_login(account=known.account, token=proven_token, now=now)
        return let_in(
            account=known.account,
            post=post,
            assurance=asked.assurance,
            steps=(*asked.steps, *steps),
            remembered=asked.remembered,
            now=now,
        )


def _turn_away(known: KnownLogin, key: bytes, nowhere: NoOpenPost, now: datetime) -> None:
    """The password was right: it counts as no try, and the journal says why it opened nothing."""
    with transaction.atomic():
        guard.forget(key)
        record(_event(AccountEvent.LOGIN_FAILED, known, {"reason": nowhere.code.value}), now=now)


def _guard_key(known: KnownLogin | None, typed: str, browser: dict[UUID, date]) -> bytes:
    if known is None:
        return guard.key_of(b"login:" + typed.encode(errors="replace"))
    return guard.key_of_account(known.account, known_browser=known.account in browser)


def _device_token(browser: dict[UUID, date], account: UUID, now: datetime) -> str:
    logins_there = devices.with_login(browser, account, now.date())
    return _device_signer().sign_object([[known.hex, day.toordinal()] for known, day in logins_there.items()])


def _device_signer() -> signing.Signer:
    return signing.Signer(salt="accounts.device")


def _logins_of_browser(device_token: str | None, today: date) -> dict[UUID, date]:
    try:
        entries = _device_signer().unsign_object(device_token or "")
    except signing.BadSignature:
        return {}
    return devices.still_known({UUID(account): date.fromordinal(day) for account, day in entries}, today)


def _record_failure(known: KnownLogin | None, key: bytes, attempt: Attempt, now: datetime) -> None:
    """Journal rows of a failure: under the account tried, or under the digest of a login that nobody has."""
    kinds = (AccountEvent.LOGIN_FAILED, AccountEvent.BLOCKED) if attempt.blocked_until else (AccountEvent.LOGIN_FAILED,)
    detail = {} if known else {"login_digest": key.hex()}
    record(*(_event(kind, known, detail) for kind in kinds), now=now)


def _event(kind: AccountEvent, known: KnownLogin | None, detail: dict[str, str]) -> Event:
    """Of the system: nobody is in."""
    target = known.account if known else None
    return Event(kind, Role.SYSTEM, Purpose.SIGN_IN, Surface.PAGE, target, detail=detail)
