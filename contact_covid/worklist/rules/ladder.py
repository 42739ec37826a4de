"""What a call makes of a fiche: the ladder of attempts, appointments, and the ends of calling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contact_covid.core.errors import RuleError
from contact_covid.tracing.enums import Call, CallReason, ClosureReason, FicheKind
from contact_covid.tracing.rules.call_hours import add_call_time, day_after, next_opening, open_at
from contact_covid.tracing.rules.states import CALL_DONE, WAITING
from contact_covid.worklist.enums import Outcome

FAILURES_A_DAY = 2
DAYS = 2
BETWEEN_TWO_OF_A_DAY = timedelta(hours=3)
LATEST_APPOINTMENT = timedelta(days=14)
LONGEST_NOTE = 2_000

_CLOSES = {Outcome.REFUSED: ClosureReason.REFUSED, Outcome.DECEASED: ClosureReason.DECEASED}
# The call is to be made at once, by another agent or to another person.
TO_ANOTHER = frozenset({Outcome.INTERPRETER, Outcome.MINOR})


class CallErrorCode(StrEnum):
    APPOINTMENT_MISSING = "call.appointment_missing"
    APPOINTMENT_PAST = "call.appointment_past"
    APPOINTMENT_CLOSED = "call.appointment_closed"
    APPOINTMENT_TOO_FAR = "call.appointment_too_far"
    NOTE_TOO_LONG = "call.note_too_long"
    LANGUAGE_MISSING = "call.language_missing"
    REPRESENTATIVE_MISSING = "call.representative_missing"
    CALLER_INCOMPLETE = "call.caller_incomplete"


class CallError(RuleError):
    """A call cannot be recorded, or a caller looked for, so."""


class Made(NamedTuple):
    """A call made before."""

    outcome: Outcome
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What a call changes; None: nothing."""

    call: Call | None = None
    callable_from: datetime | None = None
    call_reason: CallReason | None = None
    closed: ClosureReason | None = None


_WRONG_NUMBER = Step(Call.UNREACHABLE, call_reason=CallReason.WRONG_NUMBER)
_UNREACHABLE = Step(Call.UNREACHABLE, call_reason=CallReason.LADDER)


def step(
    outcome: Outcome,
    *,
    kind: FicheKind,
    call: Call,
    is_told: bool,
    before: Sequence[Made],
    appointment: datetime | None,
    now: datetime,
    zone: ZoneInfo,
) -> Step:
    """What a call that ended at ``now`` changes of a fiche whose call stood at ``call``.

    ``before``: earlier calls, oldest first. Who ``is_told`` already and does not answer is tried as often, then left as
    she was: she was reached once. Raises ``CallError`` for an appointment that cannot be kept.
    """
    if outcome in _CLOSES:
        return Step(closed=_CLOSES[outcome])
    if outcome is Outcome.INFORMED:
        return Step(CALL_DONE[kind]) if call is not CALL_DONE[kind] else Step()
    if outcome is Outcome.CALL_BACK or outcome in TO_ANOTHER:
        at = now if outcome in TO_ANOTHER else check_appointment(appointment, now=now, zone=zone)
        return Step(Call.CALL_BACK, callable_from=at)
    if call not in WAITING:  # a call more than the ladder asks for changes nothing
        return Step()
    return _WRONG_NUMBER if outcome is Outcome.WRONG_NUMBER else _unanswered(kind, before, now, zone, is_told=is_told)


def _unanswered(kind: FicheKind, before: Sequence[Made], now: datetime, zone: ZoneInfo, *, is_told: bool) -> Step:
    failed = failures_in_a_row(before)
    if is_told:
        return _climb([*_of_two_days(failed, now, zone), now], zone, last=Step(CALL_DONE[kind]))
    return _climb([*failed, now], zone, last=_UNREACHABLE)


def failures_in_a_row(before: Sequence[Made]) -> list[datetime]:
    """When nobody answered since the person was last reached."""
    failed: list[datetime] = []
    for made in before:
        failed = [*failed, made.at] if made.outcome is Outcome.NO_ANSWER else []
    return failed


def _of_two_days(failed: Sequence[datetime], now: datetime, zone: ZoneInfo) -> list[datetime]:
    """Those of the days that one ladder takes; earlier ones were of another call."""
    since = now.astimezone(zone).date() - timedelta(days=DAYS - 1)
    return [at for at in failed if at.astimezone(zone).date() >= since]


def check_appointment(at: datetime | None, *, now: datetime, zone: ZoneInfo) -> datetime:
    """When to call back. Raises ``CallError``."""
    if at is None:
        raise CallError(CallErrorCode.APPOINTMENT_MISSING)
    if at <= now:
        raise CallError(CallErrorCode.APPOINTMENT_PAST)
    if at > now + LATEST_APPOINTMENT:
        raise CallError(CallErrorCode.APPOINTMENT_TOO_FAR)
    if not open_at(at, zone):
        raise CallError(CallErrorCode.APPOINTMENT_CLOSED)
    return at


def _climb(failed: Sequence[datetime], zone: ZoneInfo, *, last: Step) -> Step:
    """The step after these failures, the latest one just now; ``last``: when all tries are made."""
    now = failed[-1]
    days = [at.astimezone(zone).date() for at in failed]
    if len(failed) >= FAILURES_A_DAY * DAYS and len(set(days)) >= DAYS:
        return last
    if days.count(days[-1]) >= FAILURES_A_DAY:
        return Step(Call.CALL_BACK, callable_from=day_after(now, zone))
    later = add_call_time(now, BETWEEN_TWO_OF_A_DAY, zone)
    return Step(Call.CALL_BACK, callable_from=next_opening(later, zone))
