"""Agents in teams: made, changed by one at a time, deleted; an agent is in one; who of them is there."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.policy import Denied
from contact_covid.accounts.models import Post
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.journal.models import Entry
from contact_covid.tracing.enums import Spoken
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.assignment import assign
from contact_covid.worklist.actions.delegations import delegate
from contact_covid.worklist.actions.pauses import pause_agent
from contact_covid.worklist.actions.queue import claim_next, release
from contact_covid.worklist.actions.teams import TeamSaid, change_team, delete_team, make_team
from contact_covid.worklist.board_queries import AgentNotFound, agents_at_work
from contact_covid.worklist.enums import WorkOn
from contact_covid.worklist.models import Team, TeamMember
from contact_covid.worklist.rules.teams import TeamErrorCode, TeamRefused, Work
from contact_covid.worklist.team_queries import (
    AgentTeamNotFound,
    agent_team,
    colleagues,
    members_there,
    teams_of,
)
from tests.clock import NOW
from tests.worklist.calls import AMANDINE, CPTS, ISABELLE, JULIEN, KETTY, agent, hired, people, skilled

pytestmark = pytest.mark.usefixtures("rolled_back", "reference")
SARAH = agent(24)
WOLOF = Work(WorkOn.LANGUAGE, "wo")


@pytest.fixture(autouse=True)
def _hired(rolled_back: None, reference: None) -> None:
    hired(ISABELLE, JULIEN, SARAH, AMANDINE)


def said(*actors: Actor, name: str = "Matin", work: Work | None = None) -> TeamSaid:
    return TeamSaid(name, work, [each.author.account for each in actors])


def made(*actors: Actor, name: str = "Matin", work: Work | None = None) -> UUID:
    return make_team(actor=ISABELLE, said=said(*actors, name=name, work=work), now=NOW)


def members(team: UUID) -> set[UUID]:
    return set(TeamMember.objects.filter(team=team).values_list("account", flat=True))


def test_a_team_is_made_changed_and_deleted_and_each_is_in_the_journal() -> None:
    team = made(JULIEN, work=WOLOF)
    assert [(each.team.name, each.agents, each.team.does) for each in teams_of(ISABELLE)] == [("Matin", 1, WOLOF)]
    change_team(actor=ISABELLE, team=team, version=1, said=said(SARAH, name="Soir"), now=NOW)
    assert (members(team), agent_team(ISABELLE, team).does) == ({SARAH.account}, None)
    delete_team(actor=ISABELLE, team=team, now=NOW)
    assert (teams_of(ISABELLE), TeamMember.objects.count()) == ([], 0)
    kinds = Entry.objects.filter(kind__startswith="worklist.team_").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["worklist.team_set", "worklist.team_set", "worklist.team_deleted"]


def test_an_agent_is_in_one_team_and_who_edits_the_other_is_told() -> None:
    morning = made(JULIEN, SARAH)
    evening = made(JULIEN, name="Soir")
    assert (members(morning), members(evening)) == ({SARAH.account}, {JULIEN.account})
    assert {each.account: each.team for each in colleagues(ISABELLE, NOW)} == {
        ISABELLE.account: None,
        JULIEN.account: evening,
        SARAH.account: morning,
    }
    with pytest.raises(TeamRefused) as stale:
        change_team(actor=ISABELLE, team=morning, version=1, said=said(JULIEN, SARAH), now=NOW)
    assert stale.value.code == TeamErrorCode.CHANGED
    assert members(evening) == {JULIEN.account}


def test_what_is_so_already_writes_nothing_whatever_the_version() -> None:
    team = made(JULIEN)
    change_team(actor=ISABELLE, team=team, version=0, said=said(JULIEN), now=NOW)
    assert (agent_team(ISABELLE, team).version, Entry.objects.filter(kind="worklist.team_set").count()) == (1, 1)


def test_a_name_is_one_team_s_and_there_are_so_many_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    with pytest.raises(TeamRefused) as taken:
        made(name="MATIN")
    assert taken.value.code == TeamErrorCode.NAME_TAKEN
    monkeypatch.setattr("contact_covid.worklist.actions.teams.MOST_TEAMS", 1)
    with pytest.raises(TeamRefused) as many:
        made(name="Soir")
    assert many.value.code == TeamErrorCode.TOO_MANY


def test_the_same_form_sent_twice_is_one_team() -> None:
    twice = {"actor": ISABELLE, "said": said(JULIEN), "now": NOW, "submission": submission("key", {})}
    team = make_team(**twice)  # type: ignore[arg-type]
    with pytest.raises(AlreadyRecorded) as again:
        make_team(**twice)  # type: ignore[arg-type]
    assert (again.value.same, again.value.target) == (True, team)
    assert Team.objects.count() == 1


def test_teams_are_the_supervisor_s_own_and_of_her_own_agents() -> None:
    team = made(JULIEN)
    other = replace(agent(29, fund="972", role=ISABELLE.role), organisation=UUID(int=7))
    with pytest.raises(Denied):
        make_team(actor=JULIEN, said=said(), now=NOW)
    with pytest.raises(AgentNotFound):
        made(KETTY, name="Martinique")
    assert teams_of(other) == []
    with pytest.raises(AgentTeamNotFound):
        agent_team(other, team)
    with pytest.raises(AgentTeamNotFound):
        change_team(actor=other, team=team, version=1, said=said(), now=NOW)
    with pytest.raises(AgentTeamNotFound):
        delete_team(actor=other, team=team, now=NOW)


def test_who_left_or_rests_is_not_there() -> None:
    team = agent_team(ISABELLE, made(ISABELLE, JULIEN, SARAH))
    pause_agent(actor=ISABELLE, agent=JULIEN.author.account, now=NOW)
    Post.objects.filter(account=SARAH.account).update(ends_at=NOW)
    assert members_there(team, NOW + timedelta(seconds=1)) == [ISABELLE.account]


def test_the_board_shows_one_team_s_agents() -> None:
    team = made(JULIEN)
    for each, fiche in zip((JULIEN, SARAH), people(2), strict=True):
        assign(actor=ISABELLE, fiches=[fiche.id], agent=each.author.account, now=NOW)
    assert {each.account for each in agents_at_work(ISABELLE, NOW)} == {JULIEN.account, SARAH.account}
    assert [each.account for each in agents_at_work(ISABELLE, NOW, team=team)] == [JULIEN.account]


# --- Whom « Appel suivant » gives ----------------------------------------------------------------------------------


def next_of(actor: Actor) -> UUID:
    taken = claim_next(actor=actor, now=NOW)
    assert taken
    release(actor=actor, lease=taken.id, now=NOW)
    return taken.fiche


@pytest.mark.parametrize(
    ("work", "of_it"),
    [
        (WOLOF, {"language": "wo"}),
        (Work(WorkOn.DEPARTMENT, "95"), {"department": "95"}),
        (Work(WorkOn.KIND, "index"), {"kind": "index", "call": "to_call"}),
    ],
)
def test_an_agent_is_given_her_team_s_work_first_and_then_the_most_urgent(work: Work, of_it: dict[str, str]) -> None:
    urgent, of_team = people(2)
    Fiche.objects.filter(id=urgent.id).update(urgent_at=NOW - timedelta(days=1))
    Fiche.objects.filter(id=of_team.id).update(**of_it)
    team = made(JULIEN, work=work)
    assert (next_of(JULIEN), next_of(SARAH)) == (of_team.id, urgent.id)
    Fiche.objects.filter(id=of_team.id).update(callable_from=None)
    assert next_of(JULIEN) == urgent.id
    Fiche.objects.filter(id=of_team.id).update(callable_from=NOW)
    delete_team(actor=ISABELLE, team=team, now=NOW)
    assert next_of(JULIEN) == urgent.id


def test_what_the_supervisor_gave_an_agent_comes_before_her_team_s_work() -> None:
    given, of_team = people(2)
    Fiche.objects.filter(id=of_team.id).update(language="wo")
    made(JULIEN, work=WOLOF)
    assign(actor=ISABELLE, fiches=[given.id], agent=JULIEN.author.account, now=NOW)
    assert next_of(JULIEN) == given.id


def test_a_language_that_a_colleague_speaks_is_hers_whatever_the_team() -> None:
    french, wolof = people(2)
    Fiche.objects.filter(id=wolof.id).update(language="wo")
    made(JULIEN, work=WOLOF)
    skilled(SARAH, Spoken("wo"))
    assert (next_of(JULIEN), next_of(SARAH)) == (french.id, next_of(SARAH))


def test_two_of_a_team_are_given_two_people() -> None:
    fiches = people(3)
    Fiche.objects.filter(id__in=[each.id for each in fiches]).update(language="wo")
    made(JULIEN, SARAH, work=WOLOF)
    first, second = claim_next(actor=JULIEN, now=NOW), claim_next(actor=SARAH, now=NOW)
    assert first
    assert second
    assert first.fiche != second.fiche


def test_a_team_s_work_is_of_its_own_fund_and_not_what_another_organisation_calls() -> None:
    far, delegated, urgent = people(3)
    Fiche.objects.filter(id__in=[far.id, delegated.id]).update(language="wo")
    Fiche.objects.filter(id=far.id).update(fund="972")
    delegate(actor=ISABELLE, organisation=CPTS, fiches=[delegated.id], last_day=NOW.date(), now=NOW)
    made(JULIEN, work=WOLOF)
    assert next_of(JULIEN) == urgent.id
