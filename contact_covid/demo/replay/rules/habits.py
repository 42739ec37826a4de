"""What is assumed of people and agents in a replay: how telephones are answered, who tests, how long a shift is.

Set so that about nine people in ten are reached in the end, as in France in 2020 and 2021 (94 % of patients zéro, 88 %
of contacts), at 20 to 30 calls an agent and day. The table says what was assumed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from contact_covid.core.period import PARIS
from contact_covid.demo.replay.rules.draws import chance
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules.call_hours import CALLS, add_call_time, next_opening
from contact_covid.worklist.enums import Outcome

STEP = timedelta(minutes=15)
ARRIVALS = timedelta(minutes=5)
"""Of each step first what arrives, then the calls: both in order within a step, whatever process does them."""
STEPS_A_DAY = 44
_SHIFT = 30
_PAUSE_EVERY = 6
CALLS_A_DAY = _SHIFT - _SHIFT // _PAUSE_EVERY
_LATE_BEGINS = STEPS_A_DAY - _SHIFT
_LATER = timedelta(hours=3)
_SHORTEST_CALL, _LONGEST_CALL = 3, 9  # minutes


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of 1. ``answers``: of the tries; ``wrong_number``: of the people; ``calls_back``, ``refuses``: of who
    answers; ``tests``, ``masks``: of the contacts who were told."""

    answers: float = 0.6
    wrong_number: float = 0.03
    calls_back: float = 0.08
    refuses: float = 0.02
    tests: float = 0.45
    masks: float = 0.3


HABITS = Habits()


def outcome(person: int, kind: FicheKind, tries: int, *, telephone: bool, seed: int) -> Outcome:
    """How a call of that person ends after ``tries`` earlier ones: the same whoever calls, and when."""
    if not telephone or chance(seed, person, "wrong") < HABITS.wrong_number:
        return Outcome.WRONG_NUMBER
    if chance(seed, person, kind, tries, "answers") >= HABITS.answers:
        return Outcome.NO_ANSWER
    says = chance(seed, person, kind, tries, "says")
    if says < HABITS.calls_back:
        return Outcome.CALL_BACK
    return Outcome.REFUSED if says < HABITS.calls_back + HABITS.refuses else Outcome.INFORMED


def appointment(now: datetime, zone: ZoneInfo) -> datetime:
    """When somebody who has no time now is to be called again."""
    return next_opening(add_call_time(now, _LATER, zone), zone)


def call_ends(claimed: datetime, person: int, tries: int, seed: int) -> datetime:
    minutes = _SHORTEST_CALL + chance(seed, person, tries, "lasts") * (_LONGEST_CALL - _SHORTEST_CALL)
    return claimed + timedelta(seconds=int(minutes * 60))


def begins(day: date, step: int) -> datetime:
    """The moment (UTC) at which a step of that day begins, by the clock of Paris."""
    return CALLS.of_day(day, PARIS)[0] + step * STEP


def works(agent: int, step: int) -> bool:
    """Whether that agent calls somebody in that step: every other one comes early, the others late."""
    place = step - (agent % 2) * _LATE_BEGINS
    return 0 <= place < _SHIFT and place % _PAUSE_EVERY != _PAUSE_EVERY - 1
