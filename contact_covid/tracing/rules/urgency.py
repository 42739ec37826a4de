"""Who is called first. ``urgent_at`` is a deadline minus a bonus in minutes a factor, stored at each action, so
that the order of the queue never depends on the clock and the bonuses are the explanation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from contact_covid.tracing.enums import FicheKind

TARGETS: Mapping[FicheKind, timedelta] = {FicheKind.INDEX: timedelta(hours=4), FicheKind.CONTACT: timedelta(hours=24)}


class Factor(StrEnum):
    POSITIVE = "positive"
    HOUSEHOLD = "household"


# A positive test puts the fiche before any other: more minutes than retention keeps a fiche.
BONUS_MINUTES: Mapping[Factor, int] = {Factor.POSITIVE: 200 * 24 * 60, Factor.HOUSEHOLD: 4 * 60}


def urgent_at(kind: FicheKind, created_at: datetime, *factors: Factor) -> datetime:
    """The instant by which the queue is sorted, earliest first."""
    return created_at + TARGETS[kind] - timedelta(minutes=sum(BONUS_MINUTES[factor] for factor in factors))


def factors(*, positive: bool, same_household: bool) -> tuple[Factor, ...]:
    held = {Factor.POSITIVE: positive, Factor.HOUSEHOLD: same_household}
    return tuple(factor for factor, holds in held.items() if holds)
