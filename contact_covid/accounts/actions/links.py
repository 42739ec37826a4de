"""Links that are mailed: one use, for a day at most, void after a later one or a change. A look at one uses nothing."""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction

from contact_covid.accounts.enums import LinkPurpose
from contact_covid.accounts.models import Account, Enrolment, Invitation, MailedLink
from contact_covid.accounts.queries import OpenLink, open_link
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.core.rules.tokens import digest_of
from contact_covid.messaging.rules.content import Linked
from contact_covid.messaging.rules.contents import ConfirmChange, ConfirmCreation, ConfirmEmail, ResetPassword

GOOD_FOR = timedelta(hours=24)
HOURS = int(GOOD_FOR.total_seconds() // 3600)
_TOKEN_BYTES = 32
_MAILS: dict[LinkPurpose, type[Linked]] = {
    LinkPurpose.CREATE_ACCOUNT: ConfirmCreation,
    LinkPurpose.ONE_LOGIN: ConfirmEmail,
    LinkPurpose.CHANGE_EMAIL: ConfirmChange,
    LinkPurpose.RESET_PASSWORD: ResetPassword,
}


class LinkErrorCode(StrEnum):
    OVER = "link.over"


class LinkOver(RuleError):
    """A link that was used, is void or too old, or never was one: never told apart."""

    def __init__(self) -> None:
        super().__init__(LinkErrorCode.OVER)


def new_link(*, purpose: LinkPurpose, of: Account | Enrolment | Invitation, email: str, now: datetime) -> str:
    """The token of a new link, for the mail; those made before for the same are void."""
    account = of if isinstance(of, Account) else None
    enrolment = of if isinstance(of, Enrolment) else None
    invitation = of if isinstance(of, Invitation) else None
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        if account:
            void_links(account=account.id, purposes=[purpose], now=now)
        if invitation:
            void_invitation(invitation=invitation.id, now=now)
        MailedLink.objects.create(
            id=new_id(now),
            purpose=purpose,
            token_digest=digest_of(token),
            account=account,
            enrolment=enrolment,
            invitation=invitation,
            email=email,
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
    return token


def mail_with(token: str, purpose: LinkPurpose, *, name: str, page: str) -> Linked:
    """What the mail of that link says. ``page``: whole address; the token is put behind it."""
    return _MAILS[purpose](name=name, link=f"{page}{token}/", hours=HOURS)


@contextmanager
def kept(*, when: bool) -> Iterator[None]:
    """What is written within stays only ``when`` it should; it is written either way, so that neither the time nor the
    statements tell. Inside a transaction."""
    point = transaction.savepoint()
    yield
    (transaction.savepoint_commit if when else transaction.savepoint_rollback)(point)


def hold_address(email: str) -> None:
    """Two accounts that confirm one address at the same moment come one after the other. Inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"email:{email}"])


def void_links(*, account: UUID, purposes: Collection[LinkPurpose] = tuple(LinkPurpose), now: datetime) -> None:
    """After a change of what they would change, no link of that account opens anything."""
    MailedLink.objects.filter(account=account, purpose__in=purposes, closed_at=None).update(closed_at=now)


def void_invitation(*, invitation: UUID, now: datetime) -> None:
    """No link of that invitation opens anything any more."""
    MailedLink.objects.filter(invitation=invitation, closed_at=None).update(closed_at=now)


def use_link(*, token: str, purposes: Collection[LinkPurpose], now: datetime) -> OpenLink:
    """Uses the link up, in the transaction of what it does: undone with it. Raises ``LinkOver``.

    Its account or invitation is held first, as by whoever makes links void: else the two would wait for each other.
    """
    found = open_link(token, now)
    if found is None or found.purpose not in purposes:
        raise LinkOver
    if found.account:
        Account.objects.select_for_update(no_key=True).filter(id=found.account).first()
    if found.invitation:
        Invitation.objects.select_for_update().filter(id=found.invitation).first()
    if not MailedLink.objects.filter(id=found.id, closed_at=None).update(closed_at=now):
        raise LinkOver  # by somebody faster
    return found
