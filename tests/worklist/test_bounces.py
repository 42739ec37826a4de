"""A message that did not reach its person puts her into the call queue: once, and not whom it would not serve."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Answer, Channel, Receipt
from contact_covid.messaging.models import Message
from contact_covid.messaging.receipt_actions import Told, record_receipts
from contact_covid.tracing.enums import Call
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.bounces import call_who_was_not_reached
from contact_covid.worklist.actions.queue import claim, claim_next
from contact_covid.worklist.enums import Outcome
from tests.cast import now_of
from tests.clock import NOW
from tests.worklist.calls import JULIEN, LATER, claimed, people, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back")
BACK = LATER + timedelta(hours=1)


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
