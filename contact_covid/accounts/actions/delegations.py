"""What a holder lets others do in her name, at her practice: named, sent again, ended. A delegate delegates nothing."""

from datetime import date, datetime
from uuid import UUID

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.invitations import InvitationNotFound, offer, offer_again, withdraw
from contact_covid.accounts.enums import Delegation
from contact_covid.accounts.models import Account, Invitation
from contact_covid.accounts.rules.invitations import (
    InvitationErrorCode,
    InvitationRefused,
    period,
    role_of_delegate,
)
from contact_covid.accounts.team_queries import delegations_by, holds_herself
from contact_covid.core.idempotency import Submission
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS


def delegate(
    *, actor: Actor, email: str, kind: Delegation, since: date, until: date, sent: Submission, page: str, now: datetime
) -> None:
    """Invites ``email`` (normalised) to act in the holder's name from ``since`` to the end of ``until``.

    Raises ``policy.Denied``, ``InvitationRefused``, ``AlreadyRecorded``, ``KeyMissing``.
    """
    holder = check_holder(actor, now)
    role = role_of_delegate(kind, actor.role)
    starts_at, ends_at = period(since, until, now.astimezone(PARIS).date())
    if Account.objects.filter(id=holder, email=email).exists():
        raise InvitationRefused(InvitationErrorCode.OWN_ADDRESS)
    invitation = Invitation(
        id=new_id(now),
        invited_by_id=holder,
        email=email,
        delegation=kind,
        role=role,
        practice_id=actor.practice,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    offer(actor=actor, invitation=invitation, sent=sent, page=page, now=now)


def send_again(*, actor: Actor, invitation: UUID, page: str, now: datetime) -> None:
    """Mails a new link; the former one is void. Raises ``policy.Denied``, ``InvitationNotFound``, ``KeyMissing``."""
    check_holder(actor, now)
    found = delegations_by(actor, now).filter(id=invitation, post=None, closed_at=None, ends_at__gt=now).first()
    if found is None:
        raise InvitationNotFound
    offer_again(actor=actor, invitation=found, page=page, now=now)


def end(*, actor: Actor, invitation: UUID, now: datetime) -> None:
    """Ends a delegation, accepted or not, with the next page its delegate asks for; ending it twice changes nothing.

    Raises ``policy.Denied``, ``InvitationNotFound``.
    """
    check_holder(actor, now)
    found = delegations_by(actor, now).filter(id=invitation).first()
    if found is None:
        raise InvitationNotFound
    withdraw(actor=actor, invitation=found, now=now)


def check_holder(actor: Actor, now: datetime) -> UUID:
    """The account of the holder. Raises ``policy.Denied``, for a delegate too, however surely she is identified."""
    policy.check(actor, Permission.DELEGATIONS_MANAGE)
    if actor.account is None or actor.practice is None or not holds_herself(actor, now):
        raise policy.Denied(Permission.DELEGATIONS_MANAGE)
    return actor.account
