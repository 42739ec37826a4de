"""Dates are made anew when what they follow from changes, kept with their protocol, and told without a second call."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count, permutations
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.core.idempotency import submission
from contact_covid.journal.models import Entry
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from contact_covid.tracing.actions.cancellation import cancel_fiche
from contact_covid.tracing.actions.closing import close_ended
from contact_covid.tracing.actions.correction import Correction, correct_fiche
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.health import HealthSaid, record_health
from contact_covid.tracing.enums import ClosureReason
from contact_covid.tracing.models import Contact, DatesComputed, Exposure, Fiche, IndexCase
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.health import HealthError, HealthErrorCode, HealthFacts
from contact_covid.worklist.actions.queue import claim
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Attempt
from tests.cast import PAUL, PAULA, TODAY, contact, dossier, enter, named, now_of, person, professional, search
from tests.clock import NOW
from tests.tracing.counter import details_of, visit
from tests.worklist.calls import JULIEN, KETTY, claimed, someone
from tests.worklist.calls import told as call_told

pytestmark = pytest.mark.usefixtures("rolled_back")

WOMAN = person()
STRANGER = professional(Role.PHYSICIAN, 60, practice=60)
LATER = NOW + timedelta(minutes=5)
# By these rules a vaccinated contact is not isolated, and who lives with a patient zéro is exposed until she recovers.
JULY_2021 = date(2021, 7, 23)
SERIAL = count(20_000)


def history(fiche: Fiche) -> list[tuple[str, date | None, list[list[str]]]]:
    kept = DatesComputed.objects.filter(fiche=fiche).order_by("computed_at", "id")
    return [(row.protocol.removeprefix("covid19/"), row.isolation_until, row.tests) for row in kept]


def of(fiche: Fiche) -> Contact:
    return Contact.objects.get(fiche=fiche)


def say(fiche: Fiche, *, by: Actor = JULIEN, now: datetime = LATER, version: int | None = None, **facts: Any) -> None:
    said = HealthSaid(fiche.id, HealthFacts(**facts), submission(str(uuid4()), {}), version)
    record_health(actor=by, said=said, now=now)


def inform(now: datetime = LATER) -> None:
    call_told(claimed(now=now), Outcome.INFORMED, now=now)


def exposed(**changes: Any) -> Fiche:
    """Last met on 11 May, by a patient zéro without symptoms, sampled on the 13th, who is called already."""
    told = named(WOMAN, last_contact=date(2020, 5, 11), **changes)
    [made] = enter(dossier(person(50), told, sampled_on=TODAY, result_on=TODAY, onset=None))
    Fiche.objects.filter(id=made.index.id).update(told_at=NOW, call="interviewed", state="interviewed")
    return made.contacts[0]


# --- Kept with the protocol ----------------------------------------------------------------------------------------


def test_each_set_of_dates_is_kept_since_when_it_holds() -> None:
    fiche = contact(WOMAN, index=10, last_contact=date(2020, 5, 8))
    contact(WOMAN, index=11, last_contact=date(2020, 5, 6), now=LATER)  # an earlier one changes nothing
    contact(WOMAN, index=12, last_contact=date(2020, 5, 10), now=LATER + timedelta(hours=1))
    assert history(fiche) == [
        ("2020-05-13", date(2020, 5, 22), [["2020-05-15", "laboratory"]]),
        ("2020-05-13", date(2020, 5, 24), [["2020-05-17", "laboratory"]]),
    ]
    since = DatesComputed.objects.filter(fiche=fiche).order_by("computed_at").values_list("computed_at", flat=True)
    assert list(since) == [NOW, LATER + timedelta(hours=1)]


def dates_after(exposures: Iterable[tuple[int, bool]]) -> list[object]:
    """The dates of somebody who was told of in that order: how many days ago, and whether in the household."""
    who, name = person(next(SERIAL)), ""
    for minute, (ago, household) in enumerate(exposures):
        told = named(who, last_contact=TODAY - timedelta(days=ago), same_household=household)
        [made] = enter(dossier(person(next(SERIAL)), told), now=NOW + timedelta(minutes=minute))
        assert name in {"", made.contacts[0].number}
        name = made.contacts[0].number
    dated = Contact.objects.get(fiche__number=name)
    return [dated.last_contact, dated.isolation_until, dated.mask_until, dated.tests, dated.followed_until]


@pytest.mark.parametrize("day", [None, JULY_2021])
def test_the_order_in_which_exposures_are_told_does_not_matter(settings: Settings, day: date | None) -> None:
    settings.PROTOCOL_AS_OF = day
    first, *others = (dates_after(told) for told in permutations([(2, False), (6, True), (4, False)]))
    assert others == [first] * 5


def test_outside_the_household_the_latest_exposure_decides_alone() -> None:
    alone = dates_after([(2, False)])
    assert [dates_after([(2, False), (7, False)]), dates_after([(7, False), (2, False)])] == [alone, alone]
    assert dates_after([(7, False)]) != alone


def test_dates_follow_a_correction_a_cancellation_and_the_counter() -> None:
    [made] = enter(dossier(person(10), named(WOMAN, last_contact=date(2020, 5, 8))))
    [fiche] = made.contacts
    said = named(WOMAN, last_contact=date(2020, 5, 9))
    correct_fiche(actor=PAUL, correction=Correction(fiche.id, said, submission("a", {})), now=LATER)
    [other] = enter(dossier(person(11), named(WOMAN, last_contact=date(2020, 5, 12))), now=LATER + timedelta(hours=1))
    reason = ClosureReason.ERROR
    cancel_fiche(actor=PAUL, fiche=other.index.id, reason=reason, version=None, now=LATER + timedelta(hours=2))
    search(WOMAN, now=LATER + timedelta(hours=3))
    visit(fiche, details=details_of(WOMAN, same_household=True), now=LATER + timedelta(hours=3))
    ends = [until.day for _, until, _ in history(fiche) if until]
    assert ends == [22, 23, 26, 23, 23]
    assert history(fiche)[-1][2] == [["2020-05-13", "laboratory"]]
    assert of(fiche).same_household


def test_dates_of_a_case_follow_her_health_and_those_of_who_lives_with_her(settings: Settings) -> None:
    settings.PROTOCOL_AS_OF = JULY_2021
    fiche = exposed(same_household=True)
    case = IndexCase.objects.get()
    assert (case.isolation_until, of(fiche).isolation_until) == (date(2020, 5, 23), date(2020, 5, 30))
    say(case.fiche, now=NOW + timedelta(days=1), onset=date(2020, 5, 10))
    case.refresh_from_db()
    assert (case.window_start, case.isolation_until) == (date(2020, 5, 8), date(2020, 5, 20))
    assert of(fiche).isolation_until == date(2020, 5, 27)
    say(case.fiche, now=NOW + timedelta(days=9), onset=date(2020, 5, 10), recovered_on=date(2020, 5, 22))
    assert of(fiche).isolation_until == date(2020, 5, 29)
    assert [until.day for _, until, _ in history(fiche) if until] == [30, 27, 29]


def test_who_is_vaccinated_is_not_isolated_and_who_falls_ill_is_tested(settings: Settings) -> None:
    settings.PROTOCOL_AS_OF = JULY_2021
    fiche = exposed()
    assert of(fiche).isolation_until == date(2020, 5, 18)
    say(fiche, vaccinated_on=date(2020, 4, 1))
    assert (of(fiche).isolation_until, of(fiche).followed_until) == (None, date(2020, 5, 18))
    say(fiche, now=NOW + timedelta(days=2), vaccinated_on=date(2020, 4, 1), onset=date(2020, 5, 15))
    assert ["2020-05-15", "laboratory"] in of(fiche).tests
    entry = Entry.objects.filter(kind="tracing.updated").latest("id")
    assert (entry.fiches, entry.detail["fields"], entry.account) == ([fiche.number], ["onset"], JULIEN.account)


def test_new_facts_go_by_the_rules_of_the_day_and_a_new_protocol_alone_changes_nothing(settings: Settings) -> None:
    fiche = someone(WOMAN, last_contact=date(2020, 5, 10))
    inform()
    told = history(fiche)
    settings.PROTOCOL_AS_OF = date(2020, 9, 14)
    contact(WOMAN, index=77, last_contact=date(2020, 5, 10), now=LATER + timedelta(hours=1))  # says nothing new
    assert history(fiche) == told
    assert of(fiche).isolation_until == date(2020, 5, 24)
    contact(WOMAN, index=78, last_contact=date(2020, 5, 12), now=LATER + timedelta(hours=2))
    assert history(fiche)[-1][:2] == ("2020-09-14", date(2020, 5, 19))


def test_at_once_is_the_day_she_is_told(settings: Settings) -> None:
    settings.PROTOCOL_AS_OF = date(2022, 3, 21)
    fiche = someone(WOMAN)
    assert of(fiche).tests == [["2020-05-15", "any"]]
    inform(NOW + timedelta(days=2))
    assert of(fiche).tests == [["2020-05-17", "any"]]
    assert (of(fiche).told_on, of(fiche).isolation_until) == (date(2020, 5, 15), None)


# --- Who may say what ----------------------------------------------------------------------------------------------


def test_a_practice_says_it_of_the_fiches_it_made_a_platform_of_its_area() -> None:
    [made] = enter(dossier(person(10), named(WOMAN)))
    enter(dossier(person(10), named(WOMAN)), by=PAULA, now=LATER)
    [fiche] = made.contacts
    say(fiche, by=PAUL, vaccinated_on=date(2020, 5, 1))
    for by in (STRANGER, KETTY):
        with pytest.raises(FicheNotFound):
            say(fiche, by=by, vaccinated_on=date(2020, 5, 2))
    with pytest.raises(FicheChanged):
        say(fiche, version=1, vaccinated_on=date(2020, 5, 2))


def test_who_declared_her_second_reads_her_own_words_and_fills_in_what_nobody_said() -> None:
    [made] = enter(dossier(person(10), named(WOMAN)))
    enter(dossier(person(10), named(WOMAN)), by=PAULA, now=LATER)
    [fiche] = made.contacts
    say(fiche, by=PAUL, vaccinated_on=date(2020, 5, 1))
    assert own_fiche(PAULA, fiche.id).health == HealthFacts()
    said: dict[str, Any] = {"vaccinated_on": date(2020, 5, 2), "onset": date(2020, 5, 12)}
    say(fiche, by=PAULA, version=1, **said)
    assert own_fiche(PAULA, fiche.id).health == HealthFacts(**said)
    assert own_fiche(PAUL, fiche.id).health == HealthFacts(date(2020, 5, 1), date(2020, 5, 12))
    with pytest.raises(FicheChanged):
        say(fiche, by=PAULA, version=1)
    say(fiche, by=PAULA, onset=date(2020, 5, 10), symptoms_ended_on=date(2020, 5, 11))
    assert own_fiche(PAUL, fiche.id).health.symptoms_ended_on is None  # before they began, as the first one says


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"onset": TODAY + timedelta(days=1)}, HealthErrorCode.IN_FUTURE, "onset"),
        ({"onset": TODAY - timedelta(days=91)}, HealthErrorCode.TOO_OLD, "onset"),
        ({"symptoms_ended_on": TODAY}, HealthErrorCode.ONSET_MISSING, "symptoms_ended_on"),
        (
            {"onset": TODAY, "symptoms_ended_on": TODAY - timedelta(days=1)},
            HealthErrorCode.END_BEFORE_ONSET,
            "symptoms_ended_on",
        ),
    ],
)
def test_what_cannot_be_true_is_refused(facts: dict[str, Any], code: HealthErrorCode, field: str) -> None:
    with pytest.raises(HealthError) as refused:
        say(someone(WOMAN), **facts)
    assert (refused.value.code, refused.value.field) == (code, field)


# --- Told again, not called again ----------------------------------------------------------------------------------


def test_who_was_told_other_dates_is_sent_the_new_ones() -> None:
    fiche = someone(WOMAN, last_contact=date(2020, 5, 8))
    inform()
    contact(WOMAN, index=77, last_contact=date(2020, 5, 12), now=LATER + timedelta(hours=1))
    assert (now_of(fiche).call, now_of(fiche).closure) == ("informed", "open")
    first, second = (parcel(message) for message in Message.objects.order_by("id"))
    assert first
    assert second
    assert "mardi 26 mai 2020" in second.words.text
    assert "Vos consignes ont changé" in second.words.text
    assert "ont changé" not in first.words.text
    assert person(77).name not in second.words.text
    opened = Entry.objects.filter(kind="people.revealed").latest("id")
    assert (opened.role, opened.account, opened.fiches) == ("system", None, [fiche.number])


def test_an_exposure_that_changes_no_date_is_not_told() -> None:
    fiche = someone(WOMAN, last_contact=date(2020, 5, 12))
    inform()
    contact(WOMAN, index=77, last_contact=date(2020, 5, 8), now=LATER + timedelta(hours=1))
    assert (Message.objects.count(), now_of(fiche).call) == (1, "informed")


@settings(
    max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=8))
def test_whatever_exposures_follow_nobody_is_called_twice_in_an_episode(
    steps: list[tuple[int, bool, bool, bool]],
) -> None:
    """Exposures on whatever days, in the household or not, by the same or other practices; calls in between."""
    who, now = person(next(SERIAL)), NOW
    fiches = set()
    for number, (ago, household, other, call) in enumerate(steps):
        now += timedelta(minutes=30)
        day = now.date() - timedelta(days=ago)
        told = named(who, last_contact=day, same_household=household)
        [made] = enter(dossier(person(70_000 + number), told), by=PAULA if other else PAUL, now=now)
        Fiche.objects.filter(kind="index").update(told_at=NOW, call="interviewed", state="interviewed")
        fiches.add(made.contacts[0].id)
        waiting = Fiche.objects.filter(id=made.contacts[0].id, call="to_call").exists()
        if call and waiting:
            lease = claim(actor=JULIEN, fiche=made.contacts[0].id, now=now)
            call_told(lease, Outcome.INFORMED, now=now + timedelta(minutes=1))
    assert len(fiches) == 1
    done = Attempt.objects.filter(fiche__in=fiches, outcome=Outcome.INFORMED, second=False).count()
    assert done <= 1
    assert Fiche.objects.get(id__in=fiches).call == ("informed" if done else "to_call")


# --- The end -------------------------------------------------------------------------------------------------------


def test_a_follow_up_that_has_ended_is_closed() -> None:
    told, untold = contact(WOMAN, index=10, last_contact=TODAY), contact(person(2), index=11, last_contact=TODAY)
    Fiche.objects.filter(id=told.id).update(told_at=NOW, call="informed", state="informed")
    assert close_ended(now=NOW + timedelta(days=14)) == 0
    assert close_ended(now=NOW + timedelta(days=15)) == 1
    after = now_of(told)
    assert (after.closure, after.closure_reason, after.state) == ("closed", ClosureReason.FOLLOWED, "closed")
    assert now_of(untold).closure == "open"
    [entry] = Entry.objects.filter(kind="tracing.closed")
    assert (entry.role, entry.fiches, entry.detail["reason"]) == ("system", [told.number], "followed")
    assert close_ended(now=NOW + timedelta(days=15)) == 0


def test_a_case_is_closed_when_her_isolation_is_over_not_while_it_has_no_end(settings: Settings) -> None:
    settings.PROTOCOL_AS_OF = JULY_2021
    fiche = exposed()
    case = IndexCase.objects.get().fiche
    assert close_ended(now=NOW + timedelta(days=10)) == 0
    assert close_ended(now=NOW + timedelta(days=11)) == 1
    assert (now_of(case).closure_reason, now_of(fiche).closure) == ("followed", "open")
    settings.PROTOCOL_AS_OF = None
    [made] = enter(dossier(person(3)), now=NOW)
    Fiche.objects.filter(id=made.index.id).update(told_at=NOW, call="interviewed", state="interviewed")
    assert close_ended(now=NOW + timedelta(days=200)) == 0


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.DECEASED])
def test_who_refused_or_has_died_is_named_again_without_a_call(outcome: Outcome) -> None:
    fiche = someone(WOMAN, last_contact=TODAY)
    call_told(claim(actor=JULIEN, fiche=fiche.id, now=NOW).id, outcome)
    [made] = enter(dossier(person(77), named(WOMAN, last_contact=TODAY)), now=NOW + timedelta(hours=2))
    assert made.contacts[0].id == fiche.id
    assert (now_of(fiche).closure, Exposure.objects.filter(contact_fiche=fiche).count()) == ("closed", 2)


def test_who_is_exposed_again_in_the_same_episode_has_her_fiche_opened_again_and_no_call() -> None:
    fiche = someone(WOMAN, last_contact=TODAY)
    inform()
    close_ended(now=NOW + timedelta(days=15))
    again = NOW + timedelta(days=20)
    day = again.date()
    [made] = enter(dossier(person(77), named(WOMAN, last_contact=day), sampled_on=day, result_on=day), now=again)
    assert made.contacts[0].id == fiche.id
    assert (now_of(fiche).closure, now_of(fiche).closure_reason, now_of(fiche).call) == ("open", "", "informed")
    assert of(fiche).isolation_until == day + timedelta(days=14)
    assert Message.objects.count() == 2
