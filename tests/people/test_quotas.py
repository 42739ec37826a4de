"""Limits that no honest day reaches: counted exactly, kept although the search itself is undone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Role
from contact_covid.access.policy import POLICY
from contact_covid.journal.models import Entry
from contact_covid.people.actions import LookupsRefused
from contact_covid.people.enums import AlertKind
from contact_covid.people.models import Alert, Lookup, LookupTally
from contact_covid.people.rules.quotas import FLEET, QUOTAS, Tally, is_many, refusal, slot_of
from tests.cast import (
    BEATRICE,
    BRUNO,
    CLAIRE,
    CLAIRE_ELSEWHERE,
    DENIS,
    LEA,
    contact,
    dossier,
    enter,
    found,
    named,
    person,
    professional,
    search,
)
from tests.clock import NOW

ROW = pytest.mark.django_db
PHARMACIST = QUOTAS[Role.PHARMACIST]
SOMEONE = person()


def tally(actor: Actor, lookups: int, *, misses: int = 0, at: datetime = NOW) -> None:
    """As if the actor had searched so many times in the ten minutes of ``at``."""
    LookupTally.objects.create(subject=counted(actor), slot=slot_of(at), lookups=lookups, misses=misses)


def counted(actor: Actor) -> UUID:
    return actor.author.practice if QUOTAS[actor.role].by_practice else actor.author.account


def searches(actor: Actor, *, times: int = 1, now: datetime = NOW) -> int:
    """How many of so many searches of someone known were allowed."""
    allowed = 0
    for _ in range(times):
        try:
            search(SOMEONE, by=actor, now=now)
        except LookupsRefused:
            continue
        allowed += 1
    return allowed


def alerts() -> list[str]:
    return list(Alert.objects.order_by("at", "kind").values_list("kind", flat=True))


@ROW
def test_a_pharmacist_is_stopped_at_120_an_hour_after_an_alert_at_60() -> None:
    contact(SOMEONE)
    assert searches(CLAIRE, times=59) == 59
    assert alerts() == []
    assert searches(CLAIRE) == 1
    assert alerts() == [AlertKind.MANY]
    assert searches(CLAIRE, times=70) == 59
    assert alerts() == [AlertKind.MANY, AlertKind.STOPPED]
    assert searches(DENIS) == 1


@ROW
def test_a_refused_search_leaves_an_alert_once_an_hour_and_a_journal_row_each_time() -> None:
    tally(CLAIRE, 119)
    for minutes in (0, 1):
        with pytest.raises(LookupsRefused) as told:
            search(SOMEONE, now=NOW + timedelta(minutes=minutes))
        assert told.value.kind is AlertKind.STOPPED
    [alert] = Alert.objects.all()
    assert (alert.kind, alert.account, alert.practice, alert.lookups) == (
        "stopped",
        CLAIRE.account,
        CLAIRE.practice,
        119,
    )
    rows = Entry.objects.filter(kind="people.search_refused")
    assert [(row.account, row.detail) for row in rows] == [(CLAIRE.account, {"reason": "stopped"})] * 2
    assert Lookup.objects.count() == 0
    assert not Entry.objects.filter(kind="people.searched").exists()


@ROW
@pytest.mark.parametrize(("minutes", "allowed"), [(0, 1), (9, 1), (59, 1), (60, 1), (70, 119)])
def test_no_sixty_minutes_hold_more_than_the_limit(minutes: int, allowed: int) -> None:
    """The hour does not begin anew with the clock's, and who was stopped waits seventy minutes at most."""
    contact(SOMEONE)
    start = NOW.replace(minute=50)
    tally(CLAIRE, 118, at=start)
    assert searches(CLAIRE, times=allowed + 3, now=start + timedelta(minutes=minutes)) == allowed


@ROW
def test_a_pharmacist_is_stopped_at_400_a_day() -> None:
    contact(SOMEONE)
    for hours, lookups in ((2, 100), (5, 100), (9, 100), (23, 97)):
        tally(CLAIRE, lookups, at=NOW - timedelta(hours=hours))
    assert searches(CLAIRE, times=5) == 2
    assert searches(CLAIRE, now=NOW + timedelta(hours=1)) == 0
    assert searches(CLAIRE, now=NOW + timedelta(hours=1, minutes=10)) == 1


@ROW
def test_a_pharmacist_with_two_practices_has_one_quota() -> None:
    contact(SOMEONE)
    tally(CLAIRE, 119)
    assert searches(CLAIRE_ELSEWHERE) == 0


@ROW
def test_biologists_are_counted_by_laboratory() -> None:
    contact(SOMEONE)
    tally(BEATRICE, 398)
    assert searches(BRUNO) == 1
    assert [searches(BEATRICE), searches(BRUNO), searches(LEA)] == [0, 0, 1]


@ROW
def test_a_laboratory_is_stopped_at_3000_a_day() -> None:
    contact(SOMEONE)
    for hours in range(2, 12):
        tally(BEATRICE, 299, at=NOW - timedelta(hours=hours))
    assert searches(BRUNO, times=12) == 9


@ROW
def test_too_many_misses_suspend_after_twenty_searches() -> None:
    contact(SOMEONE)
    tally(CLAIRE, 19, misses=5)
    assert searches(CLAIRE) == 1
    with pytest.raises(LookupsRefused) as told:
        search(SOMEONE)
    assert told.value.kind is AlertKind.SUSPENDED
    assert alerts() == [AlertKind.SUSPENDED]


@ROW
def test_one_miss_in_five_is_not_too_many() -> None:
    contact(SOMEONE)
    tally(CLAIRE, 20, misses=4)
    assert searches(CLAIRE) == 1


