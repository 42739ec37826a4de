"""By which ways a person is written to: one rule for all messages. A child's parents are, and she never is."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from contact_covid.access.actor import SYSTEM
from contact_covid.messaging.enums import Channel, Language, Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from contact_covid.tracing.actions.follow_ups import tell_the_end
from contact_covid.tracing.actions.notices import send_instructions, send_new_dates, send_unreachable
from contact_covid.tracing.enums import Notice
from contact_covid.tracing.models import Contact, Fiche
from contact_covid.tracing.rules.links import way_of_link, ways_to
from tests.cast import TODAY, contact, person
from tests.clock import NOW
from tests.messaging.mail import pdf_text
from tests.tracing.doubles import JULIEN
from tests.tracing.linking import links_first

CHILD = date(2010, 5, 4)
MOBILE, LANDLINE = "+33639980003", "+33199001234"
OF_CHILD: dict[str, Any] = {"birth_date": CHILD, "representative": "DORVAL Odile", "representative_phone": MOBILE}
ALL = {Channel.SMS, Channel.EMAIL, Channel.LETTER}


@pytest.mark.parametrize(
    ("known", "ways"),
    [
        ({}, ALL),
        ({"birth_date": None}, ALL),
        ({"phone": LANDLINE}, ALL - {Channel.SMS}),
        ({"phone": LANDLINE, "phones": (MOBILE,)}, ALL),
        ({"email": "", "street": ""}, {Channel.SMS}),
        ({"postcode": "", "commune": ""}, ALL - {Channel.LETTER}),
        (OF_CHILD, {Channel.SMS, Channel.LETTER}),
        (OF_CHILD | {"representative_phone": LANDLINE}, {Channel.LETTER}),
        (OF_CHILD | {"representative_phone": "", "street": ""}, set()),
        ({"birth_date": date(2002, 5, 13)}, ALL),  # eighteen today
        ({"birth_date": date(2002, 5, 14)}, {Channel.LETTER}),
    ],
)
def test_each_person_has_her_ways(known: dict[str, Any], ways: set[Channel]) -> None:
    found = ways_to(person(**known), today=TODAY, sms=True)
    assert found.keys() == ways
    assert ways_to(person(**known), today=TODAY, sms=False).keys() == ways - {Channel.SMS}
    if known.get("birth_date") == CHILD:
        assert found.get(Channel.SMS, MOBILE) == MOBILE


@pytest.mark.parametrize("refused", [(), (Channel.SMS,), (Channel.SMS, Channel.EMAIL)])
def test_a_link_goes_by_the_first_of_them_that_is_not_refused(refused: tuple[Channel, ...]) -> None:
    way = way_of_link(person(), today=TODAY, sms=True, refused=refused)
    assert [way.channel] if way else [each for each in (Channel.SMS, Channel.EMAIL) if each not in refused][:1] == []
    assert way_of_link(person(birth_date=None), today=TODAY, sms=True) is None
    assert way_of_link(person(**OF_CHILD | {"representative_phone": ""}), today=TODAY, sms=True) is None


def told(fiche: Fiche) -> None:
    send_instructions(actor=JULIEN, fiche=fiche, language=Language.FRENCH, now=NOW)


def told_anew(fiche: Fiche) -> None:
    send_new_dates(fiche=fiche, now=NOW)


def told_the_end(fiche: Fiche) -> None:
    Fiche.objects.filter(id=fiche.id).update(call="informed", state="informed", told_at=NOW)
    until = Contact.objects.get(fiche=fiche).isolation_until
    assert until
    assert tell_the_end(now=NOW + timedelta(days=(until - TODAY).days)) == 1


def asked_to_call(fiche: Fiche) -> None:
    send_unreachable(actor=JULIEN, fiche=fiche, reason=None, language=Language.FRENCH, now=NOW)


MESSAGES = [told, told_anew, told_the_end, asked_to_call]


@pytest.mark.usefixtures("rolled_back")
@pytest.mark.parametrize("say", MESSAGES, ids=lambda say: say.__name__)
@pytest.mark.parametrize("representative", ["DORVAL Odile", ""])
def test_no_message_goes_to_a_child_herself(say: Callable[[Fiche], None], representative: str) -> None:
    """Whoever writes: the service of itself too, which must know her age for that."""
    child = person(**OF_CHILD | {"representative": representative, "representative_phone": ""})
    fiche = contact(child)
    say(fiche)
    [message] = Message.objects.filter(fiche=fiche.id)
    assert message.channel == Channel.LETTER
    going = parcel(message)
    assert going
    letter = pdf_text(going.attachments[0].content)
    envelope = representative or f"Représentant légal de {child.name}"
    assert envelope in letter
    assert going.recipient == envelope


@pytest.mark.usefixtures("rolled_back")
def test_who_looks_after_a_child_is_asked_to_call_on_her_own_telephone() -> None:
    fiche = contact(person(**OF_CHILD))
    with links_first():
        said = send_unreachable(actor=JULIEN, fiche=fiche, reason=None, language=Language.FRENCH, now=NOW)
    assert said is Notice.ASKED_BY_SMS
    going = parcel(Message.objects.get(fiche=fiche.id, template=Template.UNREACHABLE))
    assert going
    assert going.recipient == MOBILE


@pytest.mark.usefixtures("rolled_back")
def test_an_adult_is_written_to_herself() -> None:
    fiche = contact(person(email=""))
    send_instructions(actor=SYSTEM, fiche=fiche, language=Language.FRENCH, now=NOW)
    going = parcel(Message.objects.get(fiche=fiche.id))
    assert going
    assert going.recipient == person().name
