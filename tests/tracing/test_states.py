"""The states of a fiche, checked against tables written by hand and by a machine that walks them at random."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contact_covid.tracing import enums
from contact_covid.tracing.enums import Call, Closure, State
from contact_covid.tracing.rules import states
from contact_covid.tracing.rules.states import Facts, ForbiddenTransition, derive, without_result

# Independent of the code: the first line that fits decides. "*" fits all.
DERIVED = """
*            *         cancelled  cancelled
*            *         closed     closed
*            positive  open       positive
*            negative  open       negative
*            sampled   open       tested
to_call      none      open       to_call
call_back    none      open       call_back
unreachable  none      open       unreachable
informed     none      open       informed
interviewed  none      open       interviewed
"""
CALLS = {
    "to_call": "call_back unreachable informed interviewed",
    "call_back": "call_back unreachable informed interviewed",
    "unreachable": "to_call call_back informed interviewed",
    "informed": "to_call call_back",
    "interviewed": "to_call call_back",
}
TESTS = {
    "none": "none sampled negative positive",
    "sampled": "none sampled negative positive",
    "negative": "none sampled negative positive",
    "positive": "none sampled negative positive",
}
CLOSURES = {"open": "closed cancelled", "closed": "open cancelled", "cancelled": ""}
LABELS = {
    "to_call": "À appeler",
    "call_back": "À rappeler",
    "unreachable": "Injoignable",
    "informed": "Consignes données",
    "interviewed": "Contacts recensés",
    "tested": "Test réalisé",
    "negative": "Test négatif",
    "positive": "Testé positif",
    "closed": "Clôturée",
    "cancelled": "Annulée",
}
ALL_FACTS = [Facts(*facts) for facts in product(Call, enums.TestFact, Closure)]


def by_hand(facts: Facts) -> str:
    for line in DERIVED.split("\n")[1:-1]:
        *pattern, state = line.split()
        if all(wanted in ("*", fact) for wanted, fact in zip(pattern, facts, strict=True)):
            return state
    raise AssertionError(facts)


@pytest.mark.parametrize("facts", ALL_FACTS, ids="-".join)
def test_the_state_of_every_combination_of_facts(facts: Facts) -> None:
    assert derive(facts) == by_hand(facts)


def test_labels_are_those_of_the_guide() -> None:
    assert {state.value: state.label for state in State} == LABELS


@pytest.mark.parametrize("state", State)
def test_who_may_not_see_the_result_sees_that_a_test_was_done(state: State) -> None:
    assert without_result(state) == ("tested" if state in ("negative", "positive", "tested") else state)


def replaced(facts: Facts, name: str, target: Any) -> Facts:
    return facts._replace(**{name: target})


def reached(facts: Facts, name: str, target: Any) -> bool:
    """Whether the tables lead to ``target``; the move changes that fact and no other."""
    moves: dict[str, Callable[[Facts, Any], Facts]]
    moves = {"call": states.move_call, "test": states.move_test, "closure": states.move_closure}
    try:
        after = moves[name](facts, target)
    except ForbiddenTransition:
        return False
    assert after == replaced(facts, name, target)
    return True


@pytest.mark.parametrize(
    ("name", "table", "values"),
    [("call", CALLS, Call), ("test", TESTS, enums.TestFact), ("closure", CLOSURES, Closure)],
)
def test_transitions_are_those_of_the_tables(name: str, table: dict[str, str], values: type[enums.Call]) -> None:
    assert table.keys() == set(values)
    for source, target in product(values, values):
        assert reached(replaced(Facts(), name, source), name, target) is (target in table[source].split())


class Life(RuleBasedStateMachine):
    """A fiche to which anything allowed happens in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = Facts()
        self.cancelled = False

    @rule(target_=st.sampled_from(Call))
    def called(self, target_: Call) -> None:
        self._try("call", target_)

    @rule(target_=st.sampled_from(enums.TestFact))
    def tested(self, target_: enums.TestFact) -> None:
        assert self._try("test", target_), "a laboratory may always correct"

    @rule(target_=st.sampled_from(Closure))
    def closed(self, target_: Closure) -> None:
        self._try("closure", target_)
        self.cancelled |= self.facts.closure is Closure.CANCELLED

    def _try(self, name: str, target: Any) -> bool:
        before = self.facts
        if not reached(before, name, target):
            return False
        self.facts = replaced(before, name, target)
        return True

    @invariant()
    def shows_one_state_as_the_table_says(self) -> None:
        assert derive(self.facts) == by_hand(self.facts)

    @invariant()
    def cancelled_is_for_ever(self) -> None:
        assert not self.cancelled or derive(self.facts) == "cancelled"

    @invariant()
    def hides_the_result(self) -> None:
        assert without_result(derive(self.facts)) not in ("negative", "positive")


TestLife = Life.TestCase
TestLife.settings = hypothesis_settings(max_examples=60, stateful_step_count=30, deadline=None)
