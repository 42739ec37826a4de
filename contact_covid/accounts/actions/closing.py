"""The end of an access, of what it offered to others and of a whole account, which may be opened again."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Greatest

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.accounts import about_account
from contact_covid.accounts.actions.links import hold_address
from contact_covid.accounts.actions.posts import open_missing_posts
from contact_covid.accounts.actions.sessions import end_sessions
from contact_covid.accounts.enums import EndReason
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, Invitation, MailedLink, Post
from contact_covid.accounts.queries import email_of_another, is_only_login, login_numbers
from contact_covid.core.errors import RuleError
from contact_covid.journal.actions import record
from contact_covid.journal.enums import Surface


class AccountErrorCode(StrEnum):
    ONLY_LOGIN_TAKEN = "account.only_login_taken"


class OnlyLoginTaken(RuleError):
    """The address of an account without number has come to another meanwhile: opened, it would have no login."""

    def __init__(self) -> None:
        super().__init__(AccountErrorCode.ONLY_LOGIN_TAKEN)


def end_posts(posts: QuerySet[Post], *, now: datetime) -> int:
    """Closes those that are open or to come; one that had not begun never opens. Returns how many there were."""
    still = posts.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return still.update(ends_at=Greatest(F("starts_at"), Value(now)))


def withdraw_all(invitations: QuerySet[Invitation], *, now: datetime) -> None:
    """What somebody who leaves has offered and nobody accepted opens nothing any more.

    Who is accepting one holds it: what she was given is there once it is let go, for ``end_posts`` to close.
    """
    waiting = invitations.filter(post=None, closed_at=None).order_by("id").select_for_update(of=("self",))
    held = list(waiting.values_list("id", flat=True))
    MailedLink.objects.filter(invitation__in=held, closed_at=None).update(closed_at=now)
    Invitation.objects.filter(id__in=held).update(closed_at=now)


def disable_account(*, actor: Actor, account: UUID, now: datetime) -> None:
    """Closes an account: its next page is the login page, no login opens it, nobody acts in its name any more.

    Raises ``policy.Denied``.
    """
    policy.check(actor, Permission.ACCOUNTS_MANAGE)
    with transaction.atomic():
        if Account.objects.filter(id=account, is_active=True).update(is_active=False):
            end_sessions(actor=actor, account=account, reason=EndReason.DISABLED, surface=Surface.PAGE, now=now)
            withdraw_all(Invitation.objects.filter(invited_by=account), now=now)
            end_posts(Post.objects.filter(delegated_by=account), now=now)
            record(about_account(account, AccountEvent.DISABLED, actor, Surface.PAGE), now=now)


def enable_account(*, actor: Actor, account: UUID, now: datetime) -> None:
    """Opens a disabled account again, with the places that came to its professional meanwhile; what its delegates held
    stays closed.

    Where its address is now that of an account without number, which shares it with nobody, it is taken off: the number
    remains. Raises ``policy.Denied``, ``OnlyLoginTaken`` when no number does.
    """
    policy.check(actor, Permission.ACCOUNTS_MANAGE)
    with transaction.atomic():
        # The account before the address, as by whoever confirms one.
        closed = Account.objects.select_for_update(no_key=True).filter(id=account, is_active=False).first()
        if closed is None:
            return
        hold_address(closed.email)
        is_taken, is_only = email_of_another(closed.email, account), is_only_login(closed.email, now)
        Account.objects.filter(id=account).update(is_active=True)
        open_missing_posts(actor=actor, account=account, surface=Surface.PAGE, now=now)
        if closed.email and is_taken:
            if not login_numbers(account, now):
                raise OnlyLoginTaken
            if is_only:
                Account.objects.filter(id=account).update(email="")
        record(about_account(account, AccountEvent.ENABLED, actor, Surface.PAGE), now=now)
