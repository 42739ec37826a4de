"""Invitations as the pages show them: to whoever receives one, and to whoever sent it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from contact_covid.accounts.actions.invitations import label_of
from contact_covid.accounts.actions.links import GOOD_FOR
from contact_covid.accounts.enums import InvitationState
from contact_covid.accounts.models import Invitation
from contact_covid.accounts.rules.invitations import state
from contact_covid.core.dates import date_fr
from contact_covid.core.period import PARIS

TAGS = {
    InvitationState.SENT: "wait",
    InvitationState.LAPSED: "ko",
    InvitationState.TO_COME: "todo",
    InvitationState.ACTIVE: "ok",
    InvitationState.ENDED: "",
}
_ANY = "x"


def page() -> str:
    """The whole address that a mailed token is put behind."""
    return settings.PUBLIC_URL + reverse("invitation", kwargs={"token": _ANY}).removesuffix(f"{_ANY}/")


def state_of(invitation: Invitation, now: datetime) -> InvitationState:
    post = invitation.post
    return state(
        accepted=post is not None,
        closed=invitation.closed_at is not None,
        sent_at=invitation.sent_at,
        good_for=GOOD_FOR,
        starts_at=invitation.starts_at,
        ends_at=post.ends_at if post else invitation.ends_at,
        now=now,
    )


def period_of(invitation: Invitation) -> str:
    """« du 13/05/2020 au 30/05/2020 », both days included; nothing for a post without dates."""
    if invitation.starts_at is None or invitation.ends_at is None:
        return ""
    last = invitation.ends_at.astimezone(PARIS) - timedelta(days=1)
    return f"du {date_fr(invitation.starts_at.astimezone(PARIS))} au {date_fr(last)}"


def facts_of(invitation: Invitation) -> list[tuple[str, str]]:
    """What the receiver is told before she accepts."""
    inviter, place = invitation.invited_by, invitation.practice or invitation.organisation
    found = [
        ("De la part de", inviter.name),
        ("Structure", place.name if place else ""),
        ("Qualité", label_of(invitation)),
        ("Période", period_of(invitation)),
        ("E-mail invité", invitation.email),
    ]
    return [(term, value) for term, value in found if value]
