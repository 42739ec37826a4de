"""What the person called says of the messages she gets, and what became of those she was sent."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission
from contact_covid.messaging import refusal_actions
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import last_to, refused_channels
from contact_covid.tracing.actions.links_again import send_again
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.queries import lease_of, refuse_ended

MOST = 20


class MessagesOf(NamedTuple):
    """The last messages to a person, newest first, unopened, and what she refuses."""

    fiche: Fiche
    sent: Sequence[Message]
    refused: frozenset[Channel]


def messages_of(*, actor: Actor, lease: UUID, now: datetime) -> MessagesOf:
    """Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``, ``LeaseTakenOver``."""
    fiche = _called(actor, lease, now)
    return MessagesOf(fiche, last_to(fiche.id, MOST), refused_channels(fiche.id))


def say_refused(*, actor: Actor, lease: UUID, refused: Collection[Channel], now: datetime) -> None:
    """By which channels the person called wants no more messages, all of them: said again, nothing changes.

    Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``, ``LeaseTakenOver``.
    """
    with transaction.atomic():
        fiche = _called(actor, lease, now)
        refusal_actions.say_refused(actor=actor, fiche=fiche.id, number=fiche.number, refused=refused, now=now)


def send_link_again(*, actor: Actor, lease: UUID, submission: Submission, now: datetime) -> None:
    """The person called is sent a new link to her own pages; sent twice under one key, it is sent once.

    Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``, ``LeaseTakenOver``, ``LinkError``, ``AlreadyRecorded``,
    ``KeyMissing``.
    """
    with transaction.atomic():
        send_again(actor=actor, fiche=_called(actor, lease, now).id, submission=submission, now=now)


def _called(actor: Actor, lease: UUID, now: datetime) -> Fiche:
    check(actor, Permission.CALL_RECORD)
    held = lease_of(actor, lease, now)
    refuse_ended(held)
    return held.fiche