@ROW
def test_a_search_that_finds_nobody_is_a_miss_one_that_finds_is_none() -> None:
    contact(SOMEONE)
    search(SOMEONE)
    search(SOMEONE, last_name="Zqwrong")
    search(person(2))
    row = LookupTally.objects.get(subject=CLAIRE.author.account)
    assert (row.lookups, row.misses) == (3, 2)


@ROW
def test_guessing_names_under_a_number_is_stopped_after_twenty() -> None:
    contact(SOMEONE)
    for attempt in range(20):
        search(SOMEONE, last_name=f"Zqguess{'abcdefghijklmnopqrst'[attempt]}")
    with pytest.raises(LookupsRefused):
        search(SOMEONE)


@ROW
def test_observing_counts_without_stopping(settings: Settings) -> None:
    settings.QUOTAS_ENFORCED = False
    contact(SOMEONE)
    tally(CLAIRE, 500, misses=300)
    assert searches(CLAIRE, times=2) == 2
    assert LookupTally.objects.get(subject=CLAIRE.author.account).lookups == 502


def test_every_role_that_searches_has_its_quota() -> None:
    assert QUOTAS.keys() == POLICY[Permission.FICHE_SEARCH].keys() | POLICY[Permission.CALL_FIND].keys()


def test_the_first_search_of_all_is_allowed() -> None:
    assert refusal(PHARMACIST, Tally()) is None


def test_an_alert_is_told_at_its_limit_and_again_each_tenth_look_up() -> None:
    assert [hour + 1 for hour in range(100) if is_many(PHARMACIST, Tally(hour=hour))] == [60, 70, 80, 90, 100]


NEVER_COUNTED = count(10_000)
COUNTED = st.tuples(st.integers(0, 450), st.integers(0, 120))


@ROW
@examples(deadline=None)
@given(role=st.sampled_from(list(POLICY[Permission.FICHE_SEARCH])), slots=st.tuples(COUNTED, COUNTED, COUNTED))
@example(role=Role.PHARMACIST, slots=((118, 0), (0, 0), (0, 0)))
@example(role=Role.PHARMACIST, slots=((0, 0), (119, 0), (0, 0)))
@example(role=Role.PHARMACIST, slots=((5, 0), (5, 0), (10, 4)))
@example(role=Role.PHARMACIST, slots=((10, 5), (0, 0), (10, 0)))
def test_the_statement_judges_as_the_rule(role: Role, slots: tuple[tuple[int, int], ...]) -> None:
    """Counts of now, of forty minutes ago and of five hours ago: what the rule refuses leaves them as they are."""
    number = next(NEVER_COUNTED)
    subject = professional(role, number, practice=number)
    for (lookups, misses), minutes in zip(slots, (0, 40, 300), strict=True):
        if lookups or minutes:
            tally(subject, lookups, misses=misses, at=NOW - timedelta(minutes=minutes))
    (now, missed), (recent, missed_recently), (before, missed_before) = slots
    misses = (missed if now else 0) + missed_recently + missed_before
    refused = refusal(QUOTAS[role], Tally(now + recent, now + recent + before, misses))
    assert searches(subject) == (refused is None)
    kept = LookupTally.objects.get(subject=counted(subject), slot=slot_of(NOW)) if now or refused is None else None
    if kept:
        assert (kept.lookups, kept.misses) == (now + (refused is None), (missed if now else 0) + (refused is None))


@pytest.mark.usefixtures("fresh_database")
def test_parallel_searches_never_pass_the_limit() -> None:
    contact(SOMEONE)
    tally(CLAIRE, 100)
    together = Barrier(30)

    def robot(_: int) -> int:
        together.wait(timeout=30)
        try:
            return searches(CLAIRE, times=2)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(30) as pool:
        assert sum(pool.map(robot, range(30))) == 19
    assert LookupTally.objects.get(subject=CLAIRE.author.account).lookups == 119
    assert Lookup.objects.count() == 19
    assert alerts() == [AlertKind.MANY, AlertKind.STOPPED]


@ROW
def test_a_robot_with_stolen_accounts_gets_less_than_120_numbers_each() -> None:
    victims = [person(number) for number in range(1, 126)]
    enter(dossier(person(9_000), *(named(victim) for victim in victims)))
    for account in range(60, 63):
        robot = professional(Role.PHARMACIST, account, practice=account)
        got = 0
        for victim in victims:
            try:
                got += bool(found(victim, by=robot))
            except LookupsRefused:
                break
        assert 0 < got < 120


@ROW
def test_many_accounts_that_rise_together_are_one_alarm_more() -> None:
    contact(SOMEONE)
    robots = [professional(Role.PHARMACIST, 500 + number, practice=500 + number) for number in range(19)]
    for before, robot in enumerate(robots):
        tally(robot, 59)
        assert searches(robot, now=NOW + timedelta(seconds=before)) == 1
        assert alerts().count(AlertKind.FLEET) == (before + 1 >= FLEET)
    fleet = Alert.objects.get(kind=AlertKind.FLEET)
    assert (fleet.lookups, fleet.misses) == (FLEET * 60, 0)


@ROW
def test_many_accounts_one_after_the_other_are_no_fleet() -> None:
    contact(SOMEONE)
    for number in range(19):
        robot = professional(Role.PHARMACIST, 500 + number, practice=500 + number)
        now = NOW + timedelta(minutes=10 * number)
        tally(robot, 59, at=now)
        assert searches(robot, now=now) == 1
    assert AlertKind.FLEET not in alerts()
