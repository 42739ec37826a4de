"""What a contact is sent after the call: by which way, in which language, and never whose contact she is unasked."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from contact_covid.journal.models import Entry
from contact_covid.messaging.actions import deliver
from contact_covid.messaging.channels.email.sender import compose
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from contact_covid.tracing.actions.during_call import SaidDuringCall
from contact_covid.tracing.enums import Consent, Notice, Spoken
from contact_covid.tracing.models import Contact, Exposure, Fiche
from contact_covid.worklist.enums import Outcome
from tests.cast import dossier, enter, named, now_of, person, traits
from tests.clock import NOW
from tests.messaging.mail import mail_server, parts, pdf_text
from tests.worklist.calls import LATER, claimed, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back")


def test_a_contact_who_was_told_gets_it_in_writing(settings: Settings) -> None:
    fiche = someone()
    with mail_server(settings) as server:
        made = told(claimed(), Outcome.INFORMED)
        [message] = Message.objects.all()
        deliver(message=message.id, now=LATER)
    [mail] = server.received
    text, html, pdf = parts(mail)
    assert (made.notice, message.fiche, message.channel) == (Notice.EMAIL, fiche.id, Channel.EMAIL)
    assert mail["To"] == person().email
    until = Contact.objects.get(fiche=fiche).isolation_until
    assert until
    for written in (text, html, pdf_text(pdf)):
        assert f"{until.day} mai 2020" in written
        assert person(50_000).name in written  # agrees to be named
    assert Entry.objects.filter(kind="people.revealed", fiches__contains=[fiche.number]).count() == 1


@pytest.mark.parametrize(
    ("known", "notice", "channel"),
    [
        ({}, Notice.EMAIL, Channel.EMAIL),
        ({"email": ""}, Notice.LETTER, Channel.LETTER),
        ({"email": "", "street": ""}, Notice.NO_ADDRESS, None),
        ({"email": "", "postcode": "", "commune": ""}, Notice.NO_ADDRESS, None),
    ],
)
def test_by_e_mail_else_by_post_else_not_at_all(known: dict[str, Any], notice: Notice, channel: Channel | None) -> None:
    someone(person(**known))
    assert told(claimed(), Outcome.INFORMED).notice is notice
    assert [message.channel for message in Message.objects.all()] == ([channel] if channel else [])


def test_a_letter_is_put_where_the_printing_service_fetches_it(settings: Settings, tmp_path: Path) -> None:
    settings.LETTERS_DIR = tmp_path
    someone(person(email=""))
    told(claimed(), Outcome.INFORMED, language=Language.ENGLISH)
    deliver(message=Message.objects.get().id, now=LATER)
    [letter] = tmp_path.iterdir()
    words = pdf_text(letter.read_bytes())
    assert person().street in words
    assert "isolation" in words.lower()
    assert "May 2020" in words


def test_in_the_language_of_the_person() -> None:
    someone()
    told(claimed(), Outcome.INFORMED, language=Language.ENGLISH)
    [message] = Message.objects.all()
    going = parcel(message)
    assert going is not None
    assert message.language == Language.ENGLISH
    assert compose(going).subject.startswith("Instructions to follow")


@pytest.mark.parametrize("consent", [Consent.REFUSES, Consent.NOT_ASKED])
def test_a_patient_zero_who_does_not_agree_is_in_no_byte_of_the_message(consent: Consent) -> None:
    enter(dossier(person(50_000), named(person()), consent=consent))
    _interviewed()
    told(claimed(), Outcome.INFORMED)
    going = parcel(Message.objects.get())
    assert going is not None
    whole = f"{going.words}{pdf_text(going.attachments[0].content)}".lower().encode()
    assert [trait for trait in traits(person(50_000)) if trait in whole] == []
    assert person().name.lower().encode() in whole  # the search would find a name


def test_the_latest_exposure_alone_may_name_its_patient_zero() -> None:
    later = named(person(), last_contact=NOW.date() - timedelta(days=1))
    enter(dossier(person(50_000), named(person())), dossier(person(50_001), later, consent=Consent.REFUSES))
    _interviewed()
    told(claimed(), Outcome.INFORMED)
    going = parcel(Message.objects.get())
    assert going is not None
    assert "qui accepte que vous le sachiez" not in going.words.text
    assert Exposure.objects.count() == 2


def test_an_isolation_that_is_over_is_not_asked_for() -> None:
    fiche = someone()
    yesterday = NOW.date() - timedelta(days=1)
    Contact.objects.filter(fiche=fiche).update(
        isolation_until=yesterday, followed_until=yesterday, last_contact="2020-04-20"
    )
    assert told(claimed(), Outcome.INFORMED).notice is Notice.ISOLATION_OVER
    assert not Message.objects.exists()


# A number that is another's makes a person unreachable: tests/worklist/test_unreachable.py.
@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.CALL_BACK, Outcome.REFUSED])
def test_other_outcomes_send_nothing(outcome: Outcome) -> None:
    someone()
    learnt = SaidDuringCall(Spoken.ARABIC, representative_phone="+33639987777")
    made = told(claimed(), outcome, call_back_at=LATER + timedelta(hours=1), said=learnt)
    assert (made.notice, Message.objects.count()) == (None, 0)


def test_a_patient_zero_is_sent_nothing() -> None:
    enter(dossier(person()))
    assert told(claimed(), Outcome.INFORMED).notice is None
    assert not Message.objects.exists()


class Undone(Exception):
    pass


def _call_undone() -> None:
    with transaction.atomic():
        told(claimed(), Outcome.INFORMED)
        raise Undone


def test_a_call_that_was_not_written_sends_nothing() -> None:
    fiche = someone()
    with pytest.raises(Undone):
        _call_undone()
    assert (Message.objects.count(), now_of(fiche).call) == (0, "to_call")


def _interviewed() -> None:
    Fiche.objects.filter(kind="index").update(told_at=NOW, call="interviewed", state="interviewed")
