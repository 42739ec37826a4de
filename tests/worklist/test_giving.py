"""Jobs that give fiches to an agent, a team or an organisation: whom, how far, undone, and what stops them."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from contact_covid.accounts.models import Post
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.journal.models import Entry
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.delegations import end_delegation
from contact_covid.worklist.actions.jobs import prepare, run_round, start, stop, undo
from contact_covid.worklist.actions.pauses import pause_agent
from contact_covid.worklist.actions.queue import claim, claim_next
from contact_covid.worklist.actions.teams import TeamSaid, delete_team, make_team
from contact_covid.worklist.area_queries import AreaFilter
from contact_covid.worklist.board_queries import AgentNotFound
from contact_covid.worklist.enums import BulkAct, ItemRefusal, ItemState, JobState
from contact_covid.worklist.job_queries import JobSeen, job_seen
from contact_covid.worklist.models import Assignment, Delegation, Job
from contact_covid.worklist.rules.bulk import deal
from contact_covid.worklist.rules.delegation import DelegationRefused
from contact_covid.worklist.team_queries import AgentTeamNotFound
from tests.cast import ident
from tests.clock import NOW
from tests.worklist.calls import AMANDINE, CPTS, ISABELLE, JULIEN, KETTY, LATER, agent, hired, now_of, people

pytestmark = pytest.mark.usefixtures("rolled_back", "reference")
SOON = NOW + timedelta(minutes=1)
SARAH = agent(24)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _hired(rolled_back: None, reference: None) -> None:
    hired(ISABELLE, JULIEN, SARAH, AMANDINE)


def account(actor: object) -> UUID:
    found = actor.account  # type: ignore[attr-defined]
    assert isinstance(found, UUID)
    return found


def team(*actors: object, name: str = "Matin") -> UUID:
    return make_team(actor=ISABELLE, said=TeamSaid(name, None, [account(each) for each in actors]), now=NOW)


def prepared(act: BulkAct, to: UUID, *, last_day: date | None = None) -> UUID:
    return prepare(actor=ISABELLE, act=act, chosen=AreaFilter(kind=None), to=to, last_day=last_day, now=NOW)


def seen(job: UUID) -> JobSeen:
    return job_seen(ISABELLE, job)


def run(job: UUID, now: object = SOON) -> JobSeen:
    start(actor=ISABELLE, job=job, now=NOW)
    finish(job)
    return seen(job)


def finish(job: UUID) -> None:
    while run_round(job=job, now=SOON):
        pass


def given() -> dict[UUID, UUID]:
    return dict(Assignment.objects.values_list("fiche", "account"))


def test_whoever_comes_next_is_served_next() -> None:
    agents = [ident(1, 1), ident(1, 2), ident(1, 3)]
    assert deal("abcd", agents, 0) == {agents[0]: ["a", "d"], agents[1]: ["b"], agents[2]: ["c"]}
    assert deal("ab", agents, 4) == {agents[1]: ["a"], agents[2]: ["b"]}


# --- To an agent, to a team ----------------------------------------------------------------------------------------


def test_all_of_a_filter_is_given_to_an_agent_and_taken_back() -> None:
    fiches = people(3)
    job = prepared(BulkAct.ASSIGN, account(JULIEN))
    assert seen(job).counts == {ItemState.WAITING: 3, ItemState.REFUSED: 3}  # their patients zéro are called already
    assert given() == {}
    assert run(job).counts[ItemState.DONE] == 3
    assert given() == {fiche.id: account(JULIEN) for fiche in fiches}
    row = Entry.objects.get(kind="worklist.assigned")
    assert (row.account, sorted(row.fiches)) == (ISABELLE.account, sorted(fiche.number for fiche in fiches))
    undo(actor=ISABELLE, job=job, now=SOON)
    finish(job)
    assert (seen(job).job.state, given()) == (JobState.UNDONE, {})


def test_a_team_is_given_one_each_in_turn_over_all_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contact_covid.worklist.actions.jobs.A_ROUND", 3)
    people(7)
    run(prepared(BulkAct.ASSIGN_TEAM, team(JULIEN, SARAH)))
    held = list(given().values())
    assert sorted([held.count(account(JULIEN)), held.count(account(SARAH))]) == [3, 4]


def test_who_rests_is_given_nothing() -> None:
    people(4)
    pause_agent(actor=ISABELLE, agent=account(SARAH), now=NOW)
    run(prepared(BulkAct.ASSIGN_TEAM, team(JULIEN, SARAH)))
    assert set(given().values()) == {account(JULIEN)}


def test_what_was_given_otherwise_since_stays_so_when_it_is_undone() -> None:
    people(2)
    first = prepared(BulkAct.ASSIGN, account(JULIEN))
    run(first)
    run(prepared(BulkAct.ASSIGN, account(SARAH)))
    undo(actor=ISABELLE, job=first, now=SOON)
    finish(first)
    assert seen(first).refused[ItemRefusal.CHANGED] == 2
    assert set(given().values()) == {account(SARAH)}


@pytest.mark.parametrize("gone", ["team", "agent"])
def test_a_job_whose_taker_is_gone_stops(gone: str) -> None:
    people(2)
    matin = team(JULIEN)
    act, to = (BulkAct.ASSIGN_TEAM, matin) if gone == "team" else (BulkAct.ASSIGN, account(JULIEN))
    job = prepared(act, to)
    if gone == "team":
        delete_team(actor=ISABELLE, team=matin, now=NOW)
    else:
        Post.objects.filter(account=account(JULIEN)).update(ends_at=NOW)
    assert run(job).job.state == JobState.STOPPED
    assert given() == {}


def test_nobody_of_another_platform_is_given_anything() -> None:
    people(1)
    for act, to, error in (
        (BulkAct.ASSIGN, account(KETTY), AgentNotFound),
        (BulkAct.ASSIGN_TEAM, ident(9, 9), AgentTeamNotFound),
        (BulkAct.DELEGATE, ident(3, 951), DelegationRefused),
    ):
        with pytest.raises(error):
            prepared(act, to, last_day=TODAY)
    assert not Job.objects.exists()


def test_the_same_form_sent_twice_is_one_job() -> None:
    [fiche] = people(1)
    said = {"actor": ISABELLE, "act": BulkAct.ASSIGN, "to": account(JULIEN), "fiches": [fiche.id], "now": NOW}
    job = prepare(**said, submission=submission("key", {}))  # type: ignore[arg-type]
    with pytest.raises(AlreadyRecorded) as again:
        prepare(**said, submission=submission("key", {}))  # type: ignore[arg-type]
    assert again.value.target == job


# --- To an organisation --------------------------------------------------------------------------------------------


def test_all_of_a_filter_is_delegated_in_rounds_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contact_covid.worklist.actions.jobs.A_ROUND", 2)
    fiches = people(3)
    job = prepared(BulkAct.DELEGATE, CPTS, last_day=TODAY)
    assert not Delegation.objects.exists()
    assert run(job).counts[ItemState.DONE] == 3
    assert {now_of(each).delegation for each in fiches} == {job}
    taken = claim_next(actor=AMANDINE, now=SOON)
    assert taken
    undo(actor=ISABELLE, job=job, now=LATER)
    finish(job)
    assert {now_of(each).delegated_to for each in fiches} == {None}
    assert Delegation.objects.get(id=job).ended_at
    assert claim_next(actor=AMANDINE, now=LATER) is None


def test_a_delegation_that_was_ended_meanwhile_stops_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contact_covid.worklist.actions.jobs.A_ROUND", 1)
    fiches = people(2)
    job = prepared(BulkAct.DELEGATE, CPTS, last_day=TODAY)
    start(actor=ISABELLE, job=job, now=NOW)
    run_round(job=job, now=SOON)
    end_delegation(actor=ISABELLE, delegation=job, now=SOON)
    finish(job)
    assert seen(job).job.state == JobState.STOPPED
    assert {now_of(each).delegated_to for each in fiches} == {None}


def test_a_delegation_by_which_nobody_is_given_ends_with_its_job() -> None:
    [fiche] = people(1)
    job = prepared(BulkAct.DELEGATE, CPTS, last_day=TODAY)
    claim(actor=JULIEN, fiche=fiche.id, now=NOW)
    assert run(job).refused[ItemRefusal.HELD] == 1
    assert Delegation.objects.get(id=job).ended_at


def test_a_job_prepared_for_days_that_are_over_is_not_started() -> None:
    people(1)
    job = prepared(BulkAct.DELEGATE, CPTS, last_day=TODAY)
    with pytest.raises(DelegationRefused):
        start(actor=ISABELLE, job=job, now=NOW + timedelta(days=2))
    assert seen(job).job.state == JobState.PREVIEW


# --- What changed meanwhile ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [BulkAct.ASSIGN, BulkAct.DELEGATE, BulkAct.CLOSE_UNREACHABLE, BulkAct.ASK_TO_CALL])
def test_a_fiche_that_moved_to_another_fund_meanwhile_is_left_out(act: BulkAct) -> None:
    [fiche] = people(1)
    if act in (BulkAct.CLOSE_UNREACHABLE, BulkAct.ASK_TO_CALL):
        Fiche.objects.filter(id=fiche.id).update(call="unreachable", state="unreachable", call_reason="ladder")
    to = {BulkAct.ASSIGN: account(JULIEN), BulkAct.DELEGATE: CPTS}.get(act)
    last_day = TODAY if act is BulkAct.DELEGATE else None
    job = prepare(actor=ISABELLE, act=act, fiches=[fiche.id], to=to, last_day=last_day, now=NOW)
    Fiche.objects.filter(id=fiche.id).update(fund="972")
    found = run(job)
    assert (found.counts, found.refused) == ({ItemState.REFUSED: 1}, {ItemRefusal.MOVED: 1})
    after = now_of(fiche)
    assert (after.closure, after.delegated_to, given()) == ("open", None, {})


def test_what_its_own_physician_calls_is_given_to_nobody() -> None:
    [fiche] = people(1)
    Fiche.objects.filter(id=fiche.id).update(callable_from=None)
    job = prepare(actor=ISABELLE, act=BulkAct.ASSIGN, fiches=[fiche.id], to=account(JULIEN), now=NOW)
    assert seen(job).refused == {ItemRefusal.OTHER_STATE: 1}


def test_a_stopped_job_can_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contact_covid.worklist.actions.jobs.A_ROUND", 1)
    people(2)
    job = prepared(BulkAct.ASSIGN, account(JULIEN))
    start(actor=ISABELLE, job=job, now=NOW)
    while not given():
        run_round(job=job, now=SOON)
    stop(actor=ISABELLE, job=job, now=SOON)
    undo(actor=ISABELLE, job=job, now=SOON)
    finish(job)
    assert given() == {}
