"""Codes by tables, and the devices that are remembered."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.accounts.factors import rules
from contact_covid.accounts.factors.rules import REMEMBERED_FOR, Remembered, is_remembered, with_device
from tests.clock import NOW

SECRET = b"12345678901234567890"
# RFC 6238, appendix B, SHA-1; its codes have eight digits, of which an application shows the last six.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
STEP = timedelta(seconds=rules.STEP_SECONDS)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert rules.code_at(SECRET, rules.step_of(datetime.fromtimestamp(seconds, UTC))) == code[-6:]


@pytest.mark.parametrize(("late", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off_and_no_more(late: int, taken: bool) -> None:
    code = rules.code_at(SECRET, rules.step_of(NOW))
    assert (rules.matching_step(SECRET, code, now=NOW + late * STEP, after=0) is not None) is taken


@given(st.integers(min_value=-3, max_value=3), st.integers(min_value=-3, max_value=3))
def test_a_step_is_never_taken_at_or_before_the_last_one(shown: int, last: int) -> None:
    current = rules.step_of(NOW)
    code = rules.code_at(SECRET, current + shown)
    step = rules.matching_step(SECRET, code, now=NOW, after=current + last)
    assert step == (current + shown if abs(shown) <= 1 and shown > last else None)


@pytest.mark.parametrize(
    ("typed", "read"),
    [(" 123 456 ", "123456"), ("k7m4n-2qxd9", "K7M4N2QXD9"), ("OIL00-00000", "0110000000"), ("1\u00a02", "12")],
)
def test_codes_are_read_as_people_type_them(typed: str, read: str) -> None:
    assert rules.read_code(typed) == read


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "１２３４５６", "²²²²²²"])
def test_what_is_not_six_digits_is_no_code(code: str) -> None:
    assert not rules.is_digits(code)


def test_recovery_codes_begin_differently_and_read_back() -> None:
    codes = rules.draw_recovery_codes()
    assert len({code[0] for code in codes}) == len(codes) == 10
    assert all(rules.is_recovery(rules.read_code(rules.grouped(code).lower())) for code in codes)
    assert not any(map(rules.is_digits, codes))


@pytest.mark.parametrize(
    ("after", "known"),
    [(timedelta(0), True), (timedelta(hours=11, minutes=59), True), (REMEMBERED_FOR, False), (-STEP, False)],
)
def test_a_device_is_remembered_for_twelve_hours(after: timedelta, known: bool) -> None:
    assert is_remembered(Remembered(NOW, "s"), state="s", now=NOW + after) is known
    assert not is_remembered(Remembered(NOW, "s"), state="changed", now=NOW + after)
    assert not is_remembered(None, state="s", now=NOW)


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 30)), max_size=30))
def test_a_shared_computer_remembers_eight_accounts_at_most(logins: list[tuple[int, int]]) -> None:
    known: dict[UUID, Remembered] = {}
    now = NOW
    for account, hours in logins:
        now += timedelta(hours=hours)
        known = with_device(known, UUID(int=account), Remembered(now, "s"), now)
        assert UUID(int=account) in known
        assert len(known) <= rules.REMEMBERED_ACCOUNTS
        assert all(now < entry.since + REMEMBERED_FOR for entry in known.values())
