"""The agents of an organisation: invited, invited again, ended. A supervisor knows her own organisation, and those
that may call for her platform."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Role
from contact_covid.accounts.actions.closing import end_posts, withdraw_all
from contact_covid.accounts.actions.invitations import (
    InvitationNotFound,
    offer,
    offer_again,
    withdraw,
)
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Invitation, Post
from contact_covid.accounts.rules.invitations import TEAM_ROLES, InvitationErrorCode, InvitationRefused
from contact_covid.accounts.team_queries import invitations_to, team_posts
from contact_covid.core.idempotency import Submission
from contact_covid.core.ids import new_id
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.models import Organisation
from contact_covid.directory.queries import delegate_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface


class TeamNotFound(LookupError):
    """No such organisation of this actor: absent, without agents, or another's."""


class PostNotFound(LookupError):
    """No such post in that organisation."""


def team_of(*, actor: Actor, organisation: UUID) -> Organisation:
    """The organisation whose agents this actor manages. Raises ``policy.Denied``, ``TeamNotFound``."""
    policy.check(actor, Permission.AGENTS_MANAGE)
    own = actor.organisation == organisation or delegate_of(actor.fund or "", organisation)
    if actor.role is not Role.ADMINISTRATOR and not own:
        raise TeamNotFound
    found = Organisation.objects.filter(id=organisation, kind__in=list(TEAM_ROLES)).first()
    if found is None:
        raise TeamNotFound
    return found


def invite(
    *, actor: Actor, organisation: UUID, email: str, role: Role, sent: Submission, page: str, now: datetime
) -> None:
    """Invites ``email`` (normalised) as an agent of the organisation.

    Raises ``policy.Denied``, ``TeamNotFound``, ``InvitationRefused``, ``AlreadyRecorded``, ``KeyMissing``.
    """
    team = team_of(actor=actor, organisation=organisation)
    if role not in TEAM_ROLES[OrganisationKind(team.kind)] or actor.account is None:
        raise InvitationRefused(InvitationErrorCode.NOT_OFFERED)
    invitation = Invitation(
        id=new_id(now), invited_by_id=actor.account, email=email, role=role, organisation_id=organisation
    )
    offer(actor=actor, invitation=invitation, sent=sent, page=page, now=now)


def send_again(*, actor: Actor, organisation: UUID, invitation: UUID, page: str, now: datetime) -> None:
    """Raises ``policy.Denied``, ``TeamNotFound``, ``InvitationNotFound``, ``KeyMissing``."""
    offer_again(actor=actor, invitation=_pending(actor, organisation, invitation), page=page, now=now)


def take_back(*, actor: Actor, organisation: UUID, invitation: UUID, now: datetime) -> None:
    """Raises ``policy.Denied``, ``TeamNotFound``, ``InvitationNotFound``."""
    withdraw(actor=actor, invitation=_pending(actor, organisation, invitation), now=now)


def _pending(actor: Actor, organisation: UUID, invitation: UUID) -> Invitation:
    team = team_of(actor=actor, organisation=organisation)
    found = invitations_to(team.id).filter(id=invitation).first()
    if found is None:
        raise InvitationNotFound
    return found


def end_post(*, actor: Actor, organisation: UUID, post: UUID, now: datetime) -> None:
    """Ends an agent's access to the organisation with the next page she asks for; twice changes nothing.

    Raises ``policy.Denied``, ``TeamNotFound``, ``PostNotFound``, ``InvitationRefused`` for one's own access.
    """
    team = team_of(actor=actor, organisation=organisation)
    with transaction.atomic():
        found = team_posts(team.id).select_for_update(of=("self",)).filter(id=post).first()
        if found is None:
            raise PostNotFound
        if found.account_id == actor.account:
            raise InvitationRefused(InvitationErrorCode.OWN_ACCESS)
        if end_posts(Post.objects.filter(id=post), now=now):
            detail = {"account": str(found.account_id), "post": str(post), "role": found.role}
            ended = Event.by(actor, AccountEvent.POST_ENDED, Purpose.ADMINISTRATION, Surface.PAGE, detail=detail)
            record(ended, now=now)
            sent = Invitation.objects.filter(invited_by=found.account_id, organisation=team)
            withdraw_all(sent, now=now)
