"""A message that did not reach its person: she is called instead, once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from contact_covid.access.actor import SYSTEM
from contact_covid.messaging.enums import Answer
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import led_to_a_call, unanswered
from contact_covid.messaging.receipt_actions import answer
from contact_covid.tracing.actions.calls import call_again
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Attempt

A_ROUND = 500


def call_who_was_not_reached(*, now: datetime) -> set[UUID]:
    """Puts those into the queue whose message failed for good or came back, and answers the messages, whatever came of
    them: one transaction of 500 messages at most. Returns who is called.

    Nobody is called twice for it, nor who was told by telephone since, nor for the message she has refused.
    """
    with transaction.atomic():
        lost = unanswered(A_ROUND)
        due = _due(lost)
        called = call_again(actor=SYSTEM, fiches={fiche: _why(message) for fiche, message in due.items()}, now=now)
        calling = {message.id for fiche, message in due.items() if fiche in called}
        answer(answers={each.id: Answer.CALL if each.id in calling else Answer.NONE for each in lost}, now=now)
    return called


def _due(lost: Sequence[Message]) -> dict[UUID, Message]:
    """By fiche, the message that asks for a call."""
    about = {message.fiche: message for message in lost if message.fiche}
    told, before = _told_at(about), led_to_a_call(about)
    return {
        fiche: message
        for fiche, message in about.items()
        if fiche not in before and not (fiche in told and told[fiche] > message.created_at)
    }


def _told_at(fiches: Collection[UUID]) -> dict[UUID, datetime]:
    """When those were last told by telephone."""
    made = Attempt.objects.filter(fiche__in=fiches, outcome=Outcome.INFORMED, second=False)
    return dict(made.values_list("fiche").annotate(last=Max("at")).order_by())


def _why(message: Message) -> dict[str, str]:
    return {"reason": "undelivered", "message": str(message.id), "channel": message.channel}
