"""Fiches are closed and opened again; one whose follow-up has ended is closed by the service."""

from datetime import datetime

from contact_covid.tracing.enums import Call, Closure, ClosureReason, TestFact
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.states import Facts, derive, move_closure

MOVED = ("closure", "closure_reason", "state", "state_at")


def move(fiche: Fiche, closure: Closure, reason: ClosureReason | None, now: datetime) -> None:
    """Closes, cancels or opens a fiche, which is changed, not saved. Raises ``ForbiddenTransition``."""
    facts = move_closure(Facts(Call(fiche.call), TestFact(fiche.test), Closure(fiche.closure)), closure)
    fiche.closure, fiche.closure_reason = facts.closure, reason or ""
    fiche.state, fiche.state_at = derive(facts), now
