"""A disease is a folder: each of them is whole, and read by every floor that uses it."""

from datetime import date, timedelta

import pytest

from contact_covid.clusters.rules import policy
from contact_covid.core.diseases import FOLDER, Disease, disease, followed, known, usual, words
from contact_covid.core.period import PARIS
from contact_covid.messaging.rules.languages import languages
from contact_covid.portal.calls import scripts
from contact_covid.portal.calls.scripts import Condition, Script
from contact_covid.tracing.enums import FicheKind, Symptom
from contact_covid.tracing.rules import follow_up, masks, protocol, questions, urgency
from contact_covid.tracing.rules.dates import CaseFacts, ContactFacts, case_dates, contact_dates, next_test
from tests.clock import NOW

EACH = [disease(code) for code in known()]
DAY = date(2020, 5, 13)
MEASLES = protocol.of_disease("measles")[-1]
BLANKS = {
    *("agent", "name", "representative", "interpreter", "language", "index", "consent", "since", "until", "stay"),
    *("last_contact", "tests", "masks", "platform"),
}


def test_the_usual_one_is_followed() -> None:
    assert known() == ("covid19", "measles")
    assert usual() == "covid19"
    assert [each.code for each in followed()] == ["covid19"]


@pytest.mark.parametrize("each", EACH, ids=lambda each: each.code)
def test_it_has_its_names_and_its_days(each: Disease) -> None:
    assert each.name.keys() == {"fr", "en", "ar"}
    days = each.incubation
    assert 0 < days.least < days.median < days.most
    assert each.source


@pytest.mark.parametrize("each", EACH, ids=lambda each: each.code)
def test_every_floor_finds_its_part(each: Disease) -> None:
    rules = protocol.in_force(protocol.of_disease(each.code), DAY)
    assert rules.version.startswith(f"{each.code}/")
    assert protocol.in_force(masks.of_disease(each.code), DAY).version.startswith(f"{each.code}/masks/")
    assert policy.in_force(each.code, DAY).version.startswith(f"{each.code}/")
    assert urgency.rules(each.code).targets.keys() == set(FicheKind)
    assert follow_up.plan(each.code).keys() == set(FicheKind)
    for script in Script:
        assert scripts.steps_of(each.code, script, set(Condition), dict.fromkeys(_blanks(), "x"))


def _blanks() -> set[str]:
    return BLANKS | {f"plus_{days}" for days in range(29)}


@pytest.mark.parametrize("each", EACH, ids=lambda each: each.code)
def test_no_file_of_the_folder_is_read_by_nobody(each: Disease) -> None:
    here = FOLDER / each.code
    parts = {"disease.toml", "urgency.toml", "follow_up.toml", "protocols", "masks", "clusters", "scripts", "words"}
    assert {file.name for file in here.iterdir()} - {"questions.toml"} == parts
    assert {file.stem for file in (here / "scripts").iterdir()} == {script.value for script in Script}


@pytest.mark.parametrize("each", EACH, ids=lambda each: each.code)
def test_it_is_told_to_persons_in_every_language_of_the_service(each: Disease) -> None:
    told = {language: words(each.code, language) for language in languages()}
    assert {len(each["protect"]) for each in told.values() if each["protect"]} <= {2, 3}
    asked = list(told["fr"]["symptoms"])
    assert list(told["en"]["symptoms"]) == asked
    assert set(asked) <= set(Symptom)


@pytest.mark.parametrize("each", EACH, ids=lambda each: each.code)
def test_its_questions_have_keys_of_their_own(each: Disease) -> None:
    for asked in questions.of_disease(each.code).values():
        assert len({question.key for question in asked}) == len(asked)


@pytest.mark.parametrize("each", EACH, ids=lambda each: each.code)
def test_who_is_followed_is_heard_of_while_she_may_fall_ill(each: Disease) -> None:
    rules = protocol.of_disease(each.code)[0]
    dates = contact_dates(rules, ContactFacts(DAY, same_household=False, told_on=DAY))
    last = max(day.called_after for day in follow_up.plan(each.code)[FicheKind.CONTACT])
    assert last <= (dates.followed_until - DAY).days


# --- Measles, by hand: instruction DGS/SP/SP1/2018/205 -------------------------------------------------------------


def test_a_case_of_measles_is_kept_away_until_the_fifth_day_of_the_rash() -> None:
    dates = case_dates(MEASLES, CaseFacts(onset=date(2020, 5, 10), sampled_on=date(2020, 5, 11)))
    assert (dates.window_start, dates.isolation_until) == (date(2020, 5, 5), date(2020, 5, 15))


def test_a_contact_of_measles_stays_free_and_is_watched_for_three_weeks() -> None:
    facts = ContactFacts(date(2020, 5, 10), same_household=True, told_on=date(2020, 5, 12))
    dates = contact_dates(MEASLES, facts)
    assert (dates.isolation_until, dates.mask_until, dates.tests) == (None, None, ())
    assert dates.followed_until == date(2020, 5, 31)
    assert next_test(dates.tests, DAY) is None


def test_who_falls_ill_is_tested_at_once() -> None:
    facts = ContactFacts(date(2020, 5, 1), same_household=False, told_on=date(2020, 5, 3), onset=date(2020, 5, 12))
    dates = contact_dates(MEASLES, facts)
    assert [test.day for test in dates.tests] == [date(2020, 5, 12)]
    assert dates.followed_until == date(2020, 5, 22)


def test_a_contact_of_measles_is_called_sooner_for_the_vaccine_has_three_days() -> None:
    covid = urgency.deadline("covid19", FicheKind.CONTACT, NOW, PARIS)
    measles = urgency.deadline("measles", FicheKind.CONTACT, NOW, PARIS)
    assert measles < covid
    assert measles - NOW <= timedelta(days=1)
