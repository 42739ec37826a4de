"""Once told, a person stays told: whatever she is called for afterwards, and whether or not she answers."""

from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from contact_covid.access.actor import SYSTEM
from contact_covid.messaging.enums import Template
from contact_covid.messaging.models import Message
from contact_covid.tracing.actions.calls import CallMade, record_calls
from contact_covid.tracing.actions.closing import close_ended
from contact_covid.tracing.actions.dating import redate_all, told_today
from contact_covid.tracing.actions.during_call import SaidDuringCall
from contact_covid.tracing.actions.fall_backs import fall_back
from contact_covid.tracing.actions.follow_ups import call_to_follow_up, tell_the_end
from contact_covid.tracing.actions.person_acts import ask_call, confirm
from contact_covid.tracing.enums import Call, FicheKind
from contact_covid.tracing.models import Contact, Exposure, Fiche, SecureLink
from contact_covid.tracing.rules.follow_up import plan
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.queue import claim
from contact_covid.worklist.board_queries import queues
from contact_covid.worklist.enums import CallKind, Outcome
from contact_covid.worklist.models import Attempt
from tests.cast import PAUL, TODAY, dossier, enter, named, now_of, person
from tests.clock import NOW
from tests.tracing.linking import links_first, person_behind
from tests.worklist.calls import JULIEN, claimed, hired, skilled, told

pytestmark = pytest.mark.usefixtures("rolled_back", "reference")
SOON = NOW + timedelta(minutes=20)
DUE = NOW + timedelta(days=plan("covid19")[FicheKind.CONTACT][0].called_after)


def linked(**exposure: Any) -> Fiche:
    """A contact who met the patient zéro today and was sent a link; the patient zéro is called already."""
    with links_first():
        [made] = enter(dossier(person(90), named(person(1), **{"last_contact": TODAY} | exposure)))
    record_calls(actor=SYSTEM, calls=[CallMade(made.index.id, Call.INTERVIEWED, PAUL.author)], now=NOW)
    return made.contacts[0]


def told_by_link(**exposure: Any) -> Fiche:
    fiche = linked(**exposure)
    confirm(actor=person_behind(fiche, SOON), now=SOON)
    return fiche


def followed(**exposure: Any) -> Fiche:
    """Told by her link, and now in the queue because the plan asks to hear of her."""
    fiche = told_by_link(**exposure)
    assert call_to_follow_up(now=DUE) == 1
    return fiche


def unanswered(fiche: Fiche) -> None:
    """As often as the ladder asks for, on two days."""
    for hours in (0, 4, 24, 28):
        at = DUE + timedelta(hours=hours)
        told(claim(actor=JULIEN, fiche=fiche.id, now=at).id, Outcome.NO_ANSWER, now=at)


# --- What stays -----------------------------------------------------------------------------------------------------


def test_the_first_call_that_is_done_tells_her_and_no_later_one() -> None:
    fiche = linked()
    assert now_of(fiche).told_at is None
    told(claim(actor=JULIEN, fiche=fiche.id, now=SOON).id, Outcome.INFORMED, now=SOON)
    call_to_follow_up(now=DUE)
    assert (now_of(fiche).call, now_of(fiche).told_at) == ("to_call", SOON)
    told(claim(actor=JULIEN, fiche=fiche.id, now=DUE).id, Outcome.INFORMED, now=DUE)
    assert (now_of(fiche).call, now_of(fiche).told_at) == ("informed", SOON)


def test_a_link_that_she_confirmed_tells_her() -> None:
    assert now_of(told_by_link()).told_at == SOON


def test_who_does_not_answer_a_follow_up_is_not_out_of_reach() -> None:
    fiche = followed()
    unanswered(fiche)
    after = now_of(fiche)
    assert (after.call, after.state, after.call_reason, after.attempts) == ("informed", "informed", "", 4)
    assert not Message.objects.filter(fiche=fiche.id, template=Template.UNREACHABLE).exists()


def test_the_next_day_of_the_plan_tries_as_often_again() -> None:
    fiche = followed()
    unanswered(fiche)
    at = NOW + timedelta(days=plan("covid19")[FicheKind.CONTACT][1].called_after)
    assert call_to_follow_up(now=at) == 1
    told(claim(actor=JULIEN, fiche=fiche.id, now=at).id, Outcome.NO_ANSWER, now=at)
    assert now_of(fiche).call == "call_back"


# --- Her dates ------------------------------------------------------------------------------------------------------


def test_a_follow_up_leaves_her_the_dates_that_she_was_told(settings: Settings) -> None:
    fiche = followed(same_household=True)
    before = Contact.objects.get(fiche=fiche)
    settings.PROTOCOL_AS_OF = date(2020, 9, 14)
    redate_all([fiche.id], DUE)
    assert told_today(now_of(fiche), DUE).isolation_until == before.isolation_until
    told(claim(actor=JULIEN, fiche=fiche.id, now=DUE).id, Outcome.INFORMED, now=DUE)
    after = Contact.objects.get(fiche=fiche)
    assert (after.isolation_until, after.told_on, after.tests) == (before.isolation_until, TODAY, before.tests)


def test_who_waits_for_a_follow_up_is_sent_new_dates() -> None:
    fiche = followed()
    Exposure.objects.filter(contact_fiche=fiche).update(last_contact=TODAY - timedelta(days=1))
    redate_all([fiche.id], DUE)
    assert Message.objects.filter(fiche=fiche.id, template=Template.INSTRUCTIONS).count() == 1


# --- The end of her follow-up ---------------------------------------------------------------------------------------


