"""What may be asked of a cell, and what may follow what. ``docs/states.md`` is drawn from this table."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from contact_covid.core.errors import RuleError
from contact_covid.support.enums import SupportState
from contact_covid.tracing.enums import SupportNeed
from contact_covid.tracing.rules.call_hours import add_call_time

LONGEST_NOTE = 500
ANSWER_WITHIN = timedelta(hours=11)
"""Of call hours, which is a day: who may not go out needs her meals by the next one. The figure is ours."""

TRANSITIONS: Mapping[SupportState, frozenset[SupportState]] = {
    SupportState.SENT: frozenset(
        {SupportState.TAKEN, SupportState.HELPED, SupportState.DECLINED, SupportState.WITHDRAWN}
    ),
    SupportState.TAKEN: frozenset({SupportState.HELPED, SupportState.DECLINED, SupportState.WITHDRAWN}),
    SupportState.HELPED: frozenset(),
    SupportState.DECLINED: frozenset(),
    SupportState.WITHDRAWN: frozenset(),
}


class SupportErrorCode(StrEnum):
    NOTHING = "support.nothing"
    NOTE_TOO_LONG = "support.note_too_long"
    NOT_AGREED = "support.not_agreed"
    NO_CELL = "support.no_cell"
    OPEN_ALREADY = "support.open_already"
    REASON_MISSING = "support.reason_missing"


class SupportError(RuleError):
    """What was said cannot be; ``field`` is the name of that answer, "" for the request as a whole."""

    def __init__(self, code: SupportErrorCode, field: str = "") -> None:
        super().__init__(code)
        self.field = field


class ForbiddenMove(Exception):
    """The table does not lead there from where the request is: somebody was faster."""


def check_asked(needs: Collection[SupportNeed], note: str, *, agreed: bool) -> None:
    """Nobody's needs go to a cell without her word. Raises ``SupportError``."""
    if not needs:
        raise SupportError(SupportErrorCode.NOTHING, "need_meals")
    if len(note) > LONGEST_NOTE:
        raise SupportError(SupportErrorCode.NOTE_TOO_LONG, "note")
    if not agreed:
        raise SupportError(SupportErrorCode.NOT_AGREED, "agreed")


def answer_due(asked_at: datetime, zone: ZoneInfo) -> datetime:
    """By when the cell of a person living under ``zone`` should have taken the request."""
    return add_call_time(asked_at, ANSWER_WITHIN, zone)


def moved(source: SupportState, target: SupportState) -> SupportState:
    """Raises ``ForbiddenMove``."""
    if target not in TRANSITIONS[source]:
        raise ForbiddenMove
    return target
