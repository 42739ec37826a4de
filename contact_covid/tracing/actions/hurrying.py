"""A fiche's place in the queue, made anew whenever something becomes known of the person."""

from collections.abc import Collection, Mapping
from datetime import datetime

from contact_covid.directory.queries import zone_of
from contact_covid.tracing.actions.moving import move, write_moved
from contact_covid.tracing.enums import Call, FicheKind
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.call_hours import next_opening
from contact_covid.tracing.rules.states import WAITING
from contact_covid.tracing.rules.urgency import Factor, held, told, urgent_at

_OF_ONE_CALL = (Factor.LINK_UNOPENED, Factor.NAMED_NONE, Factor.ASKS_CALL)
"""What puts a person first once: it is over with the call that it led to."""


def hurry(fiche: Fiche, facts: Mapping[Factor, bool]) -> None:
    """``facts``: which factors hold, which do not; others stay as they are. ``fiche`` is changed but not saved."""
    fiche.factors = told(fiche.factors, facts)
    zone = zone_of(fiche.department)
    fiche.urgent_at = urgent_at(
        fiche.disease, FicheKind(fiche.kind), fiche.counts_from, *held(fiche.factors), zone=zone
    )


def call_at_once(
    fiches: Collection[Fiche], facts: Mapping[Factor, bool], now: datetime, *, since: datetime | None = None
) -> None:
    """These people are to be called, from the next call hours on: ``fiches``, locked by the caller and open, are
    written in one statement.

    Who waited for an appointment or a link waits no more; who was told or not reached before is called again.
    ``since``: from when on their time counts, None: as before.
    """
    for fiche in fiches:
        known = dict(facts)
        if fiche.call not in WAITING:
            move(fiche, now, call=Call.TO_CALL)
            known = dict.fromkeys(_OF_ONE_CALL, False) | known
        fiche.counts_from = since or fiche.counts_from
        hurry(fiche, known)
        fiche.callable_from = next_opening(now, zone_of(fiche.department))
    write_moved(fiches)
