"""How a platform shares its calls out: languages, skills, assignment, pauses, and the help of another platform."""

from datetime import timedelta
from typing import Any

import pytest

from contact_covid.access.actor import SYSTEM
from contact_covid.access.policy import Denied
from contact_covid.accounts.models import Post
from contact_covid.core.ids import new_id
from contact_covid.journal.models import Entry
from contact_covid.tracing.actions.during_call import SaidDuringCall
from contact_covid.tracing.enums import FicheKind, Spoken
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.assignment import assign, end_of_day, reassign, unassign, undo
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.overflows import HelpRefused, OverflowNotFound, ask_for_help, decide, weigh_queues
from contact_covid.worklist.actions.pauses import pause_agent, pause_queue, resume_agent, resume_queue
from contact_covid.worklist.actions.queue import AgentResting, claim, claim_next, release
from contact_covid.worklist.board_queries import AgentNotFound, agents_at_work, queues, reached_today
from contact_covid.worklist.enums import CallKind, Outcome, PauseReason
from contact_covid.worklist.models import Assignment, Attempt, Lease, Overflow, Skills
from contact_covid.worklist.queries import LeaseEnded, LeaseNotFound, LeaseTakenOver
from tests.cast import dossier, enter, now_of, person
from tests.clock import NOW
from tests.worklist.calls import (
    ELSEWHERE,
    ISABELLE,
    JULIEN,
    LATER,
    agent,
    claimed,
    hired,
    people,
    skilled,
    someone,
    told,
)

pytestmark = pytest.mark.usefixtures("rolled_back", "reference")
AMIRA = agent(24)
ARABIC = {"language": Spoken.ARABIC}


def speaking(language: Spoken, *fiches: Fiche) -> None:
    Fiche.objects.filter(id__in=[fiche.id for fiche in fiches]).update(language=language)


# --- Languages and skills ------------------------------------------------------------------------------------------


def test_a_person_is_given_to_who_speaks_her_language() -> None:
    hired(JULIEN, AMIRA)
    first, second = people(2)
    speaking(Spoken.ARABIC, first)
    skilled(AMIRA, Spoken.ARABIC)
    assert claimed(JULIEN).fiche == second.id
    assert claim_next(actor=agent(30), now=NOW) is None
    assert claimed(AMIRA).fiche == first.id


def test_a_language_that_nobody_at_work_speaks_is_called_with_an_interpreter() -> None:
    hired(JULIEN, AMIRA, ISABELLE)
    fiche = someone()
    speaking(Spoken.ARABIC, fiche)
    skilled(AMIRA, Spoken.ARABIC)
    assert claim_next(actor=JULIEN, now=NOW) is None
    pause_agent(actor=ISABELLE, agent=AMIRA.account, now=NOW)  # type: ignore[arg-type]
    lease = claimed(JULIEN)
    assert lease.fiche == fiche.id
    assert open_card(actor=JULIEN, lease=lease.id, now=NOW).interpreter is Spoken.ARABIC


def test_who_has_left_speaks_nothing_any_more() -> None:
    hired(AMIRA)
    speaking(Spoken.ARABIC, someone())
    skilled(AMIRA, Spoken.ARABIC)
    Post.objects.filter(account=AMIRA.account).update(ends_at=NOW)
    assert claim_next(actor=JULIEN, now=NOW) is not None


@pytest.mark.parametrize("kind", CallKind)
def test_an_agent_makes_the_calls_that_she_is_skilled_for(kind: CallKind) -> None:
    hired(JULIEN)
    contact, follow_up = people(2)
    [registered] = enter(dossier(person(90)))
    told(claim(actor=AMIRA, fiche=follow_up.id, now=NOW), Outcome.INFORMED, by=AMIRA)
    Fiche.objects.filter(id=follow_up.id).update(call="call_back", state="call_back")
    skilled(JULIEN, kinds=[kind])
    expected = {CallKind.INDEX: registered.index, CallKind.CONTACT: contact, CallKind.FOLLOW_UP: follow_up}
    assert claimed(JULIEN, LATER).fiche == expected[kind].id


