"""During her call a person hears what she was sent, and says what she wants no more of; what was typed waits."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.journal.models import Entry
from contact_covid.messaging.actions import Outgoing, send
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.models import Message, Refusal
from contact_covid.messaging.rules.person_contents import Unreachable
from contact_covid.tracing.models import SecureLink
from tests.journeys.calls import ISABELLE, JULIEN, claimed, empty_queue, expire, hidden, said, text, waiting
from tests.journeys.following import there
from tests.journeys.kinds import OpenPage, SignedIn
from tests.journeys.steps import check_page
from tests.journeys.world import Patient, World
from tests.tracing.linking import links_first


@pytest.fixture
def julien(signed_in: SignedIn) -> Client:
    return signed_in(JULIEN)


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty_queue()


def came_back(patient: Patient) -> None:
    """A mail to that person that did not arrive."""
    now = timezone.now()
    content = Unreachable(name=patient.name, number=patient.number)
    mail = Outgoing(Channel.EMAIL, Language.FRENCH, patient.identity.email, content, patient.fiche, patient.number)
    [sent] = send(messages=[mail], now=now)
    Message.objects.filter(id=sent).update(
        state="undelivered", sent_at=now, receipt_at=now, answer="call", answered_at=now
    )


def refused(patient: Patient) -> set[str]:
    return set(Refusal.objects.filter(fiche=patient.fiche).values_list("channel", flat=True))


def test_what_came_back_is_seen_and_nothing_of_what_it_said(world: World, julien: Client) -> None:
    patient = waiting(world)
    came_back(patient)
    page = text(julien.get(f"{claimed(julien, patient.fiche)}messages/"))
    for shown in ("Demande de rappeler", "Courriel", "Non remis", "remise dans la file d’appels"):
        assert shown in page
    assert patient.identity.email not in page
    assert patient.name not in page


def test_what_she_refuses_is_kept_with_who_wrote_it_and_can_be_taken_back(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    for _ in range(2):
        answer = julien.post(f"{card}messages/", {"sms": "on"})
        assert answer.headers["Location"] == f"{card}?messages"
    assert "Ce que la personne refuse est enregistré." in text(julien.get(f"{card}?messages"))
    assert refused(patient) == {"sms"}
    assert 'name="sms" checked' in julien.get(f"{card}messages/").content.decode()
    kinds = Entry.objects.filter(fiches__contains=[patient.number], kind__startswith="messaging.channel")
    assert list(kinds.values_list("kind", flat=True)) == ["messaging.channel_refused"]
    julien.post(f"{card}messages/", {"email": "on"})
    assert refused(patient) == {"email"}
    said(julien, card, "informed")
    assert Message.objects.get(fiche=patient.fiche).channel == Channel.LETTER


def test_what_was_typed_of_the_call_waits(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    answer = julien.post(f"{card}messages/", {"then": "open", "outcome": "call_back", "note": "zqtyped"})
    assert answer.headers["Location"] == f"{card}messages/"
    assert refused(patient) == set()
    julien.post(f"{card}messages/", {"email": "on"})
    assert "zqtyped" in text(julien.get(card))


def test_her_link_is_sent_again_once_and_what_was_typed_waits(world: World, julien: Client) -> None:
    patient = waiting(world)
    with links_first():
        card = claimed(julien, patient.fiche)
        form = hidden(julien.get(card)) | {"then": "open", "note": "zqtyped"}
        assert "Renvoyer le lien" in text(julien.get(card))
        for _ in range(2):
            assert julien.post(f"{card}lien/", form).headers["Location"] == f"{card}?lien"
        assert SecureLink.objects.filter(fiche=patient.fiche).count() == 1
        page = text(julien.get(f"{card}?lien"))
        assert "Le lien personnel est renvoyé." in page
        assert "zqtyped" in page
        for _ in range(2):
            julien.post(f"{card}lien/", hidden(julien.get(card)))
        assert "demandez-lui d’ouvrir le dernier reçu" in text(julien.post(f"{card}lien/", hidden(julien.get(card))))
    assert "Renvoyer le lien" not in text(julien.get(card))


def test_the_outcome_proposes_the_language_of_her_pages(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    with links_first():
        julien.post(f"{card}lien/", hidden(julien.get(card)))
    there(patient.fiche, language="en")
    assert re.search(r'value="en"[^>]* (selected|checked)', julien.get(card).content.decode())


def test_another_s_call_and_one_that_is_over_change_nothing(world: World, julien: Client, signed_in: SignedIn) -> None:
    patient = waiting(world)
    card, isabelle = claimed(julien, patient.fiche), signed_in(ISABELLE)
    assert isabelle.post(f"{card}messages/", {"sms": "on"}).status_code == 404
    expire(card)
    claimed(isabelle, patient.fiche)
    assert julien.post(f"{card}messages/", {"sms": "on"}).status_code == 409
    assert refused(patient) == set()


def test_the_page_is_read_by_everybody_at_every_width(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world), open_page(JULIEN, width=390)
    came_back(patient)
    page.goto("/contact-covid/appels/")
    page.get_by_role("button", name="Appel suivant").first.click()
    page.get_by_role("button", name="Messages envoyés").click()
    check_page(page, "Messages à la personne")
    page.get_by_label("Ne veut plus de SMS").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Ce que la personne refuse est enregistré.").wait_for()
    assert refused(patient) == {"sms"}
