"""Logging in with Pro Santé Connect: who went there from this browser comes back once, and gets a session of ours."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db import transaction

from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts import psc
from contact_covid.accounts.actions.entrance import let_in
from contact_covid.accounts.actions.sessions import NoOpenPost
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, PscLogin
from contact_covid.accounts.psc import PscErrorCode, PscRefused
from contact_covid.accounts.queries import OpenSession, post_to_begin_with
from contact_covid.accounts.rules.psc import GOOD_FOR, MOST_AT_ONCE, Attempt, returning
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.directory.models import Professional
from contact_covid.directory.queries import practices_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface

_SECRET_BYTES = 32
_SALT = "accounts.psc"


class PscCancelled(RuleError):
    """She turned back at the provider, or it let her go without a code."""

    def __init__(self) -> None:
        super().__init__(PscErrorCode.CANCELLED)


class NoAccount(RuleError):
    """The provider vouches for a professional who has no account."""

    def __init__(self) -> None:
        super().__init__(PscErrorCode.NO_ACCOUNT)


class NoPractice(RuleError):
    """The provider vouches for somebody without account who practises nowhere that the directory knows."""

    def __init__(self) -> None:
        super().__init__(PscErrorCode.NO_PRACTICE)


@dataclass(frozen=True, slots=True)
class Departure:
    """``address``: where the browser goes; ``browser``: its new cookie, to be brought back within ``GOOD_FOR``."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """``token`` is for the session cookie, ``suite`` the path asked for at the start."""

    token: str
    suite: str


def leave(*, suite: str, browser: str | None) -> Departure:
    """Begins a login. Writes nothing but the cookie; other tabs' attempts stay in it. Raises ``PscUnavailable``."""
    attempt = Attempt(secrets.token_urlsafe(_SECRET_BYTES), suite)
    kept = [attempt, *_attempts(browser)][:MOST_AT_ONCE]
    cookie = signing.dumps([[each.secret, each.suite] for each in kept], salt=_SALT)
    return Departure(psc.authorization_url(attempt), cookie)


def come_back(*, state: str, code: str, browser: str | None, now: datetime) -> Arrival:
    """Opens a session, under a new token, for whom the provider vouches. ``code``: empty when it gave none.

    Must be called outside any transaction: a return is used up for good before anything is asked of the provider. What
    is refused is in the journal. Raises ``PscRefused``, ``PscUnavailable``, ``PscCancelled``, ``NoAccount``,
    ``NoPractice``, ``NoOpenPost``.
    """
    try:
        attempt = returning(_attempts(browser), state)
        if attempt is None:
            raise PscRefused("state")
        login = _use_up(attempt, now)
        if not code:
            raise PscCancelled
        who = psc.identify(code=code, attempt=attempt, now=now)
    except PscRefused as refused:
        _record_refusal(refused.reason, None, now)
        raise
    account = Account.objects.filter(professional__national_id=who.national_id).first()
    if account is None:
        raise _stranger(who.national_id, now)
    return Arrival(_let_in(account.id, login, who.id_token, now), attempt.suite)


def asked_for(*, state: str, browser: str | None) -> str:
    """The path that this return was to lead to; "" when this browser did not leave for it."""
    attempt = returning(_attempts(browser), state)
    return attempt.suite if attempt else ""


def way_out(session: OpenSession, back: str) -> str | None:
    """Where the browser goes to end the session at the provider too, and from there ``back``; None when this session
    did not come from there, or the provider cannot be asked."""
    if session.actor.assurance != Assurance.PRO_SANTE_CONNECT:
        return None
    login = PscLogin.objects.filter(session=session.id).first()
    if login is None or login.id_token is None:
        return None
    return psc.end_session_url(ring().open(login.id_token, context=_context(login.id)).decode(), back)


def _attempts(browser: str | None) -> list[Attempt]:
    """What the browser's cookie says it has under way; nothing when we did not sign it or it is too old."""
    try:
        return [Attempt(*each) for each in signing.loads(browser or "", salt=_SALT, max_age=GOOD_FOR)]
    except signing.BadSignature:
        return []


def _use_up(attempt: Attempt, now: datetime) -> PscLogin:
    """The one return of this attempt. Raises ``PscRefused``."""
    login, first = PscLogin.objects.get_or_create(
        digest=attempt.digest, defaults={"id": new_id(now), "came_back_at": now}
    )
    if not first:
        raise PscRefused("replay")
    return login


def _stranger(national_id: str, now: datetime) -> NoAccount | NoPractice:
    professional = Professional.objects.filter(national_id=national_id).first()
    known = professional is not None and practices_of(professional.id).exists()
    _record_refusal("no_account" if known else "no_practice", None, now)
    return NoAccount() if known else NoPractice()


def _let_in(account: UUID, login: PscLogin, id_token: str, now: datetime) -> str:
    post = post_to_begin_with(account, now)
    try:
        with transaction.atomic():
            entered = let_in(account=account, post=post, assurance=Assurance.PRO_SANTE_CONNECT, now=now)
            login.session_id = entered.session.id
            login.id_token = ring().seal(id_token.encode(), period=period_of(now), context=_context(login.id))
            login.save(update_fields=["session", "id_token"])
    except NoOpenPost:
        _record_refusal("no_open_post", account, now)
        raise
    return entered.token


def _context(login: UUID) -> str:
    return f"accounts.PscLogin.id_token:{login}"


def _record_refusal(reason: str, account: UUID | None, now: datetime) -> None:
    event = Event(
        AccountEvent.PSC_REFUSED, Role.SYSTEM, Purpose.SIGN_IN, Surface.PAGE, account, detail={"reason": reason}
    )
    record(event, now=now)