def test_skills_are_in_the_journal_once_and_nobody_else_s_team_is_touched() -> None:
    hired(JULIEN, ELSEWHERE)
    for _ in range(2):
        skilled(JULIEN, Spoken.ARABIC, Spoken.FRENCH, kinds=list(CallKind))
    [stored] = Skills.objects.all()
    assert (stored.languages, stored.kinds) == (["ar"], [])
    assert Entry.objects.get(kind="worklist.skills_set").detail["languages"] == ["ar"]


# --- Outcomes ------------------------------------------------------------------------------------------------------


def test_an_interpreter_sets_the_language_and_gives_the_person_to_who_speaks_it() -> None:
    hired(JULIEN, AMIRA)
    fiche = someone()
    skilled(AMIRA, Spoken.ARABIC)
    told(claimed(), Outcome.INTERPRETER, said=SaidDuringCall(language=Spoken.ARABIC))
    assert (now_of(fiche).language, now_of(fiche).call) == ("ar", "call_back")
    assert claim_next(actor=JULIEN, now=LATER) is None
    assert claimed(AMIRA, LATER).fiche == fiche.id


def test_the_first_call_says_whether_it_was_in_time() -> None:
    early, late = people(2)
    Fiche.objects.filter(id=late.id).update(counts_from=NOW - timedelta(days=4))
    for _ in range(2):
        told(claimed(), Outcome.NO_ANSWER)
    told(claimed(now=NOW + timedelta(days=1)), Outcome.NO_ANSWER, now=NOW + timedelta(days=1))
    found = dict(Attempt.objects.filter(in_time__isnull=False).values_list("fiche", "in_time"))
    assert found == {early.id: True, late.id: False}
    assert reached_today([JULIEN.account], LATER) == {FicheKind.CONTACT: (2, 1)}  # type: ignore[list-item]


# --- Assignment ----------------------------------------------------------------------------------------------------


def given(fiches: list[Fiche], to: Any = AMIRA, **more: Any) -> Any:
    return assign(actor=ISABELLE, fiches=[each.id for each in fiches], agent=to.account, now=NOW, **more)


def test_what_is_assigned_is_first_in_her_queue_and_nobody_else_s_until_the_evening() -> None:
    hired(AMIRA)
    first, second, third = people(3)
    speaking(Spoken.ARABIC, third)
    made = given([third, first])
    assert made.given == 2
    assert claimed(JULIEN).fiche == second.id
    assert claim_next(actor=agent(30), now=NOW) is None
    assert {claimed(AMIRA).fiche} < {first.id, third.id}
    tomorrow = end_of_day(ISABELLE, NOW)
    assert {claimed(agent(31 + n), tomorrow).fiche for n in range(3)} == {first.id, second.id, third.id}
    row = Entry.objects.get(kind="worklist.assigned")
    assert (set(row.fiches), row.detail["account"]) == ({first.number, third.number}, str(AMIRA.account))


def test_an_assignment_is_undone_at_once_and_a_later_one_stays() -> None:
    hired(AMIRA, JULIEN)
    first, second = people(2)
    made = given([first, second])
    given([second], JULIEN)
    assert undo(actor=ISABELLE, batch=made.batch, now=NOW) == 1
    assert undo(actor=ISABELLE, batch=made.batch, now=NOW) == 0
    assert list(Assignment.objects.values_list("fiche", "account")) == [(second.id, JULIEN.account)]
    assert unassign(actor=ISABELLE, fiches=[first.id, second.id], now=NOW).given == 1
    assert Entry.objects.filter(kind="worklist.unassigned").count() == 2


