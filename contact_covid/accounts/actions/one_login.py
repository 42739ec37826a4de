"""One address and one password for all the places of a professional, chosen at the first login, confirmed by mail."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Permission
from contact_covid.access.policy import Denied
from contact_covid.accounts.actions import guard
from contact_covid.accounts.actions.forgotten import MAILS_EVERY
from contact_covid.accounts.actions.links import LinkOver, hold_address, mail_with, new_link, use_link, void_links
from contact_covid.accounts.actions.passwords import new_hash, replace, tell_of_change
from contact_covid.accounts.actions.sessions import step_done_everywhere
from contact_covid.accounts.enums import LinkPurpose, Step
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account
from contact_covid.accounts.queries import OpenSession, email_of_another
from contact_covid.accounts.rules.guard import minutes_left
from contact_covid.core.errors import RuleError
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import mail
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.contents import EmailChange, EmailTaken

_ONE_LOGIN = LinkPurpose.ONE_LOGIN


class OneLoginErrorCode(StrEnum):
    MAILS_SPENT = "one_login.mails_spent"


class MailsSpent(RuleError):
    """Three mails have left within the hour. ``minutes`` to wait, rounded up."""

    def __init__(self, minutes: int) -> None:
        super().__init__(OneLoginErrorCode.MAILS_SPENT)
        self.minutes = minutes


@dataclass(frozen=True, slots=True)
class OneLoginPages:
    """Whole addresses that the mails lead to. ``link``: the token is put behind it; ``forgotten``: « Mot de passe
    oublié », for who has an account with the address already."""

    link: str
    forgotten: str


def choose(*, session: OpenSession, email: str, password: str, pages: OneLoginPages, now: datetime) -> None:
    """Sets the password, ends her other sessions and mails a link that confirms the address.

    ``email``: normalised. To the address of another account goes what to do instead, and nothing here tells which it
    was. Call it outside any transaction. Raises ``Denied`` to who does not go through this step, ``MailsSpent``,
    ``PasswordRefused``, ``KeyMissing``.
    """
    holder = _holder(session)
    encoded = new_hash(holder, password, email=email)
    _count_mail(holder.id, now)
    with transaction.atomic():
        if not replace(holder=holder, encoded=encoded, actor=session.actor, now=now, but=session.id):
            raise Denied(Permission.PORTAL_USE)  # another session of hers was faster
        record(Event.by(session.actor, AccountEvent.ONE_LOGIN_ASKED, Purpose.SIGN_IN, Surface.PAGE), now=now)
        tell_of_change(holder, pages.forgotten, now)
        _mail(holder, email, pages, now)


def mail_again(*, session: OpenSession, email: str, pages: OneLoginPages, now: datetime) -> None:
    """Mails the link again, to this address from now on. Raises like ``choose``."""
    holder = _holder(session)
    _count_mail(holder.id, now)
    with transaction.atomic():
        record(Event.by(session.actor, AccountEvent.ONE_LOGIN_ASKED, Purpose.SIGN_IN, Surface.PAGE), now=now)
        _mail(holder, email, pages, now)


def confirm(*, token: str, door: str, now: datetime) -> None:
    """The address becomes the login of the account, and her sessions open pages; the former one, where there was one,
    gets a last notice. ``door``: whole address of the login page. Raises ``LinkOver``, also when the
    address has come to another account meanwhile."""
    with transaction.atomic():
        link = use_link(token=token, purposes=[_ONE_LOGIN], now=now)
        account = link.account
        if account is None:
            raise LinkOver
        hold_address(link.email)
        if email_of_another(link.email, account):
            raise LinkOver
        mine = Account.objects.filter(id=account, is_active=True).first()
        if mine is None:
            raise LinkOver
        Account.objects.filter(id=account).update(email=link.email, one_login_at=now)
        if mine.email and mine.email != link.email:
            told = EmailChange(name=mine.name, page=door, done=True)
            mail(to=mine.email, content=told, now=now)
        void_links(account=account, now=now)
        step_done_everywhere(account, Step.ONE_LOGIN)
        guard.forget(_mails_of(account))
        record(Event(AccountEvent.ONE_LOGIN, SYSTEM.role, Purpose.SIGN_IN, Surface.PAGE, account), now=now)


def _holder(session: OpenSession) -> Account:
    account = session.actor.account
    if account is None or session.steps[:1] != (Step.ONE_LOGIN,):  # any other must prove the password of before
        raise Denied(Permission.PORTAL_USE)
    return Account.objects.get(id=account)


def _count_mail(account: UUID, now: datetime) -> None:
    attempt = guard.count(_mails_of(account), now, lock=MAILS_EVERY)
    if not attempt.may_be_evaluated(settings.LOGIN_ATTEMPTS):
        raise MailsSpent(minutes_left(attempt.blocked_until or now, now))


def _mails_of(account: UUID) -> bytes:
    return guard.key_of(b"one_login:" + account.bytes)


def _mail(holder: Account, email: str, pages: OneLoginPages, now: datetime) -> None:
    """A link is opened either way, so that the page that waits for it is the same; only a mail can give its token."""
    token = new_link(purpose=_ONE_LOGIN, of=holder, email=email, now=now)
    confirmed: Content = mail_with(token, _ONE_LOGIN, name=holder.name, page=pages.link)
    content = EmailTaken(page=pages.forgotten) if email_of_another(email, holder.id) else confirmed
    mail(to=email, content=content, now=now)
