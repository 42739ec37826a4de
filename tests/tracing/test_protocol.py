"""The rules of 13 May 2020, against examples worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from contact_covid.core.period import PARIS
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules.protocol import (
    NoProtocol,
    case_isolation_end,
    contact_dates,
    in_force,
    of_disease,
    read,
    window_start,
)
from contact_covid.tracing.rules.urgency import Factor, urgent_at
from tests.clock import NOW

RULES = in_force(of_disease("covid19"), date(2020, 5, 13))


def day(month: int, number: int) -> date:
    return date(2020, month, number)


def test_the_rules_of_the_first_day() -> None:
    assert RULES.version == "covid19/2020-05-13"


def test_no_rules_before() -> None:
    with pytest.raises(NoProtocol):
        in_force(of_disease("covid19"), date(2020, 5, 12))
    with pytest.raises(NoProtocol):
        in_force((), date(2020, 5, 13))


def test_every_file_begins_on_the_day_of_its_name() -> None:
    for rules in of_disease("covid19"):
        assert rules.version == f"covid19/{rules.starts}"


def test_the_last_rules_begun_are_in_force() -> None:
    autumn = replace(RULES, starts=day(9, 14))
    assert in_force((RULES, autumn), day(9, 13)) is RULES
    assert in_force((RULES, autumn), day(9, 14)) is autumn


@pytest.mark.parametrize(
    ("onset", "sampled", "expected"),
    [(day(5, 10), day(5, 12), day(5, 8)), (day(5, 1), day(5, 12), day(4, 29)), (None, day(5, 12), day(5, 5))],
    ids=["symptoms", "across_the_month", "without_symptoms"],
)
def test_the_infectious_window_begins(onset: date | None, sampled: date, expected: date) -> None:
    assert window_start(RULES, onset=onset, sampled_on=sampled) == expected


def test_a_case_is_isolated_until_the_physician_says_recovered() -> None:
    assert case_isolation_end(RULES, onset=day(5, 10), sampled_on=day(5, 12)) is None


@pytest.mark.parametrize(
    ("last_contact", "same_household", "told_on", "isolation_until", "test_due"),
    [
        (day(5, 10), False, day(5, 13), day(5, 24), day(5, 17)),
        (day(5, 25), False, day(5, 26), day(6, 8), day(6, 1)),
        (day(5, 12), True, day(5, 13), day(5, 26), day(5, 13)),
        (day(4, 20), False, day(5, 13), day(5, 4), day(4, 27)),
        (day(5, 14), True, day(5, 13), day(5, 28), day(5, 14)),
    ],
    ids=["outside", "across_the_month", "household_at_once", "told_late", "household_not_before_the_contact"],
)
def test_a_contact_is_isolated_and_tested(
    last_contact: date, same_household: bool, told_on: date, isolation_until: date, test_due: date
) -> None:
    dates = contact_dates(RULES, last_contact=last_contact, same_household=same_household, told_on=told_on)
    assert (dates.isolation_until, dates.test_due) == (isolation_until, test_due)


def test_an_incomplete_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "2021-01-01.toml"
    file.write_text("from = 2021-01-01\n[window]\ndays_before_onset = 2\n")
    with pytest.raises(KeyError):
        read(file)


def test_an_isolation_of_days_ends_on_a_day(tmp_path: Path) -> None:
    text = Path(__file__).resolve().parents[2] / "contact_covid/tracing/protocols/covid19/2020-05-13.toml"
    file = tmp_path / "2020-09-14.toml"
    lines = text.read_text().replace("isolation_days = 0 ", "isolation_days = 7 ")
    file.write_text(lines)
    rules = read(file)
    assert case_isolation_end(rules, onset=day(9, 10), sampled_on=day(9, 14)) == day(9, 17)
    assert case_isolation_end(rules, onset=None, sampled_on=day(9, 14)) == day(9, 21)


def test_the_queue_is_positive_then_index_then_household_then_others() -> None:
    order = [
        urgent_at(FicheKind.CONTACT, NOW, Factor.POSITIVE, Factor.HOUSEHOLD, zone=PARIS),
        urgent_at(FicheKind.CONTACT, NOW, Factor.POSITIVE, zone=PARIS),
        urgent_at(FicheKind.INDEX, NOW, zone=PARIS),
        urgent_at(FicheKind.CONTACT, NOW, Factor.HOUSEHOLD, zone=PARIS),
        urgent_at(FicheKind.CONTACT, NOW, zone=PARIS),
    ]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_a_positive_test_of_today_is_before_a_contact_of_three_months_ago() -> None:
    old = urgent_at(FicheKind.CONTACT, NOW - timedelta(days=180), zone=PARIS)
    assert urgent_at(FicheKind.CONTACT, NOW, Factor.POSITIVE, zone=PARIS) < old
