"""The month, the steps, and what the law gives to whom."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.retention.enums import Clock, RefusalReason, RequestKind, RequestState
from contact_covid.retention.rules.requests import (
    EFFECTS,
    TRANSITIONS,
    Effect,
    RightsError,
    RightsErrorCode,
    check_reason,
    check_step,
    clock,
    due_on,
    reasons,
)
from contact_covid.tracing.enums import FicheKind

INDEX, CONTACT = FicheKind.INDEX, FicheKind.CONTACT
DUE = date(2020, 6, 13)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2020, 5, 13), date(2020, 6, 13)),
        (date(2021, 1, 31), date(2021, 2, 28)),
        (date(2020, 1, 31), date(2020, 2, 29)),
        (date(2020, 1, 29), date(2020, 2, 29)),
        (date(2020, 3, 31), date(2020, 4, 30)),
        (date(2020, 2, 29), date(2020, 3, 29)),
        (date(2020, 12, 31), date(2021, 1, 31)),
        (date(2020, 11, 30), date(2020, 12, 30)),
    ],
)
def test_a_month_ends_on_the_day_of_the_same_number_or_the_last(received: date, due: date) -> None:
    assert due_on(received) == due


@given(received=st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_a_month_is_the_next_month_and_never_shortens_with_waiting(received: date) -> None:
    due = due_on(received)
    assert (due.year * 12 + due.month) - (received.year * 12 + received.month) == 1
    assert due.day == min(received.day, monthrange(due.year, due.month)[1])
    assert timedelta(days=28) <= due - received <= timedelta(days=31)
    assert due <= due_on(received + timedelta(days=1))


@pytest.mark.parametrize(
    ("days", "told"),
    [(8, Clock.RUNNING), (7, Clock.RUNNING), (6, Clock.SOON), (0, Clock.SOON), (-1, Clock.LATE)],
)
def test_the_clock_warns_in_the_last_week_and_the_due_day_is_in_time(days: int, told: Clock) -> None:
    today = DUE - timedelta(days=days)
    assert clock(DUE, RequestState.RECEIVED, today) is clock(DUE, RequestState.CHECKED, today) is told
    assert {clock(DUE, state, today) for state in (RequestState.ANSWERED, RequestState.REFUSED)} == {Clock.STOPPED}


def test_nothing_is_answered_before_the_identity_is_checked_nor_twice() -> None:
    for source, target in product(RequestState, RequestState):
        if target not in TRANSITIONS[source]:
            with pytest.raises(RightsError):
                check_step(source, target)
    assert RequestState.ANSWERED not in TRANSITIONS[RequestState.RECEIVED]


# Decree 2020-551, domain § 3: decided by hand.
ASYMMETRY = {
    (RequestKind.OPPOSITION, CONTACT): Effect.ERASED,
    (RequestKind.OPPOSITION, INDEX): Effect.KEPT_IN,
    (RequestKind.ONWARD, CONTACT): Effect.KEPT_IN,
    (RequestKind.ONWARD, INDEX): Effect.KEPT_IN,
}


def test_a_contact_may_oppose_a_case_only_that_her_data_are_passed_on() -> None:
    assert EFFECTS == ASYMMETRY
    assert Effect.ERASED not in {effect for (_, kind), effect in EFFECTS.items() if kind is INDEX}


REASONS = {
    RefusalReason.PUBLIC_HEALTH: {(RequestKind.OPPOSITION, (CONTACT,)), (RequestKind.OPPOSITION, (CONTACT, INDEX))},
    RefusalReason.INDEX_CASE: {(RequestKind.OPPOSITION, (INDEX,))},
    RefusalReason.ACCURATE: {(RequestKind.RECTIFICATION, who) for who in ((CONTACT,), (INDEX,), (CONTACT, INDEX))},
    RefusalReason.NOT_FOUND: {(kind, ()) for kind in RequestKind},
    RefusalReason.UNPROVEN: set(),
    RefusalReason.EXCESSIVE: set(product(RequestKind, [(), (CONTACT,), (INDEX,), (CONTACT, INDEX)])),
}


@pytest.mark.parametrize("reason", RefusalReason)
def test_a_reason_holds_where_the_law_gives_it(reason: RefusalReason) -> None:
    everything = product(RequestKind, [(), (CONTACT,), (INDEX,), (CONTACT, INDEX)])
    given_ = {(kind, who) for kind, who in everything if reason in reasons(kind, RequestState.CHECKED, who)}
    assert given_ == REASONS[reason]


def test_before_the_identity_is_checked_the_person_is_nobody_to_us() -> None:
    for kind in RequestKind:
        found = set(reasons(kind, RequestState.RECEIVED, ()))
        assert found == {RefusalReason.UNPROVEN, RefusalReason.EXCESSIVE}


def test_what_is_answered_is_not_refused_after_all() -> None:
    for kind, state in product(RequestKind, (RequestState.ANSWERED, RequestState.REFUSED)):
        assert reasons(kind, state, [INDEX]) == []


def test_an_overriding_interest_is_argued() -> None:
    said = (RequestKind.OPPOSITION, RequestState.CHECKED, [CONTACT])
    with pytest.raises(RightsError) as told:
        check_reason(RefusalReason.PUBLIC_HEALTH, "", *said)
    assert told.value.code is RightsErrorCode.REASON_UNTOLD
    check_reason(RefusalReason.PUBLIC_HEALTH, "Foyer actif", *said)
