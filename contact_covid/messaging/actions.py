"""The outbox: a message is a row of the act that decides it, sent afterwards, again and again until it is gone."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import KeyDamaged, KeyMissing, SealBroken, ring
from contact_covid.core.period import period_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail
from contact_covid.messaging.channels.parcel import ChannelUnavailable, Parcel, RecipientRefused
from contact_covid.messaging.channels.registry import CHANNELS
from contact_covid.messaging.enums import Channel, Failure, Language, MessageState
from contact_covid.messaging.events import MessagingEvent
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import contexts, parcel
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.contents import to_bytes
from contact_covid.messaging.rules.retries import next_try

DELIVER = "messaging.deliver"
BEHIND_OTHERS = -10  # a mail server that hangs must not keep the journal from being sealed
OWN_JOB = timedelta(minutes=10)  # what a message's own job gets before the sweep looks after it
A_SWEEP = 500

_FAILURES: dict[type[Exception], Failure] = {
    RecipientRefused: Failure.REFUSED,
    ChannelUnavailable: Failure.UNAVAILABLE,
    KeyMissing: Failure.UNREADABLE,
    KeyDamaged: Failure.UNREADABLE,
    SealBroken: Failure.UNREADABLE,
}

logger = logging.getLogger(__name__)


class MessageNotFound(LookupError):
    """No such message."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send. ``recipient``: an e-mail address; by post the content has the address.

    ``fiche`` and ``number`` (as stored): whom it is about, for the journal.
    """

    channel: Channel
    language: Language
    recipient: str
    content: Content
    fiche: UUID | None = None
    number: str = ""


def send(*, messages: Sequence[Outgoing], now: datetime) -> list[UUID]:
    """Puts the messages in the outbox and asks for their delivery, in the caller's transaction: undone with the act.

    Returns their ids in the same order. Raises ``KeyMissing``.
    """
    if not messages:
        return []
    rows = [_row(message, now) for message in messages]
    with transaction.atomic():
        Message.objects.bulk_create(rows)
        _defer([row.id for row in rows])
    return [row.id for row in rows]


def mail(*, to: str, content: Content, now: datetime) -> None:
    """One mail in French, as ``send`` does it; nothing for whoever has no address. Raises ``KeyMissing``."""
    if to:
        send(messages=[Outgoing(Channel.EMAIL, Language.FRENCH, to, content)], now=now)


def _row(message: Outgoing, now: datetime) -> Message:
    row_id, period, keys = new_id(now), period_of(now), ring()
    places = contexts(row_id)
    return Message(
        id=row_id,
        channel=message.channel,
        template=message.content.template,
        language=message.language,
        fiche=message.fiche,
        number=message.number,
        period=period,
        recipient=keys.seal(message.recipient.encode(), period=period, context=places.recipient),
        content=keys.seal(to_bytes(message.content), period=period, context=places.content),
        next_try_at=now + OWN_JOB,
        created_at=now,
    )


def _defer(messages: Sequence[UUID]) -> None:
    arguments: list[dict[str, JSONValue]] = [{"message": str(message)} for message in messages]
    app.configure_task(DELIVER, priority=BEHIND_OTHERS).batch_defer(*arguments)


def sweep(*, now: datetime) -> list[UUID]:
    """Asks again for the delivery of queued messages whose time has come (their job died, or a try failed)."""
    with transaction.atomic():
        due = Message.objects.filter(state=MessageState.QUEUED, next_try_at__lte=now).order_by("next_try_at")
        messages = list(due.select_for_update(skip_locked=True).values_list("id", flat=True)[:A_SWEEP])
        if messages:
            Message.objects.filter(id__in=messages).update(next_try_at=now + OWN_JOB)
            _defer(messages)
    return messages


def deliver(*, message: UUID, now: datetime) -> None:
    """Sends that message unless it is sent, or another worker has it in hand; a failure is tried again later.

    The row stays locked from before the sending until the outcome is written: killed in between, the message is sent
    again under the same id, and never lost.
    """
    with transaction.atomic():
        queued = Message.objects.select_for_update(skip_locked=True).filter(id=message, state=MessageState.QUEUED)
        row = queued.first()
        if row is None:
            return
        row.tries += 1
        try:
            kept = _hand_over(row)
        except tuple(_FAILURES) as error:
            _put_off(row, _FAILURES[type(error)], now)
        else:
            row.state, row.sent_at, row.failure = MessageState.SENT, now, ""
            if not kept:
                row.recipient = row.content = None
        row.save(update_fields=["state", "sent_at", "failure", "tries", "next_try_at", "recipient", "content"])
        _tell(row, now)


def _hand_over(row: Message) -> bool:
    """Sends by the row's channel. True when the content is to be kept: a demo that sends nothing shows it instead."""
    channel, ready = CHANNELS[Channel(row.channel)], parcel(row)
    if settings.DEMO and not channel.is_configured():
        return True
    if ready is not None:  # a queued row always has its content, says the database
        channel.send(ready)
    return False


def _put_off(row: Message, failure: Failure, now: datetime) -> None:
    again = None if failure is Failure.REFUSED else next_try(row.tries, now)
    row.failure = failure
    if again is None:
        row.state = MessageState.FAILED
        if failure is Failure.REFUSED:  # nothing to send again
            row.recipient = row.content = None
    else:
        row.next_try_at = again
    logger.warning("message %s not sent: %s, try %d", row.id, failure.value, row.tries)


def _tell(row: Message, now: datetime) -> None:
    kinds = {MessageState.SENT: MessagingEvent.SENT, MessageState.FAILED: MessagingEvent.FAILED}
    kind = kinds.get(MessageState(row.state))
    if kind:
        record(_event(SYSTEM, row, kind, Purpose.TRACING, Surface.JOB), now=now)


def _event(actor: Actor, row: Message, kind: MessagingEvent, purpose: Purpose, surface: Surface) -> Event:
    detail: dict[str, Detail] = {"message": str(row.id), "template": row.template, "channel": row.channel}
    if row.failure:
        detail["failure"] = row.failure
    fiches = (row.number,) if row.number else ()
    return Event.by(actor, kind, purpose, surface, fiches=fiches, count=1, detail=detail)


def read(*, actor: Actor, message: UUID, now: datetime) -> tuple[Message, Parcel | None]:
    """A message and what it says, None when it was wiped, for the mailbox of the demo; the journal tells who looked.

    Raises ``Denied``, ``MessageNotFound``, ``KeyMissing``, ``SealBroken``.
    """
    check(actor, Permission.PORTAL_USE)
    row = Message.objects.filter(id=message).first()
    if row is None or not settings.DEMO:
        raise MessageNotFound
    opened = parcel(row)
    if opened is not None:
        record(_event(actor, row, MessagingEvent.READ, Purpose.OPERATION, Surface.PAGE), now=now)
    return row, opened
