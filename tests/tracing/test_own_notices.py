"""Who calls a contact herself has her sent the instructions too: as a platform's call does, and not a byte more."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from contact_covid.tracing.actions.calls import NotTheirCall, record_own_call
from contact_covid.tracing.actions.correction import leave_call
from contact_covid.tracing.enums import Call, Consent
from contact_covid.tracing.models import Contact, Fiche
from tests.cast import PAUL, PAULA, TODAY, dossier, enter, named, person, traits
from tests.clock import NOW
from tests.messaging.mail import pdf_text

pytestmark = pytest.mark.usefixtures("rolled_back")

LATER = NOW + timedelta(minutes=5)


def called_by_themselves(*, consent: Consent = Consent.AGREES, **known: Any) -> Fiche:
    [registered] = enter(dossier(person(1), named(person(2, **known), calls_self=True), consent=consent))
    return registered.contacts[0]


def called(fiche: Fiche, *, by: Actor = PAUL, **said: Any) -> None:
    record_own_call(actor=by, fiche=fiche.id, now=LATER, **said)


def words() -> str:
    """All that the one message says, its letter included."""
    going = parcel(Message.objects.get())
    assert going is not None
    return f"{going.words}{pdf_text(going.attachments[0].content)}"


def test_the_instructions_go_out_once_with_the_call() -> None:
    fiche = called_by_themselves()
    for _ in range(2):
        called(fiche)
    [message] = Message.objects.all()
    assert (message.fiche, message.channel, message.language) == (fiche.id, Channel.EMAIL, Language.FRENCH)
    assert person(1).name in words()  # agrees to be named
    [opened] = Entry.objects.filter(kind="people.revealed")
    assert (opened.account, opened.purpose) == (PAUL.account, "tracing")


@pytest.mark.parametrize(
    ("known", "channels"),
    [({"email": ""}, [Channel.LETTER]), ({"email": "", "street": ""}, []), ({}, [Channel.EMAIL])],
)
def test_by_e_mail_else_by_post_else_not_at_all(known: dict[str, Any], channels: list[Channel]) -> None:
    called(called_by_themselves(**known))
    assert [message.channel for message in Message.objects.all()] == channels


def test_in_the_language_of_the_person() -> None:
    called(called_by_themselves(), language=Language.ENGLISH)
    assert "isolation" in words().lower()
    assert Message.objects.get().language == Language.ENGLISH


@pytest.mark.parametrize("consent", [Consent.REFUSES, Consent.NOT_ASKED])
def test_a_patient_zero_who_does_not_agree_is_in_no_byte_of_the_message(consent: Consent) -> None:
    called(called_by_themselves(consent=consent))
    whole = words().lower().encode()
    assert [trait for trait in traits(person(1)) if trait in whole] == []
    assert person(2).name.lower().encode() in whole  # the search would find a name


def test_an_isolation_that_is_over_is_not_asked_for() -> None:
    fiche = called_by_themselves()
    Contact.objects.filter(fiche=fiche).update(
        isolation_until=TODAY - timedelta(days=1), followed_until=TODAY - timedelta(days=1), last_contact="2020-04-20"
    )
    called(fiche)
    assert not Message.objects.exists()


def test_who_leaves_the_call_or_is_not_to_call_sends_nothing() -> None:
    fiche = called_by_themselves()
    leave_call(actor=PAUL, fiche=fiche.id, now=LATER)
    with pytest.raises(NotTheirCall):
        called(fiche)
    assert not Message.objects.exists()


def test_two_practices_that_both_call_send_one_message() -> None:
    fiche = called_by_themselves()
    enter(dossier(person(9), named(person(2), calls_self=True)), by=PAULA)
    called(fiche)
    called(fiche, by=PAULA)
    assert Message.objects.count() == 1


class Undone(Exception):
    pass


def _call_undone(fiche: Fiche) -> None:
    with transaction.atomic():
        called(fiche)
        raise Undone


def test_a_call_that_was_not_written_sends_nothing() -> None:
    fiche = called_by_themselves()
    with pytest.raises(Undone):
        _call_undone(fiche)
    assert (Message.objects.count(), Fiche.objects.get(id=fiche.id).call) == (0, Call.TO_CALL)
