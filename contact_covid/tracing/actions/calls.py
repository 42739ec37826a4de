"""How the calls of a platform ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access.actor import Actor, Author
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.enums import Call, Closure, FicheKind, TestFact
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.states import CALL_DONE, Facts, ForbiddenTransition, derive, move_call

# Django's bulk_update writes one CASE a column, one WHEN a row: ten times the processor time of this on a batch.
_MOVED = """
UPDATE tracing_fiche SET call = given.call, state = given.state, state_at = given.state_at, version = given.version
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::int[])
    AS given (id, call, state, state_at, version)
WHERE tracing_fiche.id = given.id
"""


@dataclass(frozen=True, slots=True)
class CallMade:
    """Where a call left a fiche. ``author``: whose call the service relays, None for the actor's own."""

    fiche: UUID
    call: Call
    author: Author | None = None


def record_calls(*, actor: Actor, calls: Sequence[CallMade], now: datetime) -> None:
    """Writes the outcome of calls: one transaction, all or nothing.

    Raises ``Denied``, ``FicheNotFound``, ``ForbiddenTransition``.
    """
    check(actor, Permission.CALL_RECORD)
    with transaction.atomic():
        ids = [made.fiche for made in calls]
        fiches = {fiche.id: fiche for fiche in Fiche.objects.filter(id__in=ids).order_by("id").select_for_update()}
        if len(fiches) < len(set(ids)):
            raise FicheNotFound
        for made in calls:
            _move(fiches[made.fiche], made.call, now)
        rows = [(fiche.id, fiche.call, fiche.state, fiche.state_at, fiche.version) for fiche in fiches.values()]
        with connection.cursor() as cursor:
            cursor.execute(_MOVED, [list(column) for column in zip(*rows, strict=True)])
        record(*(_event(actor, made, fiches[made.fiche]) for made in calls), now=now)


def _move(fiche: Fiche, call: Call, now: datetime) -> None:
    if call in CALL_DONE.values() and call is not CALL_DONE[FicheKind(fiche.kind)]:
        raise ForbiddenTransition(fiche.call, call)
    facts = move_call(Facts(Call(fiche.call), TestFact(fiche.test), Closure(fiche.closure)), call)
    if derive(facts) != fiche.state:
        fiche.state_at = now
    fiche.call, fiche.state = facts.call, derive(facts)
    fiche.version += 1


def _event(actor: Actor, made: CallMade, fiche: Fiche) -> Event:
    surface = Surface.PAGE if actor.session else Surface.JOB
    detail = {"fields": ("call",), "call": made.call.value}
    by = actor.on_behalf_of(made.author)
    return Event.by(by, TracingEvent.CALL_RECORDED, Purpose.TRACING, surface, fiches=(fiche.number,), detail=detail)
