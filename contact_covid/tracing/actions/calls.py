"""How the calls of a platform ended, and who is called once more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access.actor import Actor, Author
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.rules.arrays import array
from contact_covid.directory.queries import zone_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.enums import Language
from contact_covid.tracing.actions.dating import tell
from contact_covid.tracing.actions.notices import send_instructions
from contact_covid.tracing.enums import Call, CallReason, Closure, ClosureReason, FicheKind, TestFact
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.call_hours import next_opening
from contact_covid.tracing.rules.states import CALL_DONE, Facts, ForbiddenTransition, derive, move_call, move_closure

# What ``_move``, ``_row`` and ``_event`` read. One array: the text, and so the plan, is the same whatever the number.
_LOCKED = """
SELECT id, number, kind, call, test, closure, state, state_at, department, callable_from, attempts, call_reason,
    closure_reason, version
FROM tracing_fiche WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE
"""
# Django's bulk_update writes one CASE a column, one WHEN a row: ten times the processor time of this on a batch.
_MOVED = """
UPDATE tracing_fiche SET call = given.call, closure = given.closure, state = given.state, state_at = given.state_at,
    callable_from = given.callable_from, attempts = given.attempts, call_reason = given.call_reason,
    closure_reason = given.closure_reason, version = given.version
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::text[],
    %s::text[], %s::int[])
    AS given (id, call, closure, state, state_at, callable_from, attempts, call_reason, closure_reason, version)
WHERE tracing_fiche.id = given.id
"""


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
        held = [fiche for fiche in Fiche.objects.raw(_LOCKED, [array(fiches)]) if _is_done_with(fiche)]
        for fiche in held:
            facts = move_call(Facts(Call(fiche.call), TestFact(fiche.test), Closure(fiche.closure)), Call.TO_CALL)
            if derive(facts) != fiche.state:
                fiche.state_at = now
            fiche.call, fiche.call_reason, fiche.state = facts.call, "", derive(facts)
            fiche.callable_from = next_opening(now, zone_of(fiche.department))
            fiche.version += 1
        if held:
            with connection.cursor() as cursor:
                cursor.execute(_MOVED, [array(column) for column in zip(*map(_row, held), strict=True)])
            record(*(_event_again(actor, fiche, fiches[fiche.id]) for fiche in held), now=now)
    return {fiche.id for fiche in held}


def _is_done_with(fiche: Fiche) -> bool:
    waits = fiche.call in (Call.TO_CALL, Call.CALL_BACK)
    return fiche.closure == Closure.OPEN and not waits and fiche.call_reason != CallReason.WRONG_NUMBER


def _event_again(actor: Actor, fiche: Fiche, why: Mapping[str, str]) -> Event:
    detail = {"fields": ("call",), "call": fiche.call, **why}
    kind = TracingEvent.CALLED_AGAIN
    return Event.by(actor, kind, Purpose.TRACING, Surface.JOB, fiches=(fiche.number,), detail=detail)


def _record(actor: Actor, calls: Sequence[CallMade], now: datetime) -> None:
    with transaction.atomic():
        ids = {made.fiche for made in calls}
        fiches = {fiche.id: fiche for fiche in Fiche.objects.raw(_LOCKED, [array(ids)])}
        if len(fiches) < len(ids):
            raise FicheNotFound
        for made in calls:
            _move(fiches[made.fiche], made, now)
        with connection.cursor() as cursor:
            cursor.execute(_MOVED, [array(column) for column in zip(*map(_row, fiches.values()), strict=True)])
        tell([made.fiche for made in calls if made.call is Call.INFORMED], now)
        record(*(_event(actor, made, fiches[made.fiche]) for made in calls), now=now)


def _move(fiche: Fiche, made: CallMade, now: datetime) -> None:
    if made.call and made.call in CALL_DONE.values() and made.call is not CALL_DONE[FicheKind(fiche.kind)]:
        raise ForbiddenTransition(fiche.call, made.call)
    facts = Facts(Call(fiche.call), TestFact(fiche.test), Closure(fiche.closure))
    if made.call:
        facts = move_call(facts, made.call)
        fiche.call_reason = made.call_reason or ""
    if made.closed:
        facts = move_closure(facts, Closure.CLOSED)
        fiche.closure_reason = made.closed
    if derive(facts) != fiche.state:
        fiche.state_at = now
    fiche.call, fiche.closure, fiche.state = facts.call, facts.closure, derive(facts)
    fiche.callable_from = made.callable_from or fiche.callable_from
    fiche.attempts += 1
    fiche.version += 1


def _row(fiche: Fiche) -> tuple[Any, ...]:
    facts = (fiche.call, fiche.closure, fiche.state, fiche.state_at)
    reasons = (fiche.call_reason, fiche.closure_reason)
    return fiche.id, *facts, fiche.callable_from, fiche.attempts, *reasons, fiche.version


def _event(actor: Actor, made: CallMade, fiche: Fiche) -> Event:
    surface = Surface.PAGE if actor.session else Surface.JOB
    detail = {"fields": ("call", "closure") if made.closed else ("call",), "call": fiche.call}
    by = actor.on_behalf_of(made.author)
    return Event.by(by, TracingEvent.CALL_RECORDED, Purpose.TRACING, surface, fiches=(fiche.number,), detail=detail)
