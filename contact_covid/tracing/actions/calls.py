"""How the calls of a platform ended, and who is called once more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor, Author
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.enums import Language
from contact_covid.tracing.actions.dating import tell
from contact_covid.tracing.actions.hurrying import call_at_once
from contact_covid.tracing.actions.moving import locked, move, write_moved
from contact_covid.tracing.actions.notices import send_instructions
from contact_covid.tracing.enums import Call, CallReason, Closure, ClosureReason, FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.states import WAITING


@dataclass(frozen=True, slots=True)
class CallMade:
    """Where a call left a fiche. ``author``: whose call the service relays, None for the actor's own.

    ``call`` None: where it was. ``callable_from``: not before this may the next call be made, None: as it was.
    ``call_reason`` belongs to « Injoignable »; ``closed`` closes the fiche.
    """

    fiche: UUID
    call: Call | None
    author: Author | None = None
    callable_from: datetime | None = None
    call_reason: CallReason | None = None
    closed: ClosureReason | None = None


class NotTheirCall(Exception):
    """The practice did not say that it calls this person itself."""


def record_calls(*, actor: Actor, calls: Sequence[CallMade], now: datetime) -> None:
    """Writes the outcome of calls, each an attempt: one transaction, all or nothing.

    The caller has checked that the fiches are the actor's to call: a lease says so even when a fiche has moved to
    another fund since. Raises ``Denied``, ``FicheNotFound``, ``ForbiddenTransition``.
    """
    check(actor, Permission.CALL_RECORD)
    _record(actor, calls, now)


def record_own_call(*, actor: Actor, fiche: UUID, now: datetime, language: Language = Language.FRENCH) -> None:
    """The practice that said it calls this contact itself has called and given the instructions; she gets them in
    writing too, in ``language``: one transaction.

    Said twice it is written once. Raises ``Denied``, ``FicheNotFound``, ``KeyMissing``; ``NotTheirCall`` when the
    platform calls.
    """
    check(actor, Permission.CALL_OWN)
    with transaction.atomic():
        held = Fiche.objects.select_for_update().filter(id=fiche).first()
        opened = own_fiche(actor, fiche)
        if not any(link.calls_self for link in opened.links):
            raise NotTheirCall
        if held and opened.to_call:
            _record(actor, [CallMade(fiche, Call.INFORMED)], now)
            send_instructions(actor=actor, fiche=held, language=language, now=now)


def call_again(*, actor: Actor, fiches: Mapping[UUID, Mapping[str, str]], now: datetime) -> set[UUID]:
    """Puts those persons back into the call queue, from the next call hours on; by fiche, what the journal tells of
    why.

    One transaction. Whoever waits for a call already, is closed or absent, or was left because the number is another's,
    stays as she is. Returns who is called again. Raises ``Denied``.
    """
    check(actor, Permission.CALL_RECORD)
    with transaction.atomic():
        held = [fiche for fiche in locked(fiches) if _is_done_with(fiche)]
        call_at_once(held, {}, now)
        if held:
            record(*(_event_again(actor, fiche, fiches[fiche.id]) for fiche in held), now=now)
    return {fiche.id for fiche in held}


def _is_done_with(fiche: Fiche) -> bool:
    is_reached = fiche.call not in WAITING and fiche.call_reason != CallReason.WRONG_NUMBER
    return fiche.closure == Closure.OPEN and is_reached


def _event_again(actor: Actor, fiche: Fiche, why: Mapping[str, str]) -> Event:
    detail = {"fields": ("call",), "call": fiche.call, **why}
    kind = TracingEvent.CALLED_AGAIN
    return Event.by(actor, kind, Purpose.TRACING, Surface.JOB, fiches=(fiche.number,), detail=detail)


def _record(actor: Actor, calls: Sequence[CallMade], now: datetime) -> None:
    with transaction.atomic():
        ids = {made.fiche for made in calls}
        fiches = {fiche.id: fiche for fiche in locked(ids)}
        if len(fiches) < len(ids):
            raise FicheNotFound
        new = [id_ for id_, fiche in fiches.items() if fiche.kind == FicheKind.CONTACT and fiche.told_at is None]
        for made in calls:
            _move(fiches[made.fiche], made, now)
        write_moved(fiches.values())
        tell([id_ for id_ in new if fiches[id_].told_at], now)
        record(*(_event(actor, made, fiches[made.fiche]) for made in calls), now=now)


def _move(fiche: Fiche, made: CallMade, now: datetime) -> None:
    closure = Closure.CLOSED if made.closed else None
    move(fiche, now, call=made.call, call_reason=made.call_reason, closure=closure, closure_reason=made.closed)
    fiche.callable_from = made.callable_from or fiche.callable_from
    fiche.attempts += 1


def _event(actor: Actor, made: CallMade, fiche: Fiche) -> Event:
    surface = Surface.PAGE if actor.session else Surface.JOB
    detail = {"fields": ("call", "closure") if made.closed else ("call",), "call": fiche.call}
    by = actor.on_behalf_of(made.author)
    return Event.by(by, TracingEvent.CALL_RECORDED, Purpose.TRACING, surface, fiches=(fiche.number,), detail=detail)
