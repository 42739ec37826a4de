"""What an agency may open, and the fiches it follows instead of the platform. The caller has decided that it may."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.actions.moving import move, write_moved
from contact_covid.tracing.enums import Closure, ClosureReason
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche, Reach


def open_to(*, region: str, fiches: Collection[UUID], source: UUID, now: datetime) -> None:
    """Lets the agency of a region open these fiches, for as long as ``source`` holds. Belongs to the caller's act."""
    rows = [Reach(id=new_id(now), fiche_id=fiche, region=region, source=source, since=now) for fiche in fiches]
    Reach.objects.bulk_create(rows, ignore_conflicts=True)


def shut(*, source: UUID, fiches: Collection[UUID] | None = None) -> None:
    """``source`` lets nobody open these fiches any more; None: any. Belongs to the caller's act."""
    held = Reach.objects.filter(source=source)
    (held if fiches is None else held.filter(fiche__in=fiches)).delete()


def take_over(*, actor: Actor, fiche: UUID, source: UUID, now: datetime) -> None:
    """The agency follows this person: her fiche is closed for the platform, which calls her no more.

    One that is closed already stays as it is. Raises ``Denied``.
    """
    check(actor, Permission.HAND_OVER_ANSWER)
    held = Fiche.objects.select_for_update().get(id=fiche)
    open_to(region=actor.region or "", fiches=[fiche], source=source, now=now)
    if held.closure == Closure.OPEN:
        move(held, now, closure=Closure.CLOSED, closure_reason=ClosureReason.HANDED_OVER)
        write_moved([held])
        _record(actor, TracingEvent.TAKEN_OVER, held, now)


def give_back(*, actor: Actor, fiche: UUID, source: UUID, now: datetime) -> None:
    """The platform follows this person again: she is back in its queue with the deadline that she had.

    A fiche that was closed or cancelled for another reason stays so. Raises ``Denied``.
    """
    check(actor, Permission.HAND_OVER_ANSWER)
    held = Fiche.objects.select_for_update().get(id=fiche)
    shut(source=source)
    if held.closure == Closure.CLOSED and held.closure_reason == ClosureReason.HANDED_OVER:
        move(held, now, closure=Closure.OPEN)
        write_moved([held])
        _record(actor, TracingEvent.GIVEN_BACK, held, now)


def _record(actor: Actor, kind: TracingEvent, fiche: Fiche, now: datetime) -> None:
    detail = {"fields": ("closure",)}
    event = Event.by(actor, kind, Purpose.HANDOVER, Surface.PAGE, fiches=(fiche.number,), detail=detail)
    record(event, now=now)
