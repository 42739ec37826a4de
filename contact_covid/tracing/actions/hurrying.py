"""A fiche's place in the queue, made anew whenever something becomes known of the person."""

from collections.abc import Mapping
from datetime import datetime

from contact_covid.directory.queries import zone_of
from contact_covid.tracing.enums import Call, Closure, FicheKind, TestFact
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.call_hours import next_opening
from contact_covid.tracing.rules.states import Facts, derive, move_call
from contact_covid.tracing.rules.urgency import Factor, held, told, urgent_at

_QUEUED = ("call", "call_reason", "callable_from", "factors", "state", "state_at", "urgent_at", "version")
_WAITING = (Call.TO_CALL, Call.CALL_BACK)
_OF_ONE_CALL = (Factor.LINK_UNOPENED, Factor.NAMED_NONE, Factor.ASKS_CALL)
"""What puts a person first once: it is over with the call that it led to."""


def hurry(fiche: Fiche, facts: Mapping[Factor, bool]) -> None:
    """``facts``: which factors hold, which do not; others stay as they are. ``fiche`` is changed but not saved."""
    fiche.factors = told(fiche.factors, facts)
    fiche.urgent_at = urgent_at(
        FicheKind(fiche.kind), fiche.created_at, *held(fiche.factors), zone=zone_of(fiche.department)
    )


def call_at_once(fiche: Fiche, facts: Mapping[Factor, bool], now: datetime, *, since: datetime | None = None) -> None:
    """The person is to be called, from the next call hours on: ``fiche``, locked by the caller and open, is written.

    Who waited for an appointment or a link waits no more; who was told or not reached before is called again.
    ``since``: from when on her time counts, when not from her registration.
    """
    zone = zone_of(fiche.department)
    if fiche.call not in _WAITING:
        move(fiche, Call.TO_CALL, now)
        fiche.call_reason = ""
        facts = dict.fromkeys(_OF_ONE_CALL, False) | dict(facts)
    hurry(fiche, facts)
    if since:
        fiche.urgent_at = urgent_at(FicheKind(fiche.kind), since, *held(fiche.factors), zone=zone)
    fiche.callable_from = next_opening(now, zone)
    fiche.version += 1
    fiche.save(update_fields=_QUEUED)


def move(fiche: Fiche, call: Call, now: datetime) -> None:
    """Where the call stands now, and the state that follows: ``fiche`` is changed, not saved.

    Raises ``ForbiddenTransition``.
    """
    facts = move_call(Facts(Call(fiche.call), TestFact(fiche.test), Closure(fiche.closure)), call)
    if derive(facts) != fiche.state:
        fiche.state_at = now
    fiche.call, fiche.state = facts.call, derive(facts)
