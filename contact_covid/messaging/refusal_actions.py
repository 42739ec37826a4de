"""Who wants no more follow-up messages by e-mail or SMS. Letters and calls of public health cannot be refused so."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.events import MessagingEvent
from contact_covid.messaging.models import Refusal

REFUSABLE = (Channel.EMAIL, Channel.SMS)


def note_refusals(
    fiches: Sequence[tuple[UUID, str]], channel: Channel, *, now: datetime, actor: Actor = SYSTEM
) -> None:
    """Those persons (fiche, number) want no more messages by ``channel``, as ``actor`` was told: said again, nothing
    changes. The caller has checked that the fiches are the actor's. In the caller's transaction."""
    known = set(
        Refusal.objects.filter(fiche__in=[fiche for fiche, _ in fiches], channel=channel).values_list(
            "fiche", flat=True
        )
    )
    new = {fiche: number for fiche, number in fiches if fiche not in known}
    if not new:
        return
    with transaction.atomic():
        rows = [Refusal(fiche=fiche, channel=channel, account=actor.account, since=now) for fiche in new]
        Refusal.objects.bulk_create(rows, ignore_conflicts=True)
        record(_event(actor, MessagingEvent.REFUSED, list(new.values()), channel), now=now)


def say_refused(*, actor: Actor, fiche: UUID, number: str, refused: Collection[Channel], now: datetime) -> None:
    """By which channels the person wants no more messages, all of them: said again, nothing changes. The caller has
    checked that the fiche is the actor's. In the caller's transaction."""
    for channel in REFUSABLE:
        if channel in refused:
            note_refusals([(fiche, number)], channel, actor=actor, now=now)
        elif Refusal.objects.filter(fiche=fiche, channel=channel).delete()[0]:
            record(_event(actor, MessagingEvent.ACCEPTED, [number], channel), now=now)


def carry_refusals(fiches: Mapping[UUID, UUID]) -> dict[UUID, frozenset[Channel]]:
    """What persons refused on one fiche holds for another of theirs (from → to), and what is refused on those now.

    In the caller's transaction."""
    if not fiches:
        return {}
    rows = [
        Refusal(fiche=fiches[each.fiche], channel=each.channel, account=each.account, since=each.since)
        for each in Refusal.objects.filter(fiche__in=fiches)
    ]
    Refusal.objects.bulk_create(rows, ignore_conflicts=True)
    refused: dict[UUID, set[Channel]] = {}
    for row in rows:
        refused.setdefault(row.fiche, set()).add(Channel(row.channel))
    return {fiche: frozenset(channels) for fiche, channels in refused.items()}


def _event(actor: Actor, kind: MessagingEvent, numbers: Sequence[str], channel: Channel) -> Event:
    surface = Surface.PAGE if actor.session else Surface.JOB
    return Event.by(actor, kind, Purpose.TRACING, surface, fiches=numbers, detail={"channel": channel.value})
