"""Help asked for a person who isolates: by her physician, by who calls her, by herself."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.directory.queries import support_cell_of, zone_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.support.enums import SupportState
from contact_covid.support.events import SupportEvent
from contact_covid.support.models import OPEN, SupportRequest
from contact_covid.support.rules.asking import SupportError, SupportErrorCode, answer_due, check_asked, moved
from contact_covid.tracing.enums import Closure, SupportNeed
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.worklist.queries import lease_of

NOTE_CONTEXT = "support.SupportRequest.note:"


class SupportAsked(NamedTuple):
    """``agreed``: the person agrees that the cell gets her name, address and telephone."""

    needs: Sequence[SupportNeed]
    note: str
    agreed: bool


def ask_support(*, actor: Actor, fiche: UUID, asked: SupportAsked, submission: Submission, now: datetime) -> UUID:
    """Asks the cell of her département for help for somebody this practice declared, or for the person herself.

    Returns the request's id. Raises ``Denied``, ``FicheNotFound``, ``SupportError``, ``ForbiddenTransition`` (the fiche
    is cancelled), ``AlreadyRecorded`` (its target is the request), ``KeyMissing``.
    """
    with transaction.atomic():
        return _ask(actor, _reached(actor, fiche), asked, submission, now)


def ask_support_during_call(
    *, actor: Actor, lease: UUID, asked: SupportAsked, submission: Submission, now: datetime
) -> UUID:
    """The same for the person who is called. Raises ``LeaseNotFound`` and what ``ask_support`` raises."""
    check(actor, Permission.SUPPORT_ASK)
    with transaction.atomic():
        return _ask(actor, lease_of(actor, lease, now).fiche_id, asked, submission, now)


def withdraw_support(*, actor: Actor, fiche: UUID, now: datetime) -> None:
    """The person wants it no more: her open request is taken back; without one nothing changes.

    Raises ``Denied``, ``FicheNotFound``.
    """
    with transaction.atomic():
        _withdraw(actor, _reached(actor, fiche), now)


def withdraw_support_during_call(*, actor: Actor, lease: UUID, now: datetime) -> None:
    """The same of the person who is called. Raises ``Denied``, ``LeaseNotFound``."""
    check(actor, Permission.SUPPORT_ASK)
    with transaction.atomic():
        _withdraw(actor, lease_of(actor, lease, now).fiche_id, now)


def _reached(actor: Actor, fiche: UUID) -> UUID:
    """That fiche, when it is one that this practice declared, or the person's own."""
    if check(actor, Permission.SUPPORT_ASK).scope is Scope.OWN:
        return own_fiche(actor, fiche).sealed.fiche
    if fiche != actor.fiche:
        raise FicheNotFound
    return fiche


def _ask(actor: Actor, wanted: UUID, asked: SupportAsked, submission: Submission, now: datetime) -> UUID:
    check_asked(asked.needs, asked.note, agreed=asked.agreed)
    fiche = Fiche.objects.select_for_update(no_key=True).get(id=wanted)
    id_ = new_id(now)
    use_up(actor.author.account, submission, target=id_, now=now)
    if fiche.closure == Closure.CANCELLED:
        raise ForbiddenTransition(fiche.closure, Closure.OPEN)
    if SupportRequest.objects.filter(fiche=fiche, state__in=OPEN).exists():
        raise SupportError(SupportErrorCode.OPEN_ALREADY)
    cell = support_cell_of(fiche.department)
    if cell is None:
        raise SupportError(SupportErrorCode.NO_CELL)
    note = ring().seal(asked.note.encode(), period=period_of(now), context=f"{NOTE_CONTEXT}{id_}")
    made = SupportRequest.objects.create(
        id=id_,
        fiche=fiche,
        cell=cell,
        needs=list(asked.needs),
        note=note if asked.note else None,
        state_at=now,
        account=actor.author.account,
        practice=actor.author.practice,
        asked_at=now,
        answer_due_at=answer_due(now, zone_of(fiche.department)),
    )
    _record(actor, SupportEvent.ASKED, fiche.number, made, now)
    return id_


def _withdraw(actor: Actor, fiche: UUID, now: datetime) -> None:
    held = SupportRequest.objects.filter(fiche=fiche, state__in=OPEN).select_for_update(of=("self",))
    for request in held.select_related("fiche"):
        request.state = moved(SupportState(request.state), SupportState.WITHDRAWN)
        request.state_at, request.version = now, request.version + 1
        request.save(update_fields=["state", "state_at", "version"])
        _record(actor, SupportEvent.WITHDRAWN, request.fiche.number, request, now)


def _record(actor: Actor, kind: SupportEvent, number: str, request: SupportRequest, now: datetime) -> None:
    detail = {"request": str(request.id), "state": request.state}
    record(Event.by(actor, kind, Purpose.TRACING, Surface.PAGE, fiches=(number,), detail=detail), now=now)
