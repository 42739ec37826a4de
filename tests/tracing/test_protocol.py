"""The six dated protocols of domain § 6, against examples worked out by hand with a calendar."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from contact_covid.core.diseases import FOLDER
from contact_covid.core.period import PARIS
from contact_covid.tracing.enums import FicheKind, WantedTest
from contact_covid.tracing.rules.dates import CaseFacts, ContactFacts, DueTest, case_dates, contact_dates, next_test
from contact_covid.tracing.rules.protocol import NoProtocol, Protocol, in_force, of_disease, read
from contact_covid.tracing.rules.urgency import Factor, urgent_at
from tests.clock import NOW

COVID = of_disease("covid19")
LAB, ANTIGEN, SELF, ANY = "laboratory", "antigen", "self", "any"


def day(text: str) -> date:
    """« 13/05/20 »."""
    number, month, year = map(int, text.split("/"))
    return date(2000 + year, month, number)


def rules_of(text: str) -> Protocol:
    return in_force(COVID, day(text))


# --- Which rules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "version"),
    [
        ("13/05/20", "2020-05-13"),
        ("13/09/20", "2020-05-13"),
        ("14/09/20", "2020-09-14"),
        ("04/02/21", "2020-09-14"),
        ("05/02/21", "2021-02-05"),
        ("22/07/21", "2021-02-05"),
        ("23/07/21", "2021-07-23"),
        ("02/01/22", "2021-07-23"),
        ("03/01/22", "2022-01-03"),
        ("20/03/22", "2022-01-03"),
        ("21/03/22", "2022-03-21"),
        ("31/12/30", "2022-03-21"),
    ],
)
def test_the_last_rules_begun_are_in_force(on: str, version: str) -> None:
    assert rules_of(on).version == f"covid19/{version}"


def test_no_rules_before() -> None:
    with pytest.raises(NoProtocol):
        rules_of("12/05/20")
    with pytest.raises(NoProtocol):
        in_force((), day("13/05/20"))


def test_every_file_begins_on_the_day_of_its_name_and_says_where_it_is_from() -> None:
    assert len(COVID) == 6
    for rules in COVID:
        assert rules.version == f"covid19/{rules.starts}"
        assert len(rules.source) > 20


def test_face_to_face_is_one_metre_then_two() -> None:
    assert [rules.distance for rules in COVID] == [1, 1, 2, 2, 2, 2]


@pytest.mark.parametrize("key", ["from", "source", "distance", "isolation_days", "mask_days", "tests"])
def test_an_incomplete_file_is_refused(tmp_path: Path, key: str) -> None:
    text = (FOLDER / "covid19" / "protocols" / "2020-09-14.toml").read_text()
    file = tmp_path / "2020-09-14.toml"
    file.write_text(text.replace(f"{key} =", f"other_{key} ="))
    with pytest.raises(KeyError):
        read(file)


@pytest.mark.parametrize(("old", "new"), [('"contact"', '"birth"'), ('kind = "laboratory"', 'kind = "blood"')])
def test_a_word_that_means_nothing_is_refused(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "2020-09-14.toml"
    file.write_text((FOLDER / "covid19" / "protocols" / "2020-09-14.toml").read_text().replace(old, new))
    with pytest.raises(ValueError, match=new.split('"')[1]):
        read(file)


# --- Patients zéro -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", COVID, ids=lambda rules: rules.version)
@pytest.mark.parametrize(
    ("onset", "before_onset", "sampled", "before_sampling"),
    [(10, 8, 12, 5), (3, 1, 12, 5)],
)
def test_the_infectious_window_begins(
    rules: Protocol, onset: int, before_onset: int, sampled: int, before_sampling: int
) -> None:
    def november(number: int) -> date:
        return date(2022, 11, number)

    ill = CaseFacts(november(onset), november(sampled))
    assert case_dates(rules, ill).window_start == november(before_onset)
    assert case_dates(rules, CaseFacts(None, november(sampled))).window_start == november(before_sampling)


# from | onset | sampled | vaccinated since | symptoms ended | recovered | negative on → last day of isolation
CASES = [
    # 13 May 2020: until the physician says recovered.
    ("13/05/20", "10/05/20", "12/05/20", "", "", "", "", ""),
    ("13/05/20", "", "12/05/20", "", "", "", "", ""),
    ("13/05/20", "10/05/20", "12/05/20", "", "20/05/20", "", "22/05/20", ""),
    ("13/05/20", "10/05/20", "12/05/20", "", "", "24/05/20", "", "24/05/20"),
    # 14 September 2020: seven days.
    ("14/09/20", "10/09/20", "14/09/20", "", "", "", "", "17/09/20"),
    ("14/09/20", "", "14/09/20", "", "", "", "", "21/09/20"),
    ("14/09/20", "28/09/20", "30/09/20", "", "", "", "", "05/10/20"),
    ("14/09/20", "10/09/20", "14/09/20", "", "12/09/20", "13/09/20", "15/09/20", "17/09/20"),
    # 5 February 2021: ten days.
    ("05/02/21", "05/02/21", "07/02/21", "", "", "", "", "15/02/21"),
    ("05/02/21", "", "20/02/21", "", "", "", "", "02/03/21"),
    ("05/02/21", "05/02/21", "07/02/21", "01/01/21", "06/02/21", "", "12/02/21", "15/02/21"),
    # 23 July 2021: ten days, vaccinated or not.
    ("23/07/21", "23/07/21", "24/07/21", "", "", "", "", "02/08/21"),
    ("23/07/21", "23/07/21", "24/07/21", "01/07/21", "25/07/21", "", "30/07/21", "02/08/21"),
    ("23/07/21", "", "30/07/21", "", "", "", "", "09/08/21"),
    # 3 January 2022: vaccinated seven days, others ten.
    ("03/01/22", "03/01/22", "04/01/22", "01/09/21", "", "", "", "10/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "", "", "", "", "13/01/22"),
    ("03/01/22", "", "04/01/22", "01/09/21", "", "", "", "11/01/22"),
    ("03/01/22", "", "04/01/22", "", "", "", "", "14/01/22"),
    # … fully vaccinated on the first day of illness, or only the day after.
    ("03/01/22", "03/01/22", "04/01/22", "03/01/22", "", "", "", "10/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "04/01/22", "", "", "", "13/01/22"),
    # … five days when negative on the fifth and 48 h without symptoms.
    ("03/01/22", "03/01/22", "04/01/22", "01/09/21", "06/01/22", "", "08/01/22", "08/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "01/09/21", "07/01/22", "", "08/01/22", "09/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "01/09/21", "06/01/22", "", "09/01/22", "09/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "01/09/21", "08/01/22", "", "08/01/22", "10/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "01/09/21", "09/01/22", "", "08/01/22", "10/01/22"),
    # … not by a test of the fourth day, nor without one, nor while there are symptoms.
    ("03/01/22", "03/01/22", "04/01/22", "01/09/21", "05/01/22", "", "07/01/22", "10/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "01/09/21", "05/01/22", "", "", "10/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "01/09/21", "", "", "08/01/22", "10/01/22"),
    # … without symptoms the test alone decides.
    ("03/01/22", "", "04/01/22", "01/09/21", "", "", "09/01/22", "09/01/22"),
    ("03/01/22", "", "04/01/22", "01/09/21", "", "", "08/01/22", "11/01/22"),
    # … not vaccinated: seven instead of ten.
    ("03/01/22", "03/01/22", "04/01/22", "", "06/01/22", "", "08/01/22", "13/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "", "06/01/22", "", "10/01/22", "10/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "", "09/01/22", "", "10/01/22", "11/01/22"),
    ("03/01/22", "03/01/22", "04/01/22", "", "06/01/22", "", "20/01/22", "13/01/22"),
    # 21 March 2022: the same.
    ("21/03/22", "25/03/22", "26/03/22", "01/09/21", "", "", "", "01/04/22"),
    ("21/03/22", "25/03/22", "26/03/22", "", "", "", "", "04/04/22"),
    ("21/03/22", "25/03/22", "26/03/22", "01/09/21", "28/03/22", "", "30/03/22", "30/03/22"),
    ("21/03/22", "25/03/22", "26/03/22", "", "28/03/22", "", "01/04/22", "01/04/22"),
]


@pytest.mark.parametrize("example", CASES, ids=range(len(CASES)))
def test_a_case_is_isolated(example: tuple[str, ...]) -> None:
    rules, *facts, expected = [day(text) if text else None for text in example]
    onset, sampled, *health = facts
    assert rules
    assert sampled
    case = CaseFacts(onset, sampled, *health)
    assert case_dates(in_force(COVID, rules), case).isolation_until == expected


# --- Contacts ------------------------------------------------------------------------------------------------------

# last contact | told on → isolation, mask until | tests
OUTSIDE = [
    # 13 May 2020: fourteen days, a test on the seventh.
    ("13/05/20", "10/05/20", "13/05/20", "24/05/20", "24/05/20", [("17/05/20", LAB)]),
    ("13/05/20", "25/05/20", "26/05/20", "08/06/20", "08/06/20", [("01/06/20", LAB)]),
    ("13/05/20", "13/05/20", "13/05/20", "27/05/20", "27/05/20", [("20/05/20", LAB)]),
    ("13/05/20", "06/05/20", "13/05/20", "20/05/20", "20/05/20", [("13/05/20", LAB)]),
    ("13/05/20", "20/04/20", "13/05/20", "04/05/20", "04/05/20", [("27/04/20", LAB)]),
    # 14 September 2020: seven days.
    ("14/09/20", "12/09/20", "14/09/20", "19/09/20", "26/09/20", [("19/09/20", LAB)]),
    ("14/09/20", "28/09/20", "30/09/20", "05/10/20", "12/10/20", [("05/10/20", LAB)]),
    ("14/09/20", "01/09/20", "14/09/20", "08/09/20", "15/09/20", [("08/09/20", LAB)]),
    # 5 February 2021: an antigen test at once too; one test only when told on the seventh day or later.
    ("05/02/21", "03/02/21", "05/02/21", "10/02/21", "17/02/21", [("05/02/21", ANTIGEN), ("10/02/21", LAB)]),
    ("05/02/21", "25/02/21", "26/02/21", "04/03/21", "11/03/21", [("26/02/21", ANTIGEN), ("04/03/21", LAB)]),
    ("05/02/21", "03/02/21", "09/02/21", "10/02/21", "17/02/21", [("09/02/21", ANTIGEN), ("10/02/21", LAB)]),
    ("05/02/21", "03/02/21", "10/02/21", "10/02/21", "17/02/21", [("10/02/21", LAB)]),
    ("05/02/21", "03/02/21", "11/02/21", "10/02/21", "17/02/21", [("11/02/21", ANTIGEN)]),
    # 23 July 2021, not vaccinated: as before.
    ("23/07/21", "21/07/21", "23/07/21", "28/07/21", "04/08/21", [("23/07/21", ANTIGEN), ("28/07/21", LAB)]),
    ("23/07/21", "30/07/21", "31/07/21", "06/08/21", "13/08/21", [("31/07/21", ANTIGEN), ("06/08/21", LAB)]),
    # 3 January 2022, not vaccinated: seven days and a test on the seventh.
    ("03/01/22", "02/01/22", "03/01/22", "09/01/22", "09/01/22", [("09/01/22", LAB)]),
    ("03/01/22", "28/01/22", "30/01/22", "04/02/22", "04/02/22", [("04/02/22", LAB)]),
    # 21 March 2022: nobody; one test two days after being told.
    ("21/03/22", "20/03/22", "21/03/22", "", "27/03/22", [("23/03/22", ANY)]),
    ("21/03/22", "20/03/22", "29/03/22", "", "27/03/22", [("31/03/22", ANY)]),
    ("21/03/22", "30/03/22", "30/03/22", "", "06/04/22", [("01/04/22", ANY)]),
]
# since when fully vaccinated | last contact | told on → isolation, mask until | tests
VACCINATED = [
    ("13/05/20", "01/05/20", "10/05/20", "13/05/20", "24/05/20", "24/05/20", [("17/05/20", LAB)]),
    (
        "05/02/21",
        "20/01/21",
        "03/02/21",
        "05/02/21",
        "10/02/21",
        "17/02/21",
        [("05/02/21", ANTIGEN), ("10/02/21", LAB)],
    ),
    # 23 July 2021: no isolation, both tests, a mask.
    ("23/07/21", "01/07/21", "21/07/21", "23/07/21", "", "28/07/21", [("23/07/21", ANTIGEN), ("28/07/21", LAB)]),
    ("23/07/21", "21/07/21", "21/07/21", "23/07/21", "", "28/07/21", [("23/07/21", ANTIGEN), ("28/07/21", LAB)]),
    (
        "23/07/21",
        "22/07/21",
        "21/07/21",
        "23/07/21",
        "28/07/21",
        "04/08/21",
        [("23/07/21", ANTIGEN), ("28/07/21", LAB)],
    ),
    # 3 January 2022: at once, and by herself on the second and fourth day after being told.
    (
        *("03/01/22", "01/07/21", "02/01/22", "03/01/22", "", "09/01/22"),
        [("03/01/22", LAB), ("05/01/22", SELF), ("07/01/22", SELF)],
    ),
    (
        *("03/01/22", "01/07/21", "27/01/22", "29/01/22", "", "03/02/22"),
        [("29/01/22", LAB), ("31/01/22", SELF), ("02/02/22", SELF)],
    ),
    ("03/01/22", "03/01/22", "02/01/22", "03/01/22", "09/01/22", "09/01/22", [("09/01/22", LAB)]),
    ("21/03/22", "01/07/21", "20/03/22", "21/03/22", "", "27/03/22", [("23/03/22", ANY)]),
]
# last contact | the patient zéro recovers | vaccinated since | told on → isolation, mask until | tests
HOUSEHOLD = [
    # 13 May 2020: at once, never before the contact.
    ("13/05/20", "12/05/20", "", "", "13/05/20", "26/05/20", "26/05/20", [("13/05/20", LAB)]),
    ("13/05/20", "12/05/20", "30/05/20", "", "16/05/20", "26/05/20", "26/05/20", [("16/05/20", LAB)]),
    ("13/05/20", "14/05/20", "", "", "13/05/20", "28/05/20", "28/05/20", [("14/05/20", LAB)]),
    # 14 September 2020: as everybody.
    ("14/09/20", "12/09/20", "19/09/20", "", "14/09/20", "19/09/20", "26/09/20", [("19/09/20", LAB)]),
    # 5 February 2021: seven days after the patient zéro has recovered, seventeen after her onset.
    (
        *("05/02/21", "05/02/21", "13/02/21", "", "05/02/21", "20/02/21", "27/02/21"),
        [("05/02/21", ANTIGEN), ("20/02/21", LAB)],
    ),
    (
        *("05/02/21", "05/02/21", "", "", "05/02/21", "12/02/21", "19/02/21"),
        [("05/02/21", ANTIGEN), ("12/02/21", LAB)],
    ),
    # … who saw her last after that counts from then.
    (
        *("05/02/21", "15/02/21", "13/02/21", "", "15/02/21", "22/02/21", "01/03/21"),
        [("15/02/21", ANTIGEN), ("22/02/21", LAB)],
    ),
    # 23 July 2021: the same, for the tests of the vaccinated too.
    (
        *("23/07/21", "23/07/21", "01/08/21", "", "24/07/21", "08/08/21", "15/08/21"),
        [("24/07/21", ANTIGEN), ("08/08/21", LAB)],
    ),
    (
        *("23/07/21", "23/07/21", "01/08/21", "01/06/21", "24/07/21", "", "08/08/21"),
        [("24/07/21", ANTIGEN), ("08/08/21", LAB)],
    ),
    # 2022: as everybody.
    ("03/01/22", "02/01/22", "13/01/22", "", "03/01/22", "09/01/22", "09/01/22", [("09/01/22", LAB)]),
    (
        *("03/01/22", "02/01/22", "13/01/22", "01/07/21", "03/01/22", "", "09/01/22"),
        [("03/01/22", LAB), ("05/01/22", SELF), ("07/01/22", SELF)],
    ),
    ("21/03/22", "20/03/22", "31/03/22", "", "21/03/22", "", "27/03/22", [("23/03/22", ANY)]),
]


def is_told(rules: str, facts: ContactFacts, isolation: str, mask: str, tests: list[tuple[str, str]]) -> None:
    dates = contact_dates(rules_of(rules), facts)
    assert dates.isolation_until == (day(isolation) if isolation else None)
    assert dates.mask_until == day(mask)
    assert dates.tests == tuple(DueTest(day(on), WantedTest(kind)) for on, kind in tests)


@pytest.mark.parametrize("example", OUTSIDE, ids=range(len(OUTSIDE)))
def test_a_contact_outside_the_household(example: Any) -> None:
    rules, last_contact, told_on, *expected = example
    is_told(rules, ContactFacts(day(last_contact), False, day(told_on)), *expected)


@pytest.mark.parametrize("example", VACCINATED, ids=range(len(VACCINATED)))
def test_a_vaccinated_contact(example: Any) -> None:
    rules, since, last_contact, told_on, *expected = example
    is_told(rules, ContactFacts(day(last_contact), False, day(told_on), vaccinated_on=day(since)), *expected)


@pytest.mark.parametrize("example", HOUSEHOLD, ids=range(len(HOUSEHOLD)))
def test_a_contact_of_the_household(example: Any) -> None:
    rules, last_contact, recovers, vaccinated, told_on, *expected = example
    since, until = (day(text) if text else None for text in (vaccinated, recovers))
    is_told(rules, ContactFacts(day(last_contact), True, day(told_on), until, since), *expected)


@pytest.mark.parametrize("rules", COVID, ids=lambda rules: rules.version)
@pytest.mark.parametrize("vaccinated", [None, date(2020, 1, 1)])
@pytest.mark.parametrize("household", [False, True])
def test_who_has_symptoms_is_tested_the_same_day(rules: Protocol, vaccinated: date | None, household: bool) -> None:
    told = date(2022, 5, 2)
    for onset, due in ((date(2022, 5, 1), told), (told, told), (date(2022, 5, 3), date(2022, 5, 3))):
        facts = ContactFacts(date(2022, 5, 1), household, told, vaccinated_on=vaccinated, onset=onset)
        assert DueTest(due, WantedTest.LABORATORY) in contact_dates(rules, facts).tests


# The same contact, told on each day from that of the contact on: 5 February 2021, last contact on the 10th.
DAY_BY_DAY = [
    ("10/02/21", ["10/02 antigen", "17/02 laboratory"], "10/02/21"),
    ("11/02/21", ["11/02 antigen", "17/02 laboratory"], "11/02/21"),
    ("12/02/21", ["12/02 antigen", "17/02 laboratory"], "12/02/21"),
    ("13/02/21", ["13/02 antigen", "17/02 laboratory"], "13/02/21"),
    ("14/02/21", ["14/02 antigen", "17/02 laboratory"], "14/02/21"),
    ("15/02/21", ["15/02 antigen", "17/02 laboratory"], "15/02/21"),
    ("16/02/21", ["16/02 antigen", "17/02 laboratory"], "16/02/21"),
    ("17/02/21", ["17/02 laboratory"], "17/02/21"),
    ("18/02/21", ["18/02 antigen"], "18/02/21"),
    ("25/02/21", ["25/02 antigen"], "25/02/21"),
]


@pytest.mark.parametrize(("told_on", "tests", "due"), DAY_BY_DAY)
def test_told_day_by_day(told_on: str, tests: list[str], due: str) -> None:
    dates = contact_dates(rules_of("05/02/21"), ContactFacts(day("10/02/21"), False, day(told_on)))
    assert [f"{test.day:%d/%m} {test.kind.value}" for test in dates.tests] == tests
    assert next_test(dates.tests, day(told_on)) == day(due)
    assert dates.isolation_until == day("17/02/21")
    assert dates.followed_until == max(day("17/02/21"), day(told_on))


@pytest.mark.parametrize(
    ("today", "due"),
    [("03/01/22", "03/01/22"), ("04/01/22", "05/01/22"), ("06/01/22", "07/01/22"), ("09/01/22", "07/01/22")],
)
def test_the_next_test_is_the_one_that_is_not_past(today: str, due: str) -> None:
    facts = ContactFacts(day("02/01/22"), False, day("03/01/22"), vaccinated_on=day("01/07/21"))
    assert next_test(contact_dates(rules_of("03/01/22"), facts).tests, day(today)) == day(due)


# --- Who is called first -------------------------------------------------------------------------------------------


def test_the_queue_is_positive_then_index_then_household_then_others() -> None:
    order = [
        urgent_at("covid19", FicheKind.INDEX, NOW, Factor.POSITIVE, zone=PARIS),
        urgent_at("covid19", FicheKind.CONTACT, NOW, Factor.POSITIVE, Factor.HOUSEHOLD, zone=PARIS),
        urgent_at("covid19", FicheKind.CONTACT, NOW, Factor.POSITIVE, zone=PARIS),
        urgent_at("covid19", FicheKind.INDEX, NOW, zone=PARIS),
        urgent_at("covid19", FicheKind.CONTACT, NOW, Factor.HOUSEHOLD, zone=PARIS),
        urgent_at("covid19", FicheKind.CONTACT, NOW, zone=PARIS),
    ]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_a_positive_test_of_today_is_before_a_contact_of_three_months_ago() -> None:
    old = urgent_at("covid19", FicheKind.CONTACT, NOW - timedelta(days=180), zone=PARIS)
    assert urgent_at("covid19", FicheKind.CONTACT, NOW, Factor.POSITIVE, zone=PARIS) < old
