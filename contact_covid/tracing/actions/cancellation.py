"""What was declared in error is cancelled by the practice that declared it, with a reason; nothing is deleted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.actions.closing import reopen
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.dating import redate_all
from contact_covid.tracing.actions.moving import move, write_moved
from contact_covid.tracing.enums import Closure, ClosureReason, FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Declaration, Exposure, Fiche, IndexCase
from contact_covid.tracing.queries import FicheNotFound

CANCEL_REASONS = (ClosureReason.ERROR, ClosureReason.DUPLICATE)


class FicheShared(Exception):
    """Others declared this person too: only the platform can cancel the fiche."""


def cancel_fiche(*, actor: Actor, fiche: UUID, reason: ClosureReason, version: int | None, now: datetime) -> None:
    """Cancels a fiche of this practice; with a patient zéro, her contacts who were exposed to nobody else.

    ``version``: as it was read, None when it was not. Raises ``Denied``; ``FicheNotFound`` when absent or another's;
    ``FicheChanged``, ``FicheShared``; ``ForbiddenTransition`` when it is cancelled already.
    """
    check(actor, Permission.FICHE_CANCEL)
    practice = actor.author.practice
    with transaction.atomic():
        found = Fiche.objects.select_for_update().filter(id=fiche, author_practice=practice).first()
        if found is None:
            raise FicheNotFound
        if found.closure != Closure.CANCELLED and version not in (None, found.version):
            raise FicheChanged(found.number)
        if _is_shared(found, practice):
            raise FicheShared
        cancelled = [found, *_exposed_to_nobody_else(found, practice)]
        for each in cancelled:
            move(each, now, closure=Closure.CANCELLED, closure_reason=reason)
        write_moved(cancelled)
        _redate_others(cancelled, now)
        _reopen(found, now)
        numbers = [each.number for each in cancelled]
        detail = {"fields": ("closure",), "reason": reason.value}
        surface = Surface.PAGE if actor.session else Surface.JOB
        event = Event.by(actor, TracingEvent.CANCELLED, Purpose.REGISTRATION, surface, fiches=numbers, detail=detail)
        record(event, now=now)


def _redate_others(cancelled: Sequence[Fiche], now: datetime) -> None:
    """Contacts who stay, exposed to others too: the patient zéro who was declared in error no longer dates them."""
    exposed = Fiche.objects.filter(exposures__index_fiche__in=cancelled).exclude(closure=Closure.CANCELLED)
    redate_all(exposed.values_list("id", flat=True), now)


def _reopen(case: Fiche, now: datetime) -> None:
    """Who was declared a patient zéro in error is the contact she was before."""
    others = IndexCase.objects.filter(was_contact=OuterRef("pk")).exclude(fiche__closure=Closure.CANCELLED)
    was = Fiche.objects.filter(~Exists(others), became__fiche=case, closure_reason=ClosureReason.BECAME_CASE)
    for contact in was.select_for_update(of=("self",)):
        reopen(contact, now)


def _is_shared(fiche: Fiche, practice: UUID) -> bool:
    if Declaration.objects.filter(fiche=fiche).exists():
        return True
    ends = Exposure.objects.filter(index_fiche=fiche) | Exposure.objects.filter(contact_fiche=fiche)
    return ends.exclude(author_practice=practice).exists()


def _exposed_to_nobody_else(fiche: Fiche, practice: UUID) -> Sequence[Fiche]:
    """The open fiches that stand only because of this patient zéro."""
    if fiche.kind != FicheKind.INDEX:
        return []
    named = Exposure.objects.filter(contact_fiche=OuterRef("pk"), index_fiche=fiche)
    others = Exposure.objects.filter(contact_fiche=OuterRef("pk")).exclude(index_fiche=fiche)
    by_others = others.exclude(index_fiche__closure=Closure.CANCELLED)
    declared = Declaration.objects.filter(fiche=OuterRef("pk"))
    own = Fiche.objects.filter(author_practice=practice, closure=Closure.OPEN)
    return list(
        own.filter(Exists(named), ~Exists(by_others), ~Exists(declared)).order_by("id").select_for_update(of=("self",))
    )
