"""What holds of dates whatever the exposures, by each of the six protocols."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contact_covid.tracing.rules import dates as rule
from contact_covid.tracing.rules.dates import CaseFacts, ContactFacts, case_dates, contact_dates
from contact_covid.tracing.rules.protocol import Protocol, of_disease

FIRST = date(2022, 3, 1)
DAYS = st.integers(0, 60).map(lambda number: FIRST + timedelta(days=number))
RULES = st.sampled_from(of_disease("covid19"))
EXPOSURES = st.lists(st.tuples(DAYS, st.booleans(), st.none() | DAYS), min_size=1, max_size=5)
MAYBE = st.none() | DAYS
Told = tuple[date, bool, date | None]


def together(exposures: list[Told], *, told_on: date, **health: date | None) -> ContactFacts:
    """Exposures, each with its last contact, whether in the household, and when the patient zéro recovers."""
    return ContactFacts(
        last_contact=max(last for last, _, _ in exposures),
        same_household=any(household for _, household, _ in exposures),
        cohabitant_recovers=max((until for _, same, until in exposures if same and until), default=None),
        told_on=told_on,
        **health,
    )


@given(RULES, EXPOSURES, st.tuples(DAYS, st.booleans(), st.none() | DAYS), DAYS, st.booleans())
def test_one_exposure_more_never_ends_anything_earlier(
    rules: Protocol, exposures: list[Told], another: Told, told_on: date, vaccinated: bool
) -> None:
    """Vaccinated or not: who becomes so between two exposures is another matter, the latest decides."""
    since = FIRST if vaccinated else None
    before = contact_dates(rules, together(exposures, told_on=told_on, vaccinated_on=since))
    after = contact_dates(rules, together([*exposures, another], told_on=told_on, vaccinated_on=since))
    assert before.mask_until
    assert after.mask_until
    assert after.mask_until >= before.mask_until
    assert (before.isolation_until is None) is (after.isolation_until is None)
    if before.isolation_until and after.isolation_until:
        assert after.isolation_until >= before.isolation_until


@given(RULES, EXPOSURES, DAYS, MAYBE, MAYBE)
def test_somebody_is_always_asked_for_a_test_and_never_twice_on_a_day(
    rules: Protocol, exposures: list[Told], told_on: date, vaccinated: date | None, onset: date | None
) -> None:
    facts = together(exposures, told_on=told_on, vaccinated_on=vaccinated, onset=onset)
    dates = contact_dates(rules, facts)
    days = [test.day for test in dates.tests]
    assert days
    assert days == sorted(set(days))
    assert min(days) >= facts.last_contact
    assert len(days) == 1 or min(days) >= told_on
    assert dates.followed_until >= max(days)
    assert rule.tests_from_json(rule.tests_to_json(dates.tests)) == dates.tests


@given(RULES, MAYBE, DAYS, MAYBE, MAYBE, MAYBE, MAYBE)
def test_a_case_is_never_free_before_the_shortest_isolation_nor_after_the_longest(
    rules: Protocol,
    onset: date | None,
    sampled: date,
    vaccinated: date | None,
    ended: date | None,
    recovered: date | None,
    negative: date | None,
) -> None:
    case = CaseFacts(onset, sampled, vaccinated, ended, recovered, negative)
    dates = case_dates(rules, case)
    assert dates.window_start < case.begins
    if rules.starts == date(2020, 5, 13):
        assert dates.isolation_until == recovered
        return
    shortest = {2020: 7, 2021: 10, 2022: 5}[rules.starts.year]
    longest = {2020: 7, 2021: 10, 2022: 10}[rules.starts.year]
    assert dates.isolation_until
    assert shortest <= (dates.isolation_until - case.begins).days <= longest
