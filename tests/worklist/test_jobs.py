"""An act on many fiches: chosen once, done in rounds and never twice, stopped, undone, each with its own permission."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.access.policy import POLICY, Denied
from contact_covid.accounts.models import Post
from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.models import Message
from contact_covid.messaging.refusal_actions import note_refusals
from contact_covid.tracing.enums import Call, Closure
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.delegations import delegate
from contact_covid.worklist.actions.jobs import PERMISSIONS, prepare, run_round, start, stop, undo
from contact_covid.worklist.actions.queue import claim
from contact_covid.worklist.area_queries import AreaFilter
from contact_covid.worklist.enums import GIVES, BulkAct, ItemRefusal, ItemState, JobState
from contact_covid.worklist.job_queries import JobNotFound, JobSeen, job_seen, jobs_of, running_jobs
from contact_covid.worklist.models import Job
from contact_covid.worklist.rules.bulk import Standing, refusal
from tests.cast import now_of
from tests.clock import NOW
from tests.worklist.calls import AMANDINE, CPTS, ISABELLE, JULIEN, LATER, agent, hired, people

pytestmark = pytest.mark.usefixtures("rolled_back", "reference")
CLOSE, ASK = BulkAct.CLOSE_UNREACHABLE, BulkAct.ASK_TO_CALL
SOON = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _hired(rolled_back: None, reference: None) -> None:
    hired(ISABELLE, JULIEN, AMANDINE)


def unreachable(count: int) -> list[Fiche]:
    fiches = people(count)
    Fiche.objects.filter(id__in=[each.id for each in fiches]).update(
        call="unreachable", state="unreachable", call_reason="ladder"
    )
    return fiches


def prepared(fiches: Collection[Fiche], act: BulkAct = CLOSE) -> UUID:
    return prepare(actor=ISABELLE, act=act, fiches=[each.id for each in fiches], now=NOW)


def run(job: UUID) -> JobSeen:
    start(actor=ISABELLE, job=job, now=NOW)
    while run_round(job=job, now=SOON):
        pass
    return seen(job)


def seen(job: UUID) -> JobSeen:
    return job_seen(ISABELLE, job)


def closed(fiches: Collection[Fiche]) -> list[bool]:
    return [now_of(each).closure == Closure.CLOSED for each in fiches]


# --- Whom it may touch ---------------------------------------------------------------------------------------------


@given(
    act=st.sampled_from(BulkAct),
    stands=st.builds(
        Standing,
        call=st.sampled_from(Call),
        closure=st.sampled_from(Closure),
        held=st.booleans(),
        elsewhere=st.booleans(),
        moved=st.booleans(),
        own=st.booleans(),
    ),
)
def test_nobody_who_is_called_closed_or_elsewhere_is_touched(act: BulkAct, stands: Standing) -> None:
    why = refusal(act, stands)
    if stands.closure is not Closure.OPEN or stands.held or stands.elsewhere or stands.moved:
        assert why is not None
    if (stands.call in (Call.TO_CALL, Call.CALL_BACK)) is not (act in GIVES):
        assert why is not None
    if stands.own and act in GIVES:
        assert why is not None


@pytest.mark.parametrize("act", BulkAct)
def test_each_act_has_its_permission_and_only_supervisors_hold_it(act: BulkAct) -> None:
    [fiche] = unreachable(1)
    assert {role.value for role in POLICY[PERMISSIONS[act]]} - {"system"} == {"platform_supervisor"}
    for actor in (JULIEN, AMANDINE):
        with pytest.raises(Denied):
            prepare(actor=actor, act=act, fiches=[fiche.id], now=NOW)


def test_the_choice_says_who_is_left_out_and_why() -> None:
    able, held, elsewhere, waits, over, far = unreachable(6)
    Fiche.objects.filter(id=far.id).update(fund="941")
    Fiche.objects.filter(id__in=[elsewhere.id, waits.id]).update(call="to_call", state="to_call", call_reason="")
    delegate(actor=ISABELLE, organisation=CPTS, fiches=[elsewhere.id], last_day=NOW.date(), now=NOW)
    Fiche.objects.filter(id=over.id).update(closure="closed", closure_reason="refused", state="closed")
    claim(actor=JULIEN, fiche=held.id, now=NOW)
    found = seen(prepared([able, held, elsewhere, waits, over, far]))
    assert found.job.state == JobState.PREVIEW
    assert found.counts == {ItemState.WAITING: 1, ItemState.REFUSED: 4}
    assert set(found.refused) == {
        ItemRefusal.HELD,
        ItemRefusal.DELEGATED,
        ItemRefusal.OTHER_STATE,
        ItemRefusal.CLOSED,
    }
    assert closed([able]) == [False]


def test_all_that_a_filter_lets_through_is_chosen() -> None:
    fiches = unreachable(3)
    job = prepare(actor=ISABELLE, act=CLOSE, chosen=AreaFilter(), now=NOW)
    assert seen(job).counts[ItemState.WAITING] == len(fiches)


# --- Done ----------------------------------------------------------------------------------------------------------


def test_a_job_runs_in_rounds_and_nothing_is_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contact_covid.worklist.actions.jobs.A_ROUND", 2)
    fiches = unreachable(5)
    job = prepared(fiches)
    assert not run_round(job=job, now=SOON)  # nobody has started it
    for _ in range(2):
        start(actor=ISABELLE, job=job, now=NOW)
    assert run_round(job=job, now=SOON)
    assert sum(closed(fiches)) == 2
    assert running_jobs() == [job]
    found = run(job)
    assert (found.job.state, found.counts) == (JobState.DONE, {ItemState.DONE: 5})
    assert not run_round(job=job, now=LATER)
    rows = Entry.objects.filter(kind="tracing.closed")
    assert sorted(len(row.fiches) for row in rows) == [1, 2, 2]
    assert {row.account for row in rows} == {ISABELLE.account}
    assert {now_of(each).closure_reason for each in fiches} == {"unreachable"}


def test_a_round_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    fiches = unreachable(3)
    job = prepared(fiches)
    start(actor=ISABELLE, job=job, now=NOW)

    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("contact_covid.worklist.actions.jobs.JobItem.objects.bulk_update", killed)
        with pytest.raises(SystemExit):
            run_round(job=job, now=SOON)
    assert closed(fiches) == [False] * 3
    assert run(job).counts == {ItemState.DONE: 3}
    assert Entry.objects.filter(kind="tracing.closed").count() == 1


def test_who_changed_since_the_choice_is_left_out_and_told() -> None:
    first, second = unreachable(2)
    job = prepared([first, second])
    claim(actor=JULIEN, fiche=second.id, now=NOW)
    found = run(job)
    assert (found.counts, found.refused) == (
        {ItemState.DONE: 1, ItemState.REFUSED: 1},
        {ItemRefusal.HELD: 1},
    )
    assert closed([first, second]) == [True, False]


def test_a_job_that_is_stopped_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contact_covid.worklist.actions.jobs.A_ROUND", 1)
    fiches = unreachable(2)
    job = prepared(fiches)
    start(actor=ISABELLE, job=job, now=NOW)
    run_round(job=job, now=SOON)
    stop(actor=ISABELLE, job=job, now=SOON)
    assert not run_round(job=job, now=SOON)
    assert sum(closed(fiches)) == 1
    assert seen(job).job.state == JobState.STOPPED


def test_who_is_no_supervisor_any_more_closes_nothing() -> None:
    fiches = unreachable(1)
    job = prepared(fiches)
    start(actor=ISABELLE, job=job, now=NOW)
    Post.objects.filter(account=ISABELLE.account).update(ends_at=NOW)
    assert not run_round(job=job, now=SOON)
    assert closed(fiches) == [False]
    assert seen(job).job.state == JobState.STOPPED


# --- Undone --------------------------------------------------------------------------------------------------------


def test_what_was_closed_is_opened_again_but_for_who_changed_since() -> None:
    first, second = unreachable(2)
    job = prepared([first, second])
    run(job)
    Fiche.objects.filter(id=second.id).update(closure_reason="deceased", state_at=LATER)
    undo(actor=ISABELLE, job=job, now=LATER)
    while run_round(job=job, now=LATER):
        pass
    found = seen(job)
    assert (found.job.state, found.counts) == (JobState.UNDONE, {ItemState.UNDONE: 1, ItemState.REFUSED: 1})
    assert closed([first, second]) == [False, True]
    assert (now_of(first).call, now_of(first).state) == ("unreachable", "unreachable")


def test_what_was_sent_stays_sent() -> None:
    job = prepared(unreachable(1), ASK)
    run(job)
    undo(actor=ISABELLE, job=job, now=LATER)
    assert seen(job).job.state == JobState.DONE


# --- Messages ------------------------------------------------------------------------------------------------------


def test_a_message_goes_once_to_each_who_can_be_reached_and_does_not_refuse() -> None:
    reached, refuses = unreachable(2)
    for channel in (Channel.EMAIL, Channel.SMS, Channel.LETTER):
        if channel is not Channel.LETTER:
            note_refusals([(refuses.id, refuses.number)], channel, actor=ISABELLE, now=NOW)
    job = prepared([reached, refuses], ASK)
    for _ in range(2):
        run(job)
    sent = Message.objects.filter(fiche=reached.id)
    assert [each.template for each in sent] == ["unreachable"]
    assert all(each.channel == Channel.LETTER for each in Message.objects.filter(fiche=refuses.id))
    assert Entry.objects.filter(kind="worklist.job_sent").count() == 1


# --- Whose it is ---------------------------------------------------------------------------------------------------


def test_a_job_of_another_fund_is_absent() -> None:
    job = prepared(unreachable(1))
    other = replace(agent(29, fund="972", role=ISABELLE.role))
    for act in (start, stop, undo):
        with pytest.raises(JobNotFound):
            act(actor=other, job=job, now=NOW)
    assert jobs_of(other) == []
    assert [each.job.id for each in jobs_of(ISABELLE)] == [job]
    assert Job.objects.get().state == JobState.PREVIEW
