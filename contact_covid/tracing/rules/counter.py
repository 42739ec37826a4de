"""What a counter records on a contact's fiche: corrected details, masks delivered, a test done."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contact_covid.core.errors import RuleError
from contact_covid.tracing.enums import SamplingPlace, TestFact, TestKind, TestResult
from contact_covid.tracing.rules.episodes import OLDEST_DAY
from contact_covid.tracing.rules.masks import MaskRules
from contact_covid.tracing.rules.states import FACT_OF_RESULT


class CounterErrorCode(StrEnum):
    IN_FUTURE = "counter.in_future"
    TOO_OLD = "counter.too_old"
    QUANTITY = "counter.quantity"
    INCOMPLETE = "counter.incomplete"
    ALREADY_DELIVERED = "counter.already_delivered"
    CORRECTION_OVER = "counter.correction_over"
    RESULT_BEFORE_SAMPLING = "counter.result_before_sampling"
    RESULT_DAY_ALONE = "counter.result_day_alone"


class CounterError(RuleError):
    """An act that cannot have happened so."""


@dataclass(frozen=True, slots=True)
class Details:
    """How the person is reached, as corrected at the counter. ``phone`` in E.164; empty text: not known."""

    same_household: bool
    phone: str
    email: str
    street: str
    postcode: str
    commune: str
    department: str


@dataclass(frozen=True, slots=True)
class Masks:
    """Masks delivered on a day, or the statement that none were. ``quantity`` None: as many as she is entitled to."""

    delivered: bool
    quantity: int | None = None
    delivered_on: date | None = None


@dataclass(frozen=True, slots=True)
class TestDone:
    """A sample taken on a day and what was found in it, or the statement that none was taken.

    ``result_on``: the day of the result, None while it is pending.
    """

    done: bool
    done_on: date | None = None
    kind: TestKind | None = None
    result: TestResult | None = None
    result_on: date | None = None
    place: SamplingPlace | None = None

    @property
    def fact(self) -> TestFact:
        return FACT_OF_RESULT[self.result] if self.done and self.result else TestFact.NONE


def check_masks(masks: Masks, rules: MaskRules, *, today: date) -> None:
    """Raises ``CounterError``."""
    if not masks.delivered:
        return
    if masks.delivered_on is None:
        raise CounterError(CounterErrorCode.INCOMPLETE)
    if masks.quantity is not None and not 1 <= masks.quantity <= rules.most:
        raise CounterError(CounterErrorCode.QUANTITY)
    check_day(masks.delivered_on, today=today)


def check_test(test: TestDone, *, today: date) -> None:
    """Raises ``CounterError``."""
    if not test.done:
        return
    if test.done_on is None or test.kind is None or test.result is None:
        raise CounterError(CounterErrorCode.INCOMPLETE)
    check_day(test.done_on, today=today)
    check_result_day(test, today=today)


def check_result_day(test: TestDone, *, today: date) -> None:
    """A result has a day, not before that of its sampling; no result has none. Raises ``CounterError``."""
    if test.result is TestResult.PENDING:
        if test.result_on is not None:
            raise CounterError(CounterErrorCode.RESULT_DAY_ALONE)
    elif test.result_on is None:
        raise CounterError(CounterErrorCode.INCOMPLETE)
    elif test.done_on is not None and test.result_on < test.done_on:
        raise CounterError(CounterErrorCode.RESULT_BEFORE_SAMPLING)
    else:
        check_day(test.result_on, today=today)


def check_day(day: date, *, today: date) -> None:
    """Whether an act of that day can be recorded today. Raises ``CounterError``."""
    if day > today:
        raise CounterError(CounterErrorCode.IN_FUTURE)
    if day < today - OLDEST_DAY:
        raise CounterError(CounterErrorCode.TOO_OLD)
