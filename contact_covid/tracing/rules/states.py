"""The states of a fiche: three independent facts, their transitions, and the one state derived from them.

``docs/states.md`` is drawn from these tables.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from contact_covid.tracing.enums import Call, Closure, FicheKind, State, TestFact, TestResult

Fact = TypeVar("Fact", bound=str)


class Facts(NamedTuple):
    """The three facts of a fiche. Recording one never touches the others."""

    call: Call = Call.TO_CALL
    test: TestFact = TestFact.NONE
    closure: Closure = Closure.OPEN


class ForbiddenTransition(Exception):
    """The tables do not lead from that fact to this one."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"{source} -> {target}")
        self.source = source
        self.target = target


_ANY_CALL = frozenset(Call)
CALL_TRANSITIONS: Mapping[Call, frozenset[Call]] = {
    Call.TO_CALL: _ANY_CALL - {Call.TO_CALL},
    Call.CALL_BACK: _ANY_CALL - {Call.TO_CALL},
    Call.UNREACHABLE: _ANY_CALL - {Call.UNREACHABLE},
    Call.INFORMED: frozenset({Call.TO_CALL, Call.CALL_BACK}),
    Call.INTERVIEWED: frozenset({Call.TO_CALL, Call.CALL_BACK}),
}
# A laboratory may correct what it recorded, in any direction, even to « non réalisé ».
TEST_TRANSITIONS: Mapping[TestFact, frozenset[TestFact]] = {fact: frozenset(TestFact) - {fact} for fact in TestFact}
CLOSURE_TRANSITIONS: Mapping[Closure, frozenset[Closure]] = {
    Closure.OPEN: frozenset({Closure.CLOSED, Closure.CANCELLED}),
    Closure.CLOSED: frozenset({Closure.OPEN, Closure.CANCELLED}),
    Closure.CANCELLED: frozenset(),
}
WAITING = frozenset({Call.TO_CALL, Call.CALL_BACK})
"""Whose call is still to be made."""
# What ends the call of each kind of fiche.
CALL_DONE: Mapping[FicheKind, Call] = {FicheKind.CONTACT: Call.INFORMED, FicheKind.INDEX: Call.INTERVIEWED}

FACT_OF_RESULT: Mapping[TestResult, TestFact] = {
    TestResult.PENDING: TestFact.SAMPLED,
    TestResult.NEGATIVE: TestFact.NEGATIVE,
    TestResult.POSITIVE: TestFact.POSITIVE,
    # A test was done and says nothing: another sampling is needed.
    TestResult.INCONCLUSIVE: TestFact.SAMPLED,
}
_STATE_OF_CLOSURE: Mapping[Closure, State] = {Closure.CANCELLED: State.CANCELLED, Closure.CLOSED: State.CLOSED}
_STATE_OF_TEST: Mapping[TestFact, State] = {
    TestFact.POSITIVE: State.POSITIVE,
    TestFact.NEGATIVE: State.NEGATIVE,
    TestFact.SAMPLED: State.TESTED,
}
_STATE_OF_CALL: Mapping[Call, State] = {call: State(call.value) for call in Call}
RESULT_STATES = frozenset({State.NEGATIVE, State.POSITIVE})


def derive(facts: Facts) -> State:
    """The state shown: cancelled, then closed, then the test, then the call."""
    return _STATE_OF_CLOSURE.get(facts.closure) or _STATE_OF_TEST.get(facts.test) or _STATE_OF_CALL[facts.call]


def without_result(state: State) -> State:
    """The state for those who may know that a test was done, not its result."""
    return State.TESTED if state in RESULT_STATES else state


def move_call(facts: Facts, target: Call) -> Facts:
    """Raises ``ForbiddenTransition``."""
    return facts._replace(call=_step(CALL_TRANSITIONS, facts.call, target))


def move_test(facts: Facts, target: TestFact) -> Facts:
    """Raises ``ForbiddenTransition``. Recording the same fact again is a correction of its date or kind."""
    return facts if target == facts.test else facts._replace(test=_step(TEST_TRANSITIONS, facts.test, target))


def move_closure(facts: Facts, target: Closure) -> Facts:
    """Raises ``ForbiddenTransition``."""
    return facts._replace(closure=_step(CLOSURE_TRANSITIONS, facts.closure, target))


def _step(table: Mapping[Fact, frozenset[Fact]], source: Fact, target: Fact) -> Fact:
    if target not in table[source]:
        raise ForbiddenTransition(source, target)
    return target
