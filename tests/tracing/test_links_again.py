"""A secure link is sent once more during a call: the one before is dead, she goes on where she was."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Channel, Language, Template
from contact_covid.messaging.models import Message, Refusal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.links_again import send_again
from contact_covid.tracing.actions.person_acts import choose_language, confirm
from contact_covid.tracing.actions.secure_links import LinkRefused, open_link
from contact_covid.tracing.link_queries import actor_for_link, link_of
from contact_covid.tracing.models import Fiche, SecureLink
from contact_covid.tracing.rules.links import MOST_A_DAY, LinkError, LinkErrorCode
from tests.cast import BORN, PAUL, contact, dossier, enter, named, person
from tests.clock import NOW
from tests.tracing.doubles import JULIEN
from tests.tracing.linking import links_first, person_behind, token_of

pytestmark = pytest.mark.usefixtures("rolled_back")
SOON = NOW + timedelta(minutes=20)
WOMAN = person()


def registered(woman: Identity = WOMAN) -> Fiche:
    with links_first():
        [made] = enter(dossier(person(9), named(woman)))
    return made.contacts[0]


def again(fiche: Fiche, key: str = "key", *, now: datetime = SOON) -> None:
    with links_first():
        send_again(actor=JULIEN, fiche=fiche.id, submission=submission(key, {}), now=now)


def test_the_old_link_and_its_sessions_are_dead_and_the_new_one_goes_on() -> None:
    fiche = registered()
    old = token_of(fiche.id)
    session = open_link(token=old, born=BORN, now=SOON)
    here = actor_for_link(session, SOON)
    assert here
    choose_language(actor=here.actor, language=Language("ar"), now=SOON)
    confirm(actor=here.actor, now=SOON)
    again(fiche)
    assert actor_for_link(session, SOON) is None
    with pytest.raises(LinkRefused):
        open_link(token=old, born=BORN, now=SOON)
    person_behind(fiche, SOON)
    link = link_of(fiche.id)
    assert link
    assert (link.confirmed_at, link.fell_back_at) == (SOON, SOON)
    entry = Entry.objects.filter(kind="tracing.link_sent").latest("at", "id")
    assert (entry.role, entry.fiches) == ("platform_agent", [fiche.number])


def test_who_was_sent_none_is_sent_one() -> None:
    fiche = contact(WOMAN)
    again(fiche)
    assert Message.objects.get(fiche=fiche.id, template=Template.LINK).channel == Channel.SMS
    person_behind(fiche, SOON)


def test_pressed_twice_it_is_sent_once() -> None:
    fiche = registered()
    again(fiche)
    with pytest.raises(AlreadyRecorded):
        again(fiche)
    assert SecureLink.objects.filter(fiche=fiche).count() == 2


def test_nobody_is_sent_link_upon_link() -> None:
    fiche = registered()
    for number in range(1, MOST_A_DAY):
        again(fiche, f"key {number}")
    with pytest.raises(LinkError) as told:
        again(fiche, "one more")
    assert told.value.code is LinkErrorCode.TOO_MANY
    again(fiche, "tomorrow", now=SOON + timedelta(days=1))


@pytest.mark.parametrize(
    "changes", [{"phone": "", "email": ""}, {"birth_date": None}, {"phone": "+33199001234", "email": ""}]
)
def test_without_a_way_none_is_sent(changes: dict[str, Any]) -> None:
    fiche = registered(person(**changes))
    with pytest.raises(LinkError) as told:
        again(fiche)
    assert told.value.code is LinkErrorCode.NO_WAY
    assert not SecureLink.objects.filter(fiche=fiche).exists()


def test_the_way_that_she_refuses_is_not_taken() -> None:
    fiche = registered()
    Refusal.objects.create(fiche=fiche.id, channel=Channel.SMS, since=NOW)
    again(fiche)
    assert Message.objects.filter(fiche=fiche.id, template=Template.LINK).latest("id").channel == Channel.EMAIL
    Refusal.objects.create(fiche=fiche.id, channel=Channel.EMAIL, since=NOW)
    with pytest.raises(LinkError):
        again(fiche, "other")


def test_a_fiche_that_is_over_a_service_without_links_and_others_send_none() -> None:
    fiche = registered()
    with override_settings(SECURE_LINK_FIRST=False), pytest.raises(LinkError):
        send_again(actor=JULIEN, fiche=fiche.id, submission=submission("key", {}), now=SOON)
    with pytest.raises(Denied):
        send_again(actor=PAUL, fiche=fiche.id, submission=submission("key", {}), now=SOON)
    Fiche.objects.filter(id=fiche.id).update(closure="closed", state="closed")
    with pytest.raises(LinkError) as told:
        again(fiche)
    assert told.value.code is LinkErrorCode.OVER
