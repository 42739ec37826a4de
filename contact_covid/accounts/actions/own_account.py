"""What a holder changes of her own account: address, password, sessions, notices. Passwords enter here; nothing keeps
them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.contrib.auth import hashers
from django.db import transaction

from contact_covid.access import policy
from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Permission
from contact_covid.accounts.actions import guard
from contact_covid.accounts.actions.links import LinkOver, hold_address, mail_with, new_link, use_link, void_links
from contact_covid.accounts.actions.passwords import new_hash, replace, tell_of_change
from contact_covid.accounts.enums import EndReason, LinkPurpose
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, Session
from contact_covid.accounts.queries import OpenSession, acting_account, email_of_another
from contact_covid.accounts.rules import logins
from contact_covid.accounts.rules.guard import minutes_left
from contact_covid.core.errors import RuleError
from contact_covid.core.idempotency import Submission, refuse_reuse, use_up
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail
from contact_covid.messaging.actions import mail
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.contents import EmailChange, EmailTaken

_CHANGE = LinkPurpose.CHANGE_EMAIL


class OwnAccountErrorCode(StrEnum):
    SAME_EMAIL = "own_account.same_email"
    EMAIL_TAKEN = "own_account.email_taken"
    MAILS_SPENT = "own_account.mails_spent"
    WRONG_PASSWORD = "own_account.wrong_password"  # noqa: S105 - the code of an error
    TRIES_SPENT = "own_account.tries_spent"
    SAME_PASSWORD = "own_account.same_password"  # noqa: S105 - the code of an error


class ChangeRefused(RuleError):
    """The address or the password of an account cannot become this. ``minutes`` to wait where waiting helps, else 0."""

    def __init__(self, code: OwnAccountErrorCode, minutes: int = 0) -> None:
        super().__init__(code)
        self.minutes = minutes


@dataclass(frozen=True, slots=True)
class EmailPages:
    """Whole addresses that the mails lead to. ``link``: the token is put behind it; ``door``: the login page;
    ``forgotten``: « Mot de passe oublié »."""

    link: str
    door: str
    forgotten: str


def ask_email(
    *, session: OpenSession, email: str, current: str, pages: EmailPages, sent: Submission, now: datetime
) -> None:
    """Mails a link that makes this address the account's, and a notice to the one it leaves. Nothing changes yet.

    ``email``: normalised; ``current``: the password, since whoever has the address has the account. To the address of
    another account goes what to do instead, and nothing here tells which it was. Call it outside any transaction: the
    try is counted for good before the password is looked at. Raises ``ChangeRefused`` (wrong password, the same
    address, or three mails within ``LOGIN_LOCK``), ``AlreadyRecorded`` for the form sent twice, ``KeyMissing``.
    """
    holder = _holder(session.actor)
    refuse_reuse(holder.id, sent)
    _check_password(holder, current, now)
    if email == holder.email:
        raise ChangeRefused(OwnAccountErrorCode.SAME_EMAIL)
    _count(b"change_email:", holder.id, OwnAccountErrorCode.MAILS_SPENT, now)
    name = session.profile.name
    with transaction.atomic():
        use_up(holder.id, sent, target=holder.id, now=now)
        token = new_link(purpose=_CHANGE, of=holder, email=email, now=now)
        asked: Content = mail_with(token, _CHANGE, name=name, page=pages.link)
        # The link of an address that is taken is in no mail: the page that waits for it looks the same.
        content = EmailTaken(page=pages.forgotten) if email_of_another(email, holder.id) else asked
        mail(to=email, content=content, now=now)
        mail(to=holder.email, content=EmailChange(name=name, page=pages.door, done=False), now=now)
        _note(session.actor, AccountEvent.EMAIL_ASKED, now)


def confirm_email(*, token: str, door: str, now: datetime) -> None:
    """The address that the link was mailed to becomes the account's; its other links are void, also those sent to the
    former address, which gets a last notice. ``door``: whole address of the login page.

    Raises ``LinkOver``, ``ChangeRefused`` when the address has come to another account meanwhile, ``KeyMissing``.
    """
    with transaction.atomic():
        link = use_link(token=token, purposes=[_CHANGE], now=now)
        hold_address(link.email)
        holder = Account.objects.filter(is_active=True, links=link.id).first()
        if holder is None:
            raise LinkOver
        if email_of_another(link.email, holder.id):
            raise ChangeRefused(OwnAccountErrorCode.EMAIL_TAKEN)
        Account.objects.filter(id=holder.id).update(email=link.email)
        void_links(account=holder.id, now=now)
        mail(to=holder.email, content=EmailChange(name=holder.name, page=door, done=True), now=now)
        record(Event(AccountEvent.EMAIL_CHANGED, SYSTEM.role, Purpose.SIGN_IN, Surface.PAGE, holder.id), now=now)


def change_password(*, session: OpenSession, current: str, new: str, forgotten: str, now: datetime) -> None:
    """Replaces the password for who knows the current one: her other sessions end, every mailed link is void, and a
    mail tells it. ``forgotten``: whole address of « Mot de passe oublié ».

    Call it outside any transaction: the try is counted for good before the password is looked at. Raises
    ``ChangeRefused`` (wrong, tried too often, or the same again), ``PasswordRefused``, ``KeyMissing``.
    """
    holder = _holder(session.actor)
    _check_password(holder, current, now)
    if new == current:
        raise ChangeRefused(OwnAccountErrorCode.SAME_PASSWORD)
    encoded = new_hash(holder, new, email=holder.email)
    with transaction.atomic():
        if not replace(holder=holder, encoded=encoded, actor=session.actor, now=now, but=session.id):
            raise ChangeRefused(OwnAccountErrorCode.WRONG_PASSWORD)  # another tab was faster
        _note(session.actor, AccountEvent.PASSWORD_CHANGED, now)
        tell_of_change(holder, forgotten, now)


def close_session(*, session: OpenSession, other: UUID, now: datetime) -> bool:
    """Ends another session of the same account; false for one that had ended, is somebody else's or was never one."""
    with transaction.atomic():
        mine = Session.objects.filter(id=other, account=_holder(session.actor), ended_at=None)
        closed = mine.update(ended_at=now, ended_reason=EndReason.ENDED_ELSEWHERE) > 0
        if closed:
            _note(session.actor, AccountEvent.SESSION_CLOSED, now, {"session": str(other)})
    return closed


