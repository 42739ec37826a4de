"""A new password in the place of another: never one of the last, and everything the old one opened is over."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import hashers
from django.db import transaction
from django.db.models import QuerySet

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import Denied
from contact_covid.accounts.actions.accounts import PasswordRefused, password_hash
from contact_covid.accounts.actions.links import void_links
from contact_covid.accounts.actions.sessions import end_sessions, step_done
from contact_covid.accounts.enums import EndReason, Step
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, FormerPassword
from contact_covid.accounts.queries import OpenSession
from contact_covid.accounts.rules.passwords import PasswordFault
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import mail
from contact_covid.messaging.rules.contents import PasswordChanged


def new_hash(holder: Account, password: str, *, email: str) -> str:
    """The hash of a password that the rules accept for who goes by this address, and that was none of her last
    ``PASSWORD_HISTORY`` nor, where passwords grow old, the present one. Raises ``PasswordRefused``."""
    encoded = password_hash(password, last_name=holder.last_name, first_name=holder.first_name, email=email)
    if (settings.PASSWORD_HISTORY or settings.PASSWORD_MAX_AGE) and _was_used(holder, password):
        raise PasswordRefused((PasswordFault.REUSED,))
    return encoded


def replace(*, holder: Account, encoded: str, actor: Actor, now: datetime, but: UUID | None = None) -> bool:
    """Puts the hash in the place of the one that ``holder`` was read with: her sessions end, mailed links are void.

    ``but``: the session that stays. Belongs to the transaction of an act; False when the password was changed, or the
    account disabled, meanwhile.
    """
    unchanged = Account.objects.filter(id=holder.id, is_active=True, password=holder.password)
    if not unchanged.update(password=encoded, password_changed_at=now):
        return False
    _keep_former(holder, now)
    void_links(account=holder.id, now=now)
    reason = EndReason.PASSWORD_CHANGED
    end_sessions(actor=actor, account=holder.id, reason=reason, surface=Surface.PAGE, now=now, but=but)
    return True


def choose_password(*, session: OpenSession, password: str, forgotten: str, now: datetime) -> None:
    """Gives the owner of that session another password in the place of one that is too old, and takes that step off.

    A mail tells it; ``forgotten``: whole address of « Mot de passe oublié ». Raises ``PasswordRefused``, for the
    present one and one of the last ones too, ``Denied`` to who does not go through this step or when another tab was
    faster, ``KeyMissing``.
    """
    if session.steps[:1] != (Step.NEW_PASSWORD,):  # any other must prove the password of before
        raise Denied(Permission.PORTAL_USE)
    holder = Account.objects.get(sessions=session.id)
    encoded = new_hash(holder, password, email=holder.email)
    if hashers.check_password(password, holder.password):
        raise PasswordRefused((PasswordFault.REUSED,))
    with transaction.atomic():
        if not replace(holder=holder, encoded=encoded, actor=session.actor, now=now, but=session.id):
            raise Denied(Permission.PORTAL_USE)
        step_done(session.id, Step.NEW_PASSWORD)
        record(Event.by(session.actor, AccountEvent.PASSWORD_CHANGED, Purpose.SIGN_IN, Surface.PAGE), now=now)
        tell_of_change(holder, forgotten, now)


def tell_of_change(holder: Account, forgotten: str, now: datetime) -> None:
    """Mails whoever had the account before that its password is another. Raises ``KeyMissing``."""
    mail(to=holder.email, content=PasswordChanged(name=holder.name, page=forgotten), now=now)


def _keep_former(holder: Account, now: datetime) -> None:
    """Keeps the hash that was replaced, and no more of them than are compared."""
    if settings.PASSWORD_HISTORY > 1 and hashers.is_password_usable(holder.password):
        FormerPassword.objects.create(id=new_id(now), account=holder, password=holder.password, replaced_at=now)
    wanted = [former.id for former in _former(holder)]
    FormerPassword.objects.filter(account=holder).exclude(id__in=wanted).delete()


def _was_used(holder: Account, password: str) -> bool:
    """Whether it is the present one or, with it, one of the last ``PASSWORD_HISTORY``."""
    compared = (holder.password, *(former.password for former in _former(holder)))
    return any(hashers.check_password(password, encoded) for encoded in compared)


def _former(holder: Account) -> QuerySet[FormerPassword]:
    """The last ones before the present one that are compared."""
    former = FormerPassword.objects.filter(account=holder).order_by("-replaced_at", "-id")
    return former[: max(settings.PASSWORD_HISTORY - 1, 0)]
