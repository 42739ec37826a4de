"""A message that did not reach its person: she is called instead, once."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from contact_covid.access.actor import SYSTEM
from contact_covid.messaging.enums import Answer, Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import led_to_a_call, unanswered
from contact_covid.messaging.receipt_actions import answer
from contact_covid.tracing.actions.calls import call_again
from contact_covid.tracing.actions.fall_backs import fall_back_of_lost
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Attempt

A_ROUND = 500
_TELLS = (Template.INSTRUCTIONS, Template.UNREACHABLE)
"""What a person must know: lost, it is said by telephone. A link that is lost lets her call wait for nothing. Nobody is
called for the end of her isolation, for an appointment that is kept anyway, or for a mail to an agency."""


def call_who_was_not_reached(*, now: datetime) -> set[UUID]:
    """Puts those into the queue whose message failed for good or came back, and answers the messages, whatever came of
    them: one transaction of 500 messages at most. Returns who is called.

    Nobody is called twice for it, nor who was told since, nor for the message she has refused.
    """
    with transaction.atomic():
        lost = unanswered(A_ROUND)
        due = _due(each for each in lost if each.template in _TELLS)
        links = {each.fiche: each for each in lost if each.fiche and each.template == Template.LINK}
        called = call_again(actor=SYSTEM, fiches={fiche: _why(message) for fiche, message in due.items()}, now=now)
        waited = fall_back_of_lost(lost={fiche: message.created_at for fiche, message in links.items()}, now=now)
        calling = {due[fiche].id for fiche in called} | {links[fiche].id for fiche in waited}
        answer(answers={each.id: Answer.CALL if each.id in calling else Answer.NONE for each in lost}, now=now)
    return called | waited


def _due(lost: Iterable[Message]) -> dict[UUID, Message]:
    """By fiche, the message that asks for a call."""
    about = {message.fiche: message for message in lost if message.fiche}
    told = _told_at(about)
    before = [fiche for fiche, message in led_to_a_call(about).items() if message.template in _TELLS]
    return {
        fiche: message
        for fiche, message in about.items()
        if fiche not in before and not (fiche in told and told[fiche] > message.created_at)
    }


def _told_at(fiches: Collection[UUID]) -> dict[UUID, datetime]:
    """When those were last told, by telephone or by their link."""
    told = {fiche.id: fiche.told_at for fiche in Fiche.objects.filter(id__in=fiches) if fiche.told_at}
    made = Attempt.objects.filter(fiche__in=fiches, outcome=Outcome.INFORMED, second=False)
    return told | dict(made.values_list("fiche").annotate(last=Max("at")).order_by())


def _why(message: Message) -> dict[str, str]:
    return {"reason": "undelivered", "message": str(message.id), "channel": message.channel}
