"""Whom nobody reached by telephone is asked to call: by which way, in which words, and by none that she refuses."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from contact_covid.messaging.actions import deliver
from contact_covid.messaging.enums import Channel, Language, Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from contact_covid.messaging.refusal_actions import note_refusals
from contact_covid.tracing.enums import Call, Notice
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.outcomes import Recorded
from contact_covid.worklist.actions.queue import claim
from contact_covid.worklist.enums import Outcome
from tests.cast import now_of, person, traits
from tests.clock import NOW
from tests.messaging.gateway import sms_gateway
from tests.messaging.mail import pdf_text
from tests.worklist.calls import JULIEN, LATER, claimed, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back")

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def gateway(settings: Settings) -> None:
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/"


def nobody_answers(fiche: Fiche, **said: Any) -> Recorded:
    """Four calls on two days; the last one's record."""
    for at in (NOW, NOW + timedelta(hours=4), NOW + DAY, NOW + DAY + timedelta(hours=4)):
        made = told(claim(actor=JULIEN, fiche=fiche.id, now=at).id, Outcome.NO_ANSWER, now=at, **said)
    return made


def test_who_never_answered_is_asked_by_sms_to_call(settings: Settings) -> None:
    fiche = someone()
    with sms_gateway(settings) as server:
        made = nobody_answers(fiche)
        [message] = Message.objects.all()
        deliver(message=message.id, now=NOW + DAY + timedelta(hours=4))
    [sms] = server.received
    assert (made.notice, now_of(fiche).call) == (Notice.ASKED_BY_SMS, Call.UNREACHABLE)
    assert (message.fiche, message.template, message.department) == (fiche.id, Template.UNREACHABLE, "93")
    assert sms["to"] == person().phone
    assert f"{fiche.number[:4]}-{fiche.number[4:]}" in sms["text"]
    assert [trait for trait in traits(person()) if trait in sms["text"].lower().encode()] == []


@pytest.mark.parametrize(
    ("known", "notice", "channel"),
    [
        ({}, Notice.ASKED_BY_SMS, Channel.SMS),
        ({"phone": "+33199000001"}, Notice.ASKED_BY_EMAIL, Channel.EMAIL),
        ({"phone": "+33199000001", "email": ""}, Notice.ASKED_BY_LETTER, Channel.LETTER),
        ({"phone": "+33199000001", "email": "", "street": ""}, Notice.NOT_ASKED, None),
    ],
)
def test_by_sms_else_by_e_mail_else_by_post_else_not_at_all(
    known: dict[str, Any], notice: Notice, channel: Channel | None
) -> None:
    assert nobody_answers(someone(person(**known))).notice is notice
    assert [message.channel for message in Message.objects.all()] == ([channel] if channel else [])


def test_the_number_of_somebody_else_gets_no_sms() -> None:
    someone()
    assert told(claimed(), Outcome.WRONG_NUMBER).notice is Notice.ASKED_BY_EMAIL


def test_without_a_gateway_nobody_is_promised_an_sms(settings: Settings) -> None:
    settings.SMS_GATEWAY_URL = ""
    assert nobody_answers(someone()).notice is Notice.ASKED_BY_EMAIL


@pytest.mark.parametrize(
    ("refused", "notice"),
    [((Channel.SMS,), Notice.ASKED_BY_EMAIL), ((Channel.SMS, Channel.EMAIL), Notice.ASKED_BY_LETTER)],
)
def test_what_she_refuses_is_not_used(refused: tuple[Channel, ...], notice: Notice) -> None:
    fiche = someone()
    for channel in refused:
        note_refusals([(fiche.id, fiche.number)], channel, actor=JULIEN, now=NOW)
    assert nobody_answers(fiche).notice is notice


def test_instructions_go_by_post_to_who_refuses_e_mails() -> None:
    fiche = someone()
    note_refusals([(fiche.id, fiche.number)], Channel.EMAIL, actor=JULIEN, now=NOW)
    assert told(claimed(), Outcome.INFORMED).notice is Notice.LETTER


def test_what_came_back_before_is_the_last_choice() -> None:
    fiche = someone()
    nobody_answers(fiche)
    Message.objects.update(state="undelivered", sent_at=NOW, receipt_at=NOW)
    Fiche.objects.filter(id=fiche.id).update(call="to_call", state="to_call", call_reason="")
    at = NOW + 2 * DAY
    assert told(claim(actor=JULIEN, fiche=fiche.id, now=at).id, Outcome.NO_ANSWER, now=at).notice is (
        Notice.ASKED_BY_EMAIL
    )


def test_a_letter_says_neither_why_nor_in_whose_name_on_its_outside() -> None:
    someone(person(email=""))
    assert told(claimed(), Outcome.WRONG_NUMBER, language=Language.ENGLISH).notice is Notice.ASKED_BY_LETTER
    going = parcel(Message.objects.get())
    assert going is not None
    [letter] = going.attachments
    words = pdf_text(letter.content)
    assert letter.name == "letter.pdf"
    assert words.startswith("Assurance Maladie")
    assert person().street in words
    assert "covid" not in words.lower()
    assert "We have tried to reach you" in words


def test_a_patient_zero_is_asked_too() -> None:
    from tests.cast import dossier, enter

    enter(dossier(person()))
    assert told(claimed(), Outcome.WRONG_NUMBER).notice is Notice.ASKED_BY_EMAIL
    assert Message.objects.get().created_at == LATER