def test_a_follow_up_that_nobody_made_ends_with_her_isolation() -> None:
    fiche = followed()
    until = Contact.objects.get(fiche=fiche).followed_until
    at = NOW + timedelta(days=(until - TODAY).days)
    assert close_ended(now=at) == 0
    assert tell_the_end(now=at) == 1
    assert close_ended(now=at + timedelta(days=1)) == 1
    assert now_of(fiche).closure_reason == "followed"


@pytest.mark.parametrize("why", ["asked", "appointment"])
def test_who_asked_for_a_call_or_has_an_appointment_gets_it_all_the_same(why: str) -> None:
    fiche = told_by_link()
    until = NOW + timedelta(days=(Contact.objects.get(fiche=fiche).followed_until - TODAY).days)
    if why == "asked":
        ask_call(actor=person_behind(fiche, SOON), now=SOON)
    else:
        lease = claim(actor=JULIEN, fiche=fiche.id, now=until)
        told(lease.id, Outcome.CALL_BACK, now=until, call_back_at=until + timedelta(days=2))
    assert close_ended(now=until + timedelta(days=1)) == 0
    at = until + timedelta(days=2)
    told(claim(actor=JULIEN, fiche=fiche.id, now=at).id, Outcome.INFORMED, now=at)
    assert close_ended(now=at) == 1


# --- The queue ------------------------------------------------------------------------------------------------------


def test_her_time_counts_from_the_day_of_the_plan_whatever_is_learnt_afterwards() -> None:
    fiche = followed()
    before = now_of(fiche).urgent_at
    lease = claim(actor=JULIEN, fiche=fiche.id, now=DUE)
    assert open_card(actor=JULIEN, lease=lease.id, now=DUE).urgency.deadline == before
    back = DUE + timedelta(hours=2)
    told(lease, Outcome.CALL_BACK, now=DUE, call_back_at=back, said=SaidDuringCall(symptoms=True))
    assert now_of(fiche).urgent_at == before - timedelta(minutes=600)
    redate_all([fiche.id], DUE)
    assert now_of(fiche).urgent_at > DUE


def test_she_is_followed_up_not_called_for_the_first_time() -> None:
    hired(JULIEN)
    fiche = followed()
    assert queues(["931"]) == {"931": []}
    skilled(JULIEN, kinds=[CallKind.FOLLOW_UP])
    lease = claimed(now=DUE)
    assert lease.fiche == fiche.id
    told(lease, Outcome.NO_ANSWER, now=DUE)
    assert Attempt.objects.get(fiche=fiche).in_time is None


def test_who_confirmed_but_has_symptoms_is_called_for_the_first_time() -> None:
    hired(JULIEN)
    fiche = linked()
    Fiche.objects.filter(id=fiche.id).update(factors="symptoms", callable_from=SOON)
    confirm(actor=person_behind(fiche, SOON), now=SOON)
    assert now_of(fiche).told_at is None
    skilled(JULIEN, kinds=[CallKind.CONTACT])
    assert claimed(now=SOON).fiche == fiche.id


def test_to_have_read_is_no_answer_to_a_follow_up() -> None:
    fiche = linked()
    told(claim(actor=JULIEN, fiche=fiche.id, now=SOON).id, Outcome.INFORMED, now=SOON)
    call_to_follow_up(now=DUE)
    confirm(actor=person_behind(fiche, DUE), now=DUE)
    assert now_of(fiche).call == "to_call"


def test_a_link_that_nobody_opened_calls_nobody_who_was_told() -> None:
    fiche = linked()
    lease = claim(actor=JULIEN, fiche=fiche.id, now=SOON)
    told(lease, Outcome.INFORMED, now=SOON)
    again = claim(actor=JULIEN, fiche=fiche.id, now=SOON + timedelta(minutes=1))
    told(again, Outcome.CALL_BACK, now=SOON + timedelta(minutes=2), call_back_at=DUE)
    assert fall_back(now=NOW + timedelta(hours=30)) == 0
    assert now_of(fiche).callable_from == DUE


# --- What there was before ------------------------------------------------------------------------------------------


def migrated() -> None:
    tracing = import_module("contact_covid.tracing.migrations.0018_told_and_counted_from")
    worklist = import_module("contact_covid.worklist.migrations.0006_told_by_telephone")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracing_fiche SET counts_from = created_at,"
            " told_at = CASE WHEN call IN ('informed', 'interviewed') THEN 'epoch'::timestamptz END"
        )
        for statement in (*tracing.FILLED, *worklist.FILLED):
            cursor.execute(statement)


def test_what_was_known_before_tells_when_she_was_told() -> None:
    by_link, by_phone = told_by_link(), linked_again()
    told(claim(actor=JULIEN, fiche=by_phone.id, now=SOON).id, Outcome.INFORMED, now=SOON)
    call_to_follow_up(now=DUE)
    unanswered(by_phone)
    Fiche.objects.filter(id=by_phone.id).update(call="unreachable", call_reason="ladder", state="unreachable")
    before = now_of(by_link).urgent_at
    migrated()
    assert (now_of(by_link).told_at, now_of(by_link).call) == (SOON, "to_call")
    assert (now_of(by_link).counts_from, now_of(by_link).urgent_at) == (DUE, before)
    assert (now_of(by_phone).told_at, now_of(by_phone).call, now_of(by_phone).state) == (SOON, "informed", "informed")
    assert set(Fiche.objects.filter(kind="index").values_list("told_at", flat=True)) == {NOW}


def linked_again() -> Fiche:
    [made] = enter(dossier(person(91), named(person(2), last_contact=TODAY)))
    record_calls(actor=SYSTEM, calls=[CallMade(made.index.id, Call.INTERVIEWED, PAUL.author)], now=NOW)
    assert not SecureLink.objects.filter(fiche=made.contacts[0]).exists()
    return made.contacts[0]