def set_login_notice(*, actor: Actor, wanted: bool) -> None:
    """Whether each login is told by mail from now on."""
    Account.objects.filter(id=_holder(actor).id).update(login_notice=wanted)


def _holder(actor: Actor) -> Account:
    policy.check(actor, Permission.PORTAL_USE)
    return acting_account(actor)


def _check_password(holder: Account, current: str, now: datetime) -> None:
    key = _count(b"change_password:", holder.id, OwnAccountErrorCode.TRIES_SPENT, now)
    if not hashers.check_password(logins.password_to_try(current), holder.password):
        raise ChangeRefused(OwnAccountErrorCode.WRONG_PASSWORD)
    guard.forget(key)


def _count(kind: bytes, account: UUID, code: OwnAccountErrorCode, now: datetime) -> bytes:
    """Counts one try of that kind and returns its key; those of logging in are counted apart."""
    key = guard.key_of(kind + account.bytes)
    attempt = guard.count(key, now)
    if not attempt.may_be_evaluated(settings.LOGIN_ATTEMPTS):
        raise ChangeRefused(code, minutes_left(attempt.blocked_until or now, now))
    return key


def _note(actor: Actor, kind: AccountEvent, now: datetime, detail: dict[str, Detail] | None = None) -> None:
    record(Event.by(actor, kind, Purpose.SIGN_IN, Surface.PAGE, detail=detail), now=now)
