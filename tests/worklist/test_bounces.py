"""A message that did not reach its person puts her into the call queue: once, and not whom it would not serve."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Answer, Channel, Receipt, Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.receipt_actions import Told, record_receipts
from contact_covid.tracing.actions.fall_backs import fall_back
from contact_covid.tracing.actions.person_acts import confirm
from contact_covid.tracing.enums import Call
from contact_covid.tracing.models import Fiche, SecureLink
from contact_covid.worklist.actions.bounces import call_who_was_not_reached
from contact_covid.worklist.actions.queue import claim, claim_next
from contact_covid.worklist.enums import Outcome
from tests.cast import dossier, enter, named, now_of, person
from tests.clock import NOW
from tests.tracing.linking import links_first, person_behind
from tests.worklist.calls import JULIEN, LATER, claimed, people, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back")
BACK, SOON = LATER + timedelta(hours=1), NOW + timedelta(minutes=20)


def informed() -> Fiche:
    """A contact who was told by telephone and whose written instructions have left."""
    fiche = someone()
    told(claimed(), Outcome.INFORMED)
    Message.objects.update(state="sent", sent_at=LATER)
    return fiche


def comes_back(at: datetime = BACK) -> None:
    ids = Message.objects.values_list("id", flat=True)
    record_receipts(channel=Channel.EMAIL, receipts=[Told(id_, Receipt.UNDELIVERED) for id_ in ids], now=at)


def called(at: datetime = BACK) -> set[UUID]:
    return call_who_was_not_reached(now=at)


def test_whose_instructions_came_back_is_called_once() -> None:
    fiche = informed()
    comes_back()
    assert called() == {fiche.id}
    now = now_of(fiche)
    assert (now.call, now.state, now.callable_from, now.version) == (Call.TO_CALL, "to_call", BACK, fiche.version + 2)
    assert Message.objects.get().answer == Answer.CALL
    [entry] = Entry.objects.filter(kind="tracing.called_again")
    assert entry.fiches == [fiche.number]
    assert (entry.detail["reason"], entry.detail["channel"]) == ("undelivered", "email")
    assert called() == set()
    next_one = claim_next(actor=JULIEN, now=BACK)
    assert next_one is not None
    assert next_one.fiche == fiche.id


def test_what_failed_for_good_is_a_reason_too() -> None:
    fiche = informed()
    Message.objects.update(state="failed", failure="unavailable", sent_at=None)
    assert called() == {fiche.id}


def test_at_night_the_call_waits_for_the_morning() -> None:
    fiche = informed()
    night = NOW + timedelta(hours=12)
    comes_back(night)
    assert called(night) == {fiche.id}
    assert now_of(fiche).callable_from == NOW + timedelta(hours=22)


def test_a_second_message_that_comes_back_calls_nobody_again() -> None:
    fiche = informed()
    comes_back()
    called()
    at = BACK + timedelta(hours=1)
    told(claim(actor=JULIEN, fiche=fiche.id, now=at).id, Outcome.INFORMED, now=at)
    Message.objects.filter(answer="").update(state="sent", sent_at=at)
    comes_back(at)
    assert called(at) == set()
    assert now_of(fiche).call == Call.INFORMED
    assert set(Message.objects.values_list("answer", flat=True)) == {Answer.CALL, Answer.NONE}


def test_who_was_told_by_telephone_since_is_left_alone() -> None:
    fiche = informed()
    at = LATER + timedelta(minutes=30)
    told(claim(actor=JULIEN, fiche=fiche.id, now=at).id, Outcome.INFORMED, now=at)
    first = Message.objects.order_by("created_at")[0]
    record_receipts(channel=Channel.EMAIL, receipts=[Told(first.id, Receipt.UNDELIVERED)], now=BACK)
    assert called() == set()
    assert Message.objects.get(id=first.id).answer == Answer.NONE


@pytest.mark.parametrize(
    "now",
    [
        {"closure": "closed", "closure_reason": "refused", "state": "closed"},
        {"closure": "cancelled", "closure_reason": "error", "state": "cancelled"},
        {"call": "call_back", "state": "call_back"},
        {"call": "to_call", "state": "to_call"},
        {"call": "unreachable", "state": "unreachable", "call_reason": "wrong_number"},
    ],
)
def test_who_is_closed_waits_already_or_has_no_number_stays_as_she_is(now: dict[str, Any]) -> None:
    fiche = informed()
    Fiche.objects.filter(id=fiche.id).update(**now)
    comes_back()
    assert called() == set()
    left = now_of(fiche)
    assert {name: getattr(left, name) for name in now} == now
    assert Message.objects.get().answer == Answer.NONE


def test_who_used_the_ladder_up_is_tried_once_more_and_a_result_stays() -> None:
    fiche = informed()
    Fiche.objects.filter(id=fiche.id).update(
        call="unreachable", call_reason="ladder", test="negative", state="negative"
    )
    comes_back()
    assert called() == {fiche.id}
    now = now_of(fiche)
    assert (now.call, now.call_reason, now.state) == (Call.TO_CALL, "", "negative")


def test_a_message_that_arrived_or_is_about_no_fiche_asks_for_nothing() -> None:
    fiche = informed()
    Message.objects.update(state="delivered", receipt_at=BACK)
    assert called() == set()
    Message.objects.update(state="undelivered", fiche=None)
    assert called() == set()
    assert now_of(fiche).call == Call.INFORMED


def test_many_come_back_in_few_statements(django_assert_max_num_queries: Any) -> None:
    people(6)
    for minute in range(6):
        at = NOW + timedelta(minutes=minute)
        told(claimed(now=at), Outcome.INFORMED, now=at)
    Message.objects.update(state="sent", sent_at=LATER)
    comes_back()
    with django_assert_max_num_queries(12):
        assert len(called()) == 6


# --- Of each message, whether a call takes its place ----------------------------------------------------------------


def linked() -> Fiche:
    with links_first():
        [made] = enter(dossier(person(9), named(person())))
    Message.objects.filter(fiche=made.index.id).delete()
    return made.contacts[0]


def lost(at: datetime = SOON) -> set[UUID]:
    Message.objects.filter(fiche__isnull=False, answer="").update(state="undelivered", sent_at=at, receipt_at=at)
    return called(at)


def test_a_link_that_did_not_arrive_is_not_waited_for() -> None:
    fiche = linked()
    assert now_of(fiche).callable_from == NOW + timedelta(hours=8)
    assert lost() == {fiche.id}
    now = now_of(fiche)
    assert (now.callable_from, now.factors) == (SOON, "link_unopened")
    assert Message.objects.get(fiche=fiche.id).answer == Answer.CALL
    assert [entry.fiches for entry in Entry.objects.filter(kind="tracing.link_fell_back")] == [[fiche.number]]
    assert fall_back(now=NOW + timedelta(hours=9)) == 1  # the patient zéro's


def test_a_lost_link_that_was_opened_sent_again_or_is_of_who_was_told_calls_nobody() -> None:
    fiche = linked()
    SecureLink.objects.filter(fiche=fiche).update(issued_at=SOON)  # another one, sent since
    assert lost() == set()
    SecureLink.objects.filter(fiche=fiche).update(issued_at=NOW)
    confirm(actor=person_behind(fiche, SOON), now=SOON)
    Message.objects.filter(fiche=fiche.id).update(answer="", answered_at=None)
    assert lost() == set()
    assert now_of(fiche).call == Call.INFORMED


def test_a_link_that_was_lost_does_not_keep_her_instructions_from_being_said() -> None:
    fiche = linked()
    lost()
    told(claim(actor=JULIEN, fiche=fiche.id, now=SOON).id, Outcome.INFORMED, now=SOON)
    assert lost(BACK) == {fiche.id}


@pytest.mark.parametrize("template", [Template.END_OF_ISOLATION, Template.HAND_OVER, Template.CALLBACK])
def test_nobody_is_called_for_what_she_need_not_know_or_was_never_sent(template: Template) -> None:
    fiche = informed()
    Message.objects.update(template=template)
    comes_back()
    assert called() == set()
    assert (now_of(fiche).call, Message.objects.get().answer) == (Call.INFORMED, Answer.NONE)


def test_who_was_asked_to_call_and_read_her_link_meanwhile_is_not_called() -> None:
    fiche = linked()
    message = Message.objects.filter(fiche=fiche.id)
    message.update(template=Template.UNREACHABLE, created_at=NOW)
    Fiche.objects.filter(id=fiche.id).update(call="informed", state="informed", told_at=SOON)
    assert lost(BACK) == set()
    message.update(answer="", answered_at=None, created_at=BACK)
    assert lost(BACK) == {fiche.id}