def test_only_who_waits_in_the_own_fund_is_assigned_and_only_to_the_own_agents() -> None:
    hired(AMIRA, ELSEWHERE)
    waiting, held, informed, far = people(4)
    claim(actor=JULIEN, fiche=held.id, now=NOW)
    Fiche.objects.filter(id=informed.id).update(told_at=NOW, call="informed", state="informed")
    Fiche.objects.filter(id=far.id).update(fund="941")
    assert given([waiting, held, informed, far]).given == 1
    with pytest.raises(AgentNotFound):
        given([waiting], ELSEWHERE)
    with pytest.raises(Denied):
        assign(actor=JULIEN, fiches=[waiting.id], agent=AMIRA.account, now=NOW)  # type: ignore[arg-type]


def test_a_held_fiche_goes_to_another_agent_and_who_had_it_is_told() -> None:
    hired(AMIRA)
    fiche = someone()
    lease = claimed(JULIEN)
    assert reassign(actor=ISABELLE, lease=lease.id, agent=AMIRA.account, now=LATER) == fiche.number
    with pytest.raises(LeaseEnded):
        open_card(actor=JULIEN, lease=lease.id, now=LATER)
    assert claim_next(actor=JULIEN, now=LATER) is None
    claimed(AMIRA, LATER)
    with pytest.raises(LeaseTakenOver):
        open_card(actor=JULIEN, lease=lease.id, now=LATER)
    assert not told(lease, Outcome.INFORMED, now=LATER).counted
    assert Entry.objects.get(kind="worklist.reassigned").fiches == [fiche.number]
    with pytest.raises(LeaseNotFound):
        reassign(actor=ISABELLE, lease=lease.id, agent=None, now=LATER)


def test_a_held_fiche_goes_back_to_the_queue() -> None:
    someone()
    lease = claimed(JULIEN)
    reassign(actor=ISABELLE, lease=lease.id, agent=None, now=LATER)
    assert claimed(agent(30), LATER).fiche == lease.fiche


# --- Pauses --------------------------------------------------------------------------------------------------------


def test_who_rests_is_given_nobody_but_finishes_her_call() -> None:
    hired(JULIEN)
    people(2)
    lease = claimed(JULIEN)
    for _ in range(2):
        pause_agent(actor=ISABELLE, agent=JULIEN.account, now=NOW)  # type: ignore[arg-type]
    assert claimed(JULIEN) == lease
    told(lease, Outcome.INFORMED)
    with pytest.raises(AgentResting):
        claim_next(actor=JULIEN, now=LATER)
    for _ in range(2):
        resume_agent(actor=ISABELLE, agent=JULIEN.account, now=LATER)  # type: ignore[arg-type]
    assert claim_next(actor=JULIEN, now=LATER)
    assert Entry.objects.filter(kind__in=["worklist.agent_paused", "worklist.agent_resumed"]).count() == 2


def test_a_paused_queue_is_passed_over() -> None:
    contact = someone()
    [registered] = enter(dossier(person(90)))
    pause_queue(actor=ISABELLE, kind=FicheKind.INDEX, reason=PauseReason.TELEPHONY, now=NOW)
    assert claimed(JULIEN).fiche == contact.id
    resume_queue(actor=ISABELLE, kind=FicheKind.INDEX, now=NOW)
    assert claimed(AMIRA).fiche == registered.index.id


# --- Help ----------------------------------------------------------------------------------------------------------


def test_who_helps_is_given_her_own_people_first_and_sees_of_others_who_she_holds_only() -> None:
    theirs, own = people(2)
    Fiche.objects.filter(id=own.id).update(fund="941")
    assert claimed(ELSEWHERE).fiche == own.id
    other = agent(32, fund="941")
    assert claim_next(actor=other, now=NOW) is None
    ask_for_help(actor=ISABELLE, helper="941", now=NOW)
    lease = claimed(other)
    assert lease.fiche == theirs.id
    card = open_card(actor=other, lease=lease.id, now=NOW)
    assert card.identity.birth_name
    assert told(lease, Outcome.INFORMED, by=other).counted


