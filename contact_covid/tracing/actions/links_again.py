"""A secure link is sent once more, to who is on the telephone: the one before opens nothing any more."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.dates import day_of
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import send
from contact_covid.messaging.channels.registry import is_open
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.queries import refused_channels
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.models import SealedIdentity
from contact_covid.tracing.actions.secure_links import new_link
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche, PersonSession, SecureLink
from contact_covid.tracing.queries import followed
from contact_covid.tracing.rules.links import MOST_A_DAY, LinkError, LinkErrorCode, Way, way_of_link

_KEPT = ("opened_at", "confirmed_at", "named_none_at")
"""What she has said and read goes on by the new link."""


def send_again(*, actor: Actor, fiche: UUID, submission: Submission, now: datetime) -> None:
    """A new link to this person, by what is quickest and she does not refuse; the one before is dead with its sessions.

    No call waits for it: she is being called. In the transaction of a caller who has checked that she is. Raises
    ``Denied``, ``LinkError``, ``AlreadyRecorded``, ``KeyMissing``.
    """
    check(actor, Permission.CALL_RECORD)
    held = Fiche.objects.select_for_update().filter(followed(), id=fiche).first()
    if held is None:
        raise LinkError(LinkErrorCode.OVER)
    sealed = Sealed(held.id, held.number, SealedIdentity.objects.get(fiche=held.id).value)
    person = reveal(actor, [sealed], purpose=Purpose.TRACING, now=now)[held.id]
    way = way_of_link(person, today=day_of(now), sms=is_open(Channel.SMS), refused=refused_channels(held.id))
    if way is None or not settings.SECURE_LINK_FIRST:
        raise LinkError(LinkErrorCode.NO_WAY)
    _replace(actor, held, way, person.name, submission, now)


def _replace(actor: Actor, fiche: Fiche, way: Way, name: str, submission: Submission, now: datetime) -> None:
    made = new_link(fiche, way, name, now)
    use_up(actor.author.account, submission, target=made.link.id, now=now)
    if SecureLink.objects.filter(fiche=fiche, issued_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise LinkError(LinkErrorCode.TOO_MANY)
    before = SecureLink.objects.select_for_update().filter(fiche=fiche, revoked_at=None).first()
    if before:
        for column in _KEPT:
            setattr(made.link, column, getattr(before, column))
        before.revoked_at, before.fell_back_at = now, before.fell_back_at or now
        before.save(update_fields=["revoked_at", "fell_back_at"])
        PersonSession.objects.filter(link=before, ended_at=None).update(ended_at=now)
    made.link.call_from = made.link.fell_back_at = now
    made.link.save(force_insert=True)
    send(messages=[made.message], now=now)
    event = Event.by(actor, TracingEvent.LINK_SENT, Purpose.TRACING, Surface.PAGE, fiches=(fiche.number,))
    record(event, now=now)
