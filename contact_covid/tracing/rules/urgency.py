"""Who is called first. ``urgent_at`` is a deadline, counted in call hours, minus a bonus in minutes a factor. It is
stored at each action, so that the order of the queue never depends on the clock and the bonuses are the explanation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules.call_hours import add_call_time

# Of call time, since the fiche was made.
TARGETS: Mapping[FicheKind, timedelta] = {FicheKind.INDEX: timedelta(hours=4), FicheKind.CONTACT: timedelta(hours=24)}


class Factor(StrEnum):
    POSITIVE = "positive"
    HOUSEHOLD = "household"


# A positive test puts the fiche before any other: more minutes than retention keeps a fiche.
BONUS_MINUTES: Mapping[Factor, int] = {Factor.POSITIVE: 200 * 24 * 60, Factor.HOUSEHOLD: 4 * 60}


def deadline(kind: FicheKind, created_at: datetime, zone: ZoneInfo) -> datetime:
    """By when a person living under ``zone`` should have been called."""
    return add_call_time(created_at, TARGETS[kind], zone)


def urgent_at(kind: FicheKind, created_at: datetime, *factors: Factor, zone: ZoneInfo) -> datetime:
    """The instant by which the queue is sorted, earliest first."""
    return deadline(kind, created_at, zone) - timedelta(minutes=sum(BONUS_MINUTES[factor] for factor in factors))


def factors(*, positive: bool, same_household: bool) -> tuple[Factor, ...]:
    held = {Factor.POSITIVE: positive, Factor.HOUSEHOLD: same_household}
    return tuple(factor for factor, holds in held.items() if holds)
