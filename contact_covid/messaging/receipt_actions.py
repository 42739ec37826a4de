"""What became of messages once they had left: receipts of the gateway, mails that come back, and what was done then."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce

from contact_covid.access.actor import SYSTEM
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import event_of
from contact_covid.messaging.enums import Answer, Channel, MessageState, Receipt
from contact_covid.messaging.events import MessagingEvent
from contact_covid.messaging.models import Message
from contact_covid.messaging.refusal_actions import note_refusals
from contact_covid.messaging.rules.receipts import after

_EVENTS: Mapping[Receipt, MessagingEvent] = {
    Receipt.DELIVERED: MessagingEvent.DELIVERED,
    Receipt.UNDELIVERED: MessagingEvent.UNDELIVERED,
    Receipt.DELAYED: MessagingEvent.DELAYED,
}


class Told(NamedTuple):
    """What the receiver's side says of a message, by the id that it left under."""

    message: UUID
    receipt: Receipt


def record_receipts(*, channel: Channel, receipts: Sequence[Told], now: datetime) -> int:
    """Writes what became of messages of that channel: one transaction, few statements. Said again, nothing changes.

    Returns how many messages are known. What speaks of others is left aside without a word: whoever sent it learns
    nothing by it.
    """
    with transaction.atomic():
        asked = Message.objects.filter(id__in={told.message for told in receipts}, channel=channel)
        rows = {row.id: row for row in asked.order_by("id").select_for_update().defer("recipient", "content")}
        changed: dict[UUID, MessageState] = {}
        events: list[Event] = []
        for told in receipts:
            row = rows.get(told.message)
            if row is None or not _changes(row, told.receipt):
                continue
            row.state = after(MessageState(row.state), told.receipt)
            if told.receipt is not Receipt.DELAYED:
                changed[row.id] = MessageState(row.state)
            events.append(event_of(SYSTEM, row, _EVENTS[told.receipt], Purpose.TRACING, Surface.JOB))
        _write(changed, now)
        stopped = [rows[told.message] for told in receipts if told.receipt is Receipt.STOPPED and told.message in rows]
        note_refusals([(row.fiche, row.number) for row in stopped if row.fiche], channel, now=now)
        if events:
            record(*events, now=now)
    return len(rows)


def _changes(row: Message, receipt: Receipt) -> bool:
    if receipt is Receipt.DELAYED:
        return row.state == MessageState.SENT
    return after(MessageState(row.state), receipt) != row.state


def _write(changed: Mapping[UUID, MessageState], now: datetime) -> None:
    sent_at = Coalesce("sent_at", Value(now, DateTimeField()))
    for state in (MessageState.DELIVERED, MessageState.UNDELIVERED):
        ids = [id_ for id_, reached in changed.items() if reached is state]
        if ids:
            Message.objects.filter(id__in=ids).update(
                state=state, receipt_at=now, sent_at=sent_at, failure="", recipient=None, content=None
            )


def answer(*, answers: Mapping[UUID, Answer], now: datetime) -> None:
    """Writes what was done about messages that did not reach the person, in the transaction of what was done."""
    for what in set(answers.values()):
        ids: Collection[UUID] = [id_ for id_, done in answers.items() if done is what]
        Message.objects.filter(id__in=ids).update(answer=what, answered_at=now)
