"""When another platform helps, and when it stops. Between both lies a span in which all stays as it is, so that a
queue near its target does not open and close the help every few minutes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules.call_hours import add_call_time
from contact_covid.tracing.rules.urgency import rules


class Oldest(NamedTuple):
    """The person of a queue who was never called and waits longest; ``zone``: where she lives."""

    disease: str
    kind: FicheKind
    created_at: datetime
    zone: ZoneInfo


class Standing(NamedTuple):
    """Whether one platform helps another. ``decided``: a supervisor said so."""

    is_open: bool
    decided: bool = False


def next_standing(now_stands: Standing, oldest: Sequence[Oldest], now: datetime) -> Standing:
    """What becomes of the help, given the oldest person of each queue that is called.

    Help that a supervisor opened stays until she closes it. Help that she closed stays closed until every queue is
    within its target again; from then on the service decides.
    """
    if now_stands.is_open and now_stands.decided:
        return now_stands
    if all(is_within(each, now) for each in oldest):
        return Standing(is_open=False)
    if not now_stands.decided and any(is_late(each, now) for each in oldest):
        return Standing(is_open=True)
    return now_stands


def is_late(oldest: Oldest, now: datetime) -> bool:
    """Whether she waits for more call time than the target and the margin beyond it."""
    held = rules(oldest.disease)
    return now > add_call_time(oldest.created_at, held.targets[oldest.kind] + held.late, oldest.zone)


def is_within(oldest: Oldest, now: datetime) -> bool:
    """Whether some of the target's call time is left, by the margin within it."""
    held = rules(oldest.disease)
    return now <= add_call_time(oldest.created_at, held.targets[oldest.kind] - held.within, oldest.zone)
