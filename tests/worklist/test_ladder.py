"""What a call makes of a fiche: a table of cases."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contact_covid.core.period import PARIS
from contact_covid.tracing.enums import Call, CallReason, ClosureReason, FicheKind
from contact_covid.tracing.rules.states import CALL_DONE
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.rules.ladder import CallError, CallErrorCode, Made, Step, step

LADDER = Step(Call.UNREACHABLE, call_reason=CallReason.LADDER)


def at(day: int, hour: int, minute: int = 0, zone: ZoneInfo = PARIS) -> datetime:
    return datetime(2020, 5, day, hour, minute, tzinfo=zone)


def call(
    outcome: Outcome,
    now: datetime,
    *before: Made,
    call: Call = Call.TO_CALL,
    kind: FicheKind = FicheKind.CONTACT,
    appointment: datetime | None = None,
    zone: ZoneInfo = PARIS,
    is_told: bool = False,
) -> Step:
    return step(
        outcome, kind=kind, call=call, is_told=is_told, before=before, appointment=appointment, now=now, zone=zone
    )


def failed(*when: datetime) -> list[Made]:
    return [Made(Outcome.NO_ANSWER, moment) for moment in when]


@pytest.mark.parametrize(
    ("before", "now", "again"),
    [
        ([], at(13, 10), at(13, 13)),
        ([], at(13, 17), at(14, 9)),  # two hours of today, one of tomorrow
        ([], at(13, 16), at(14, 8)),  # the day ends with the wait
        ([at(13, 10)], at(13, 14), at(14, 8)),  # twice a day is enough
        ([at(13, 17)], at(14, 9), at(14, 12)),
        ([at(13, 10), at(13, 14)], at(14, 9), at(14, 12)),
        ([at(13, 9), at(13, 10), at(13, 11)], at(13, 12), at(14, 8)),  # four in one day are not two days
    ],
)
def test_nobody_answers(before: list[datetime], now: datetime, again: datetime) -> None:
    assert call(Outcome.NO_ANSWER, now, *failed(*before)) == Step(Call.CALL_BACK, callable_from=again)


@pytest.mark.parametrize(
    "before", [[at(13, 10), at(13, 14), at(14, 9)], [at(13, 17), at(14, 9), at(14, 12)], [at(12, 9)] * 5]
)
def test_after_two_a_day_over_two_days_the_person_is_out_of_reach(before: list[datetime]) -> None:
    assert call(Outcome.NO_ANSWER, at(15, 10), *failed(*before), call=Call.CALL_BACK) == LADDER


@pytest.mark.parametrize("kind", FicheKind)
def test_who_was_told_before_is_left_as_she_was_after_as_many_tries(kind: FicheKind) -> None:
    first, second, third, last = at(13, 10), at(13, 14), at(14, 9), at(14, 12)
    assert call(Outcome.NO_ANSWER, third, *failed(first, second), kind=kind, is_told=True).call is Call.CALL_BACK
    assert call(Outcome.NO_ANSWER, last, *failed(first, second, third), kind=kind, is_told=True) == Step(
        CALL_DONE[kind]
    )
    # The next time that the plan asks for her, the tries of the last time are over.
    again = call(Outcome.NO_ANSWER, at(17, 10), *failed(first, second, third, last), kind=kind, is_told=True)
    assert again == Step(Call.CALL_BACK, callable_from=at(17, 13))


def test_who_was_reached_meanwhile_begins_the_ladder_again() -> None:
    before = [*failed(at(13, 10), at(13, 14), at(14, 9)), Made(Outcome.CALL_BACK, at(14, 12))]
    assert call(Outcome.NO_ANSWER, at(15, 10), *before, call=Call.CALL_BACK).call is Call.CALL_BACK


def test_a_day_is_one_of_where_the_person_lives() -> None:
    """17 h and 18 h in Paris are two days in Wallis, whose second call is on the second day."""
    wallis = ZoneInfo("Pacific/Wallis")
    first, second = at(13, 18, 30, wallis), at(14, 9, 0, wallis)
    assert call(Outcome.NO_ANSWER, second, *failed(first), zone=wallis).callable_from == at(14, 12, 0, wallis)


@pytest.mark.parametrize(("kind", "done"), [(FicheKind.CONTACT, Call.INFORMED), (FicheKind.INDEX, Call.INTERVIEWED)])
def test_the_call_is_done(kind: FicheKind, done: Call) -> None:
    assert call(Outcome.INFORMED, at(13, 10), kind=kind) == Step(done)
    assert call(Outcome.INFORMED, at(13, 10), kind=kind, call=Call.UNREACHABLE) == Step(done)
    assert call(Outcome.INFORMED, at(13, 10), kind=kind, call=done) == Step()


def test_a_wrong_number_and_a_refusal_end_the_calls() -> None:
    assert call(Outcome.WRONG_NUMBER, at(13, 10)) == Step(Call.UNREACHABLE, call_reason=CallReason.WRONG_NUMBER)
    assert call(Outcome.REFUSED, at(13, 10)) == Step(closed=ClosureReason.REFUSED)


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.WRONG_NUMBER])
@pytest.mark.parametrize("stands", [Call.INFORMED, Call.UNREACHABLE])
def test_a_failed_call_too_many_takes_nothing_back(outcome: Outcome, stands: Call) -> None:
    assert call(outcome, at(13, 10), call=stands) == Step()


@pytest.mark.parametrize("stands", [Call.TO_CALL, Call.CALL_BACK, Call.UNREACHABLE, Call.INFORMED])
def test_an_appointment_is_when_the_person_is_called_again(stands: Call) -> None:
    wanted = at(14, 18, 59)
    assert call(Outcome.CALL_BACK, at(13, 10), call=stands, appointment=wanted) == Step(Call.CALL_BACK, wanted)


@pytest.mark.parametrize(
    ("appointment", "code"),
    [
        (None, CallErrorCode.APPOINTMENT_MISSING),
        (at(13, 10), CallErrorCode.APPOINTMENT_PAST),
        (at(13, 9), CallErrorCode.APPOINTMENT_PAST),
        (at(13, 19), CallErrorCode.APPOINTMENT_CLOSED),
        (at(14, 7, 59), CallErrorCode.APPOINTMENT_CLOSED),
        (at(13, 10) + timedelta(days=14, minutes=1), CallErrorCode.APPOINTMENT_TOO_FAR),
    ],
)
def test_an_appointment_that_cannot_be_kept(appointment: datetime | None, code: CallErrorCode) -> None:
    with pytest.raises(CallError) as refused:
        call(Outcome.CALL_BACK, at(13, 10), appointment=appointment)
    assert refused.value.code is code
