"""Posts offered by mail: sent, sent again, accepted by whoever holds the mail, withdrawn.

Who may offer what is decided in ``delegations`` and ``teams``; here is what both share.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import add_account, password_hash
from contact_covid.accounts.actions.closing import end_posts
from contact_covid.accounts.actions.links import HOURS, LinkOver, hold_address, new_link, use_link, void_invitation
from contact_covid.accounts.enums import Delegation, LinkPurpose
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Invitation, Post
from contact_covid.accounts.queries import has_account, names_of, open_posts
from contact_covid.accounts.rules.invitations import InvitationErrorCode, InvitationRefused
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail
from contact_covid.messaging.actions import mail
from contact_covid.messaging.rules import contents

_PURPOSES = (LinkPurpose.ACCEPT_INVITATION,)


class InvitationNotFound(LookupError):
    """No such invitation of this actor: absent, another's, or already past changing."""


def offer(*, actor: Actor, invitation: Invitation, sent: Submission, page: str, now: datetime) -> None:
    """Stores a new invitation and mails its link to ``page``.

    Belongs to an action that has checked the actor. Raises ``AlreadyRecorded``, ``KeyMissing``.
    """
    with transaction.atomic():
        use_up(invitation.invited_by_id, sent, target=invitation.id, now=now)
        invitation.sent_at = now
        invitation.save(force_insert=True)
        _mail(actor, invitation, page, now)


def offer_again(*, actor: Actor, invitation: Invitation, page: str, now: datetime) -> None:
    """Mails a new link of one that still waits; the link before is void.

    Belongs to an action that has checked the actor. Raises ``InvitationNotFound`` for one that was accepted or
    withdrawn meanwhile, ``KeyMissing``.
    """
    with transaction.atomic():
        waiting = Invitation.objects.filter(id=invitation.id, post=None, closed_at=None)
        if not waiting.update(sent_at=now):
            raise InvitationNotFound
        _mail(actor, invitation, page, now)


def _mail(actor: Actor, invitation: Invitation, page: str, now: datetime) -> None:
    token = new_link(purpose=LinkPurpose.ACCEPT_INVITATION, of=invitation, email=invitation.email, now=now)
    place = invitation.practice or invitation.organisation
    content = contents.Invitation(
        name="",
        link=f"{page}{token}/",
        hours=HOURS,
        inviter=names_of([invitation.invited_by_id])[invitation.invited_by_id],
        place=place.name if place else "",
        role=label_of(invitation),
    )
    mail(to=invitation.email, content=content, now=now)
    record(event(actor, AccountEvent.INVITED, invitation), now=now)


def label_of(invitation: Invitation) -> str:
    """« Remplaçant », « Agent de plateforme »: as what the person is invited."""
    return Delegation(invitation.delegation).label if invitation.delegation else Role(invitation.role).label


def event(actor: Actor, kind: AccountEvent, invitation: Invitation) -> Event:
    detail: dict[str, Detail] = {"invitation": str(invitation.id), "role": invitation.role}
    if invitation.delegation:
        detail |= {"delegation": invitation.delegation, "holder": str(invitation.invited_by_id)}
    if invitation.post_id:
        detail["post"] = str(invitation.post_id)
    return Event.by(actor, kind, Purpose.ADMINISTRATION, Surface.PAGE, detail=detail)


def withdraw(*, actor: Actor, invitation: Invitation, now: datetime) -> None:
    """Ends it at once: the mail opens nothing any more, the post it opened closes with the next page asked for."""
    with transaction.atomic():
        if not Invitation.objects.filter(id=invitation.id, closed_at=None).update(closed_at=now):
            return
        void_invitation(invitation=invitation.id, now=now)
        end_posts(Post.objects.filter(invitation=invitation), now=now)
        record(event(actor, AccountEvent.INVITATION_ENDED, invitation), now=now)


def accept(*, token: str, account: UUID, now: datetime) -> UUID:
    """Opens the post to the account of whoever holds the mail and is logged in. Returns the post.

    Raises ``LinkOver``, ``InvitationRefused`` for who invited herself.
    """
    with transaction.atomic():
        invitation = _opened(token, now)
        if invitation.invited_by_id == account:
            raise InvitationRefused(InvitationErrorCode.HERSELF)
        return _open_post(invitation, account, now)


def accept_as_new(*, token: str, last_name: str, first_name: str, password: str, now: datetime) -> UUID:
    """Creates the account of whoever holds the mail, its address being her login, and opens the post. Returns the post.

    Raises ``LinkOver``, ``PasswordRefused``, ``InvitationRefused`` when an account has that address already: a second
    one would take its login away from both.
    """
    with transaction.atomic():
        invitation = _opened(token, now)
        hold_address(invitation.email)
        if has_account(invitation.email):
            raise InvitationRefused(InvitationErrorCode.ADDRESS_TAKEN)
        encoded = password_hash(password, last_name=last_name, first_name=first_name, email=invitation.email)
        account = add_account(
            last_name=last_name, first_name=first_name, email=invitation.email, encoded=encoded, now=now
        )
        return _open_post(invitation, account, now)


def _opened(token: str, now: datetime) -> Invitation:
    link = use_link(token=token, purposes=_PURPOSES, now=now)
    invitation = Invitation.objects.select_for_update().filter(links=link.id, closed_at=None, post=None).first()
    if invitation is None or (invitation.ends_at and invitation.ends_at <= now) or not _stands(invitation, now):
        raise LinkOver
    return invitation


def _stands(invitation: Invitation, now: datetime) -> bool:
    """Whether who invited still may: holds the practice herself, works at the organisation, or administers."""
    hers = open_posts(invitation.invited_by_id, now).filter(delegated_by=None)
    if invitation.delegation:
        return hers.filter(practice=invitation.practice).exists()
    at_it = Q(organisation=invitation.organisation) | Q(practice__organisation=invitation.organisation)
    return hers.filter(at_it | Q(role=Role.ADMINISTRATOR)).exists()


def _open_post(invitation: Invitation, account: UUID, now: datetime) -> UUID:
    organisation = invitation.organisation
    held = Post.objects.filter(
        account=account, role=invitation.role, organisation=organisation, practice=invitation.practice, ends_at=None
    )
    post = held.first()
    if post:  # invited to what she has already
        invitation.closed_at = now
    else:
        post = invitation.post = Post.objects.create(
            id=new_id(now),
            account_id=account,
            role=invitation.role,
            practice=invitation.practice,
            organisation=organisation,
            fund_id=organisation.fund_id if organisation else None,
            region_id=organisation.region_id if organisation else None,
            delegated_by_id=invitation.invited_by_id if invitation.delegation else None,
            starts_at=max(invitation.starts_at or now, now),
            ends_at=invitation.ends_at,
        )
    invitation.save(update_fields=["post", "closed_at"])
    delegate = Actor(
        account=account,
        session=None,
        role=Role(invitation.role),
        practice=invitation.practice_id,
        organisation=invitation.organisation_id,
    )
    record(event(delegate, AccountEvent.INVITATION_ACCEPTED, invitation), now=now)
    return post.id