def test_help_is_opened_and_closed_by_hand_by_either_side() -> None:
    someone()
    ask_for_help(actor=ISABELLE, helper="941", now=NOW)
    [pair] = Overflow.objects.all()
    with pytest.raises(OverflowNotFound):
        decide(actor=agent(33, fund="972", role=ISABELLE.role), overflow=pair.id, is_open=False, now=LATER)
    decide(actor=agent(33, fund="941", role=ISABELLE.role), overflow=pair.id, is_open=False, now=LATER)
    assert claim_next(actor=ELSEWHERE, now=LATER) is None
    kinds = ["worklist.overflow_opened", "worklist.overflow_closed"]
    assert list(Entry.objects.filter(kind__in=kinds).order_by("at").values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize("helper", ["931", "000", ""])
def test_who_has_no_platform_does_not_help(helper: str) -> None:
    with pytest.raises(HelpRefused):
        ask_for_help(actor=ISABELLE, helper=helper, now=NOW)


def test_the_service_opens_the_help_past_the_target_and_closes_it_within() -> None:
    fiche = someone()
    Overflow.objects.create(id=new_id(NOW), fund="931", helper="941")
    late = NOW + timedelta(days=2, hours=4)  # 26 hours of calls later
    for now, is_open in ((NOW, False), (NOW + timedelta(days=2, hours=2), False), (late, True), (late, True)):
        weigh_queues(actor=SYSTEM, now=now)
        assert Overflow.objects.get().is_open is is_open, now
    assert claimed(ELSEWHERE, late).fiche == fiche.id
    told(claimed(ELSEWHERE, late), Outcome.INFORMED, by=ELSEWHERE, now=late)
    weigh_queues(actor=SYSTEM, now=late + timedelta(minutes=5))
    [pair] = Overflow.objects.all()
    assert (pair.is_open, pair.by, pair.until) == (False, None, late + timedelta(minutes=5))
    assert Entry.objects.filter(kind__startswith="worklist.overflow_").count() == 2


# --- The board -----------------------------------------------------------------------------------------------------


def test_the_board_tells_queues_by_kind_and_language_with_their_oldest() -> None:
    first, second, third = people(3)
    speaking(Spoken.TAMIL, third)
    Fiche.objects.filter(id=second.id).update(created_at=NOW - timedelta(hours=1))
    found = {(queue.kind, queue.language): (queue.waiting, queue.oldest.created_at) for queue in queues(["931"])["931"]}
    assert found == {
        (FicheKind.CONTACT, Spoken.FRENCH): (2, NOW - timedelta(hours=1)),
        (FicheKind.CONTACT, Spoken.TAMIL): (1, NOW),
    }
    told(claimed(), Outcome.NO_ANSWER)
    assert sum(queue.waiting for queue in queues(["931"])["931"]) == 2
    assert first


def test_the_board_tells_who_is_at_work() -> None:
    hired(JULIEN, AMIRA, ISABELLE, ELSEWHERE)
    fiches = people(3)
    skilled(AMIRA, Spoken.ARABIC)
    told(claimed(JULIEN), Outcome.INFORMED)
    lease = claimed(JULIEN, LATER)
    given(fiches)
    pause_agent(actor=ISABELLE, agent=AMIRA.account, now=NOW)  # type: ignore[arg-type]
    julien, amira = agents_at_work(ISABELLE, LATER)
    assert (julien.account, julien.fiche, julien.calls, julien.assigned) == (JULIEN.account, lease.number, 1, 0)
    assert (amira.account, amira.lease, amira.assigned, amira.paused_since) == (AMIRA.account, None, 1, NOW)
    assert amira.languages == [Spoken.ARABIC]
    with pytest.raises(Denied):
        agents_at_work(JULIEN, LATER)
    assert Lease.objects.count() == 2
    release(actor=JULIEN, lease=lease.id, now=LATER)
