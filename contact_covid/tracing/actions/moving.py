"""Where a fiche stands moves here only: by the tables of ``rules.states``, and written by one statement."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from contact_covid.core.rules.arrays import array
from contact_covid.tracing.enums import Call, CallReason, Closure, ClosureReason, FicheKind, TestFact
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.states import (
    CALL_DONE,
    Facts,
    ForbiddenTransition,
    derive,
    move_call,
    move_closure,
    move_test,
)

# One array: the text, and so the plan, is the same whatever the number.
_LOCKED = "SELECT * FROM tracing_fiche WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"
# Django's bulk_update writes one CASE a column, one WHEN a row: ten times the processor time of this on a batch.
_MOVED = {
    "call": "text",
    "call_reason": "text",
    "test": "text",
    "closure": "text",
    "closure_reason": "text",
    "state": "text",
    "state_at": "timestamptz",
    "told_at": "timestamptz",
    "attempts": "int",
    "callable_from": "timestamptz",
    "counts_from": "timestamptz",
    "factors": "text",
    "urgent_at": "timestamptz",
}
_WRITE = f"""
UPDATE tracing_fiche SET {", ".join(f"{name} = given.{name}" for name in _MOVED)}, version = tracing_fiche.version + 1
FROM unnest(%s::uuid[], {", ".join(f"%s::{kind}[]" for kind in _MOVED.values())}) AS given (id, {", ".join(_MOVED)})
WHERE tracing_fiche.id = given.id
"""


def locked(fiches: Iterable[UUID]) -> list[Fiche]:
    """Those fiches, whole, which nobody else writes until the transaction ends; absent ones are left out."""
    return list(Fiche.objects.raw(_LOCKED, [array(fiches)]))


def move(
    fiche: Fiche,
    now: datetime,
    *,
    call: Call | None = None,
    call_reason: CallReason | None = None,
    test: TestFact | None = None,
    closure: Closure | None = None,
    closure_reason: ClosureReason | None = None,
) -> None:
    """The facts that change, with their reasons, and the state that follows since ``now``; None: as it was.

    She is told the first time that her call is done. ``fiche`` is changed, not saved: see ``write_moved``. Raises
    ``ForbiddenTransition``.
    """
    facts = facts_of(fiche)
    if call:
        if call in CALL_DONE.values() and call is not CALL_DONE[FicheKind(fiche.kind)]:
            raise ForbiddenTransition(fiche.call, call)
        facts = move_call(facts, call)
        fiche.call_reason = call_reason or ""
    if test:
        facts = move_test(facts, test)
    if closure:
        facts = move_closure(facts, closure)
        fiche.closure_reason = closure_reason or ""
    fiche.call, fiche.test, fiche.closure = facts
    if call in CALL_DONE.values():
        fiche.told_at = fiche.told_at or now
    derive_state(fiche, now)


def facts_of(fiche: Fiche) -> Facts:
    return Facts(Call(fiche.call), TestFact(fiche.test), Closure(fiche.closure))


def derive_state(fiche: Fiche, now: datetime) -> None:
    """The state that follows from the facts as they are, since ``now`` when it is another; not saved."""
    state = derive(facts_of(fiche))
    if state != fiche.state:
        fiche.state, fiche.state_at = state, now


def write_moved(fiches: Collection[Fiche]) -> None:
    """Writes where these fiches, locked by the caller, stand, and their places in the queue: one statement, and a
    version more of each."""
    if not fiches:
        return
    for fiche in fiches:
        fiche.version += 1
    with connection.cursor() as cursor:
        given = [array(getattr(fiche, name) for fiche in fiches) for name in ("id", *_MOVED)]
        cursor.execute(_WRITE, given)
