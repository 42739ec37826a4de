"""A new password for an account that has one: never one of the last, and everything the old one opened is over."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import hashers
from django.db import transaction

from contact_covid.accounts.actions.accounts import PasswordRefused, password_hash
from contact_covid.accounts.actions.links import void_links
from contact_covid.accounts.enums import EndReason
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, FormerPassword, Session
from contact_covid.accounts.queries import OpenSession
from contact_covid.accounts.rules.passwords import PasswordFault
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface


def choose_password(*, session: OpenSession, password: str, now: datetime) -> None:
    """Gives the owner of that session a new password. Her other sessions end, mailed links are void.

    Raises ``PasswordRefused``, for one of the last ones too.
    """
    holder = Account.objects.get(sessions=session.id)
    account = holder.id
    encoded = password_hash(password, last_name=holder.last_name, first_name=holder.first_name, email=holder.email)
    if _was_used(holder, password):
        raise PasswordRefused((PasswordFault.REUSED,))
    with transaction.atomic():
        keep_former(account=account, encoded=holder.password, now=now)
        Account.objects.filter(id=account).update(password=encoded, password_changed_at=now)
        others = Session.objects.filter(account=account, ended_at=None).exclude(id=session.id)
        others.update(ended_at=now, ended_reason=EndReason.PASSWORD_CHANGED)
        void_links(account=account, now=now)
        record(Event.by(session.actor, AccountEvent.PASSWORD_CHANGED, Purpose.SIGN_IN, Surface.PAGE), now=now)


def keep_former(*, account: UUID, encoded: str, now: datetime) -> None:
    """Keeps the hash of a password that is being replaced, and no more of them than are compared."""
    if not hashers.is_password_usable(encoded):
        return
    FormerPassword.objects.create(id=new_id(now), account_id=account, password=encoded, replaced_at=now)
    kept = FormerPassword.objects.filter(account=account).order_by("-replaced_at", "-id")
    wanted = list(kept.values_list("id", flat=True)[: max(settings.PASSWORD_HISTORY - 1, 0)])
    FormerPassword.objects.filter(account=account).exclude(id__in=wanted).delete()


def _was_used(holder: Account, password: str) -> bool:
    """Whether it is the present one or, with it, one of the last ``PASSWORD_HISTORY``."""
    former = FormerPassword.objects.filter(account=holder.id).order_by("-replaced_at", "-id")
    compared = list(former.values_list("password", flat=True)[: max(settings.PASSWORD_HISTORY - 1, 0)])
    return any(hashers.check_password(password, encoded) for encoded in (holder.password, *compared))
