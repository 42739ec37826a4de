"""Fiches are closed and opened again; one whose follow-up has ended is closed by the service."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.period import PARIS
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.actions.moving import move, write_moved
from contact_covid.tracing.enums import Closure, ClosureReason
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Exposure, Fiche
from contact_covid.tracing.rules.urgency import SELDOM

_AT_ONCE = 1_000
# Who is told and has nothing left to do, who has named her contacts and is isolated no more: no plan asks for her call.
# An appointment is kept, and who needs a call gets it. Somebody who is writing on one of them goes first, and it is
# closed the next time.
_CLOSE_ENDED = """
WITH ended AS (
    SELECT fiche.id FROM tracing_fiche fiche
    LEFT JOIN tracing_contact contact ON contact.fiche_id = fiche.id
    LEFT JOIN tracing_index_case index_case ON index_case.fiche_id = fiche.id
    WHERE fiche.closure = 'open' AND fiche.told_at IS NOT NULL AND fiche.call <> 'call_back'
        AND (fiche.call <> 'to_call' OR NOT string_to_array(fiche.factors, ' ') && %(seldom)s)
        AND (contact.followed_until < %(today)s OR index_case.isolation_until < %(today)s)
    ORDER BY fiche.id LIMIT %(most)s FOR UPDATE OF fiche SKIP LOCKED
)
UPDATE tracing_fiche SET closure = 'closed', closure_reason = 'followed', state = 'closed', state_at = %(now)s,
    version = version + 1
FROM ended WHERE tracing_fiche.id = ended.id RETURNING tracing_fiche.number
"""


def close_ended(*, now: datetime) -> int:
    """Closes the fiches whose follow-up has ended, and returns how many: one transaction, and one row of the journal,
    each thousand. Who becomes a contact again in the same episode has her fiche opened again (``registration``).

    By the service itself. What a fiche's follow-up is: ``rules.dates``.
    """
    closed = 0
    params: dict[str, Any] = {"today": now.astimezone(PARIS).date(), "now": now, "most": _AT_ONCE}
    params["seldom"] = [*SELDOM]
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_CLOSE_ENDED, params)
                numbers = [number for (number,) in cursor.fetchall()]
            if numbers:
                record(_closed(numbers), now=now)
        closed += len(numbers)
        if len(numbers) < _AT_ONCE:
            return closed


def _closed(numbers: list[str]) -> Event:
    detail = {"fields": ("closure",), "reason": ClosureReason.FOLLOWED.value}
    return Event.by(SYSTEM, TracingEvent.CLOSED, Purpose.TRACING, Surface.JOB, fiches=numbers, detail=detail)


def close_many(*, actor: Actor, fiches: Sequence[Fiche], reason: ClosureReason, now: datetime) -> None:
    """Closes open fiches that the caller has locked and decided on, with one row of the journal. Raises ``Denied``,
    ``ForbiddenTransition``."""
    check(actor, Permission.CALL_CLOSE)
    _move_many(actor, TracingEvent.CLOSED, fiches, Closure.CLOSED, reason, now)


def open_many(*, actor: Actor, fiches: Sequence[Fiche], now: datetime) -> None:
    """Opens fiches again that ``close_many`` closed, each with the calls and the urgency that it had. Raises
    ``Denied``."""
    check(actor, Permission.CALL_CLOSE)
    _move_many(actor, TracingEvent.GIVEN_BACK, fiches, Closure.OPEN, None, now)


def _move_many(
    actor: Actor,
    kind: TracingEvent,
    fiches: Sequence[Fiche],
    closure: Closure,
    reason: ClosureReason | None,
    now: datetime,
) -> None:
    if not fiches:
        return
    for fiche in fiches:
        move(fiche, now, closure=closure, closure_reason=reason)
    write_moved(fiches)
    numbers = [fiche.number for fiche in fiches]
    detail = {"fields": ("closure",), "reason": reason.value if reason else ""}
    surface = Surface.PAGE if actor.session else Surface.JOB
    record(Event.by(actor, kind, Purpose.TRACING, surface, fiches=numbers, detail=detail), now=now)


def reopen(contact: Fiche, now: datetime) -> None:
    """Who is no patient zéro after all is the contact she was, unless she was exposed in error too. It is saved."""
    exposed = Exposure.objects.filter(contact_fiche=contact).exclude(index_fiche__closure=Closure.CANCELLED).exists()
    if exposed:
        move(contact, now, closure=Closure.OPEN)
    else:
        move(contact, now, closure=Closure.CANCELLED, closure_reason=ClosureReason.ERROR)
    write_moved([contact])
