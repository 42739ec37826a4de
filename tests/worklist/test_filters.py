"""The list of an area by language, factor, delay, agent, team and organisation: each against what it should hold."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contact_covid.directory.queries import zone_of
from contact_covid.tracing.enums import FicheKind, Spoken
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.urgency import Factor, deadline
from contact_covid.worklist.actions.area import open_area
from contact_covid.worklist.actions.assignment import assign
from contact_covid.worklist.actions.delegations import delegate
from contact_covid.worklist.actions.teams import TeamSaid, make_team
from contact_covid.worklist.area_queries import AreaFilter, count_chosen
from contact_covid.worklist.enums import Outcome
from tests.cast import person
from tests.clock import NOW
from tests.worklist.calls import AMANDINE, CPTS, ISABELLE, JULIEN, claimed, hired, people, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back", "reference")


@pytest.fixture(autouse=True)
def _hired(rolled_back: None, reference: None) -> None:
    hired(ISABELLE, JULIEN, AMANDINE)


def listed(chosen: AreaFilter, *, by: object = ISABELLE, now: datetime = NOW) -> set[UUID]:
    page = open_area(actor=by, chosen=chosen, now=now)  # type: ignore[arg-type]
    found = {line.fiche.sealed.fiche for line in page.lines}
    assert page.count == len(found) == sum(page.counters.values())
    return found


def test_by_language() -> None:
    wolof, french = people(2)
    Fiche.objects.filter(id=wolof.id).update(language="wo")
    assert listed(AreaFilter(language=Spoken("wo"))) == {wolof.id}
    assert french.id in listed(AreaFilter(language=Spoken.FRENCH))


def test_by_factor_whole_codes_only() -> None:
    first, second, _ = people(3)
    Fiche.objects.filter(id=first.id).update(factors="household aged")
    Fiche.objects.filter(id=second.id).update(factors="aged")
    assert listed(AreaFilter(factor=Factor.AGED)) == {first.id, second.id}
    assert listed(AreaFilter(factor=Factor.HOUSEHOLD)) == {first.id}
    assert listed(AreaFilter(factor=Factor.SYMPTOMS)) == set()


def test_beyond_the_target_to_the_minute_whatever_puts_her_before_others() -> None:
    plain = someone(person(1))
    hurried = someone(person(2), same_household=True)
    assert hurried.urgent_at < plain.urgent_at
    due = deadline(plain.disease, FicheKind.CONTACT, plain.created_at, zone_of(plain.department))
    assert listed(AreaFilter(late=True), now=due) == set()
    assert listed(AreaFilter(late=True), now=due + timedelta(minutes=1)) == {plain.id, hurried.id}
    told(claimed(), Outcome.NO_ANSWER)
    assert listed(AreaFilter(late=True), now=due + timedelta(minutes=1)) == {plain.id}


def test_by_agent_team_and_organisation() -> None:
    mine, hers, theirs, _ = people(4)
    julien, isabelle = JULIEN.author.account, ISABELLE.author.account
    assign(actor=ISABELLE, fiches=[mine.id], agent=julien, now=NOW)
    assign(actor=ISABELLE, fiches=[hers.id], agent=isabelle, now=NOW)
    delegate(actor=ISABELLE, organisation=CPTS, fiches=[theirs.id], last_day=NOW.date(), now=NOW)
    team = make_team(actor=ISABELLE, said=TeamSaid("Matin", None, [julien]), now=NOW)
    assert listed(AreaFilter(agent=julien)) == {mine.id}
    assert listed(AreaFilter(team=team)) == {mine.id}
    assert listed(AreaFilter(team=team, agent=isabelle)) == set()
    assert listed(AreaFilter(delegated=CPTS)) == {theirs.id}
    assert listed(AreaFilter(agent=julien), now=NOW + timedelta(days=2)) == set()
    assert listed(AreaFilter(delegated=CPTS), now=NOW + timedelta(days=2)) == set()


def test_a_filter_reaches_no_further_than_the_area() -> None:
    mine, theirs = people(2)
    assign(actor=ISABELLE, fiches=[mine.id], agent=JULIEN.author.account, now=NOW)
    delegate(actor=ISABELLE, organisation=CPTS, fiches=[theirs.id], last_day=NOW.date(), now=NOW)
    assert listed(AreaFilter(agent=JULIEN.author.account), by=AMANDINE) == set()
    assert listed(AreaFilter(language=Spoken.FRENCH), by=AMANDINE) == {theirs.id}


@pytest.mark.parametrize(
    "chosen",
    [
        lambda _: AreaFilter(late=True),
        lambda agent: AreaFilter(language=Spoken.FRENCH, factor=Factor.AGED, agent=agent, team=agent, delegated=agent),
    ],
)
def test_a_filter_costs_no_statement_more(chosen: Callable[[UUID], AreaFilter]) -> None:
    people(3)
    with CaptureQueriesContext(connection) as plain:
        open_area(actor=ISABELLE, now=NOW)
    with CaptureQueriesContext(connection) as filtered:
        open_area(actor=ISABELLE, chosen=chosen(ISABELLE.author.account), now=NOW)
    assert len(filtered) <= len(plain)


def test_whom_an_act_on_many_would_choose_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    fiches = people(3)
    assert count_chosen(ISABELLE, AreaFilter(), NOW) == 2 * len(fiches)
    monkeypatch.setattr("contact_covid.worklist.area_queries.MOST_CHOSEN", 2)
    assert count_chosen(ISABELLE, AreaFilter(), NOW) == 3
