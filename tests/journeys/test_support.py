"""Help during isolation over HTTP: asked by a practice, by an agent and by the person, answered by the cell."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.support.models import SupportRequest
from tests.journeys import declaring as declare
from tests.journeys.calls import JULIEN, text
from tests.journeys.following import entered, there
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import watched
from tests.journeys.world import LOGINS, World

START = "/contact-covid/aide/"
FATOU = LOGINS[Role.SUPPORT_CELL]
HELENE = LOGINS[Role.PHYSICIAN]


@pytest.fixture
def cell(signed_in: SignedIn) -> Client:
    return signed_in(FATOU)


def form(**changes: str) -> dict[str, str]:
    said = {"need_meals": "on", "note": "Deux enfants, sans four", "agreed": "on", "idempotency_key": str(uuid4())}
    return {name: value for name, value in (said | changes).items() if value}


def own_page(client: Client, contact: int) -> str:
    """Of a patient zéro whom this practice has just declared."""
    return declare.registered(client, contact - 1, contact) + "aide/"


def opened(cell: Client) -> str:
    """The address of the newest request."""
    return f"{START}{SupportRequest.objects.latest('asked_at').id}/"


def answer(cell: Client, address: str, **said: str) -> str:
    version = re.findall(r'name="version" value="(\d+)"', cell.get(address).content.decode())[0]
    return text(cell.post(address, {"version": version} | said, follow=True))


def test_a_practice_asks_the_cell_answers_and_the_practice_sees_it(
    world: World, signed_in: SignedIn, cell: Client
) -> None:
    helene = signed_in(HELENE)
    page = own_page(helene, 7_101)
    told = text(helene.post(page, form(), follow=True))
    assert "La demande est transmise à la cellule du département" in told
    assert "Retirer la demande" in told
    assert "Transmettre à la cellule" not in told

    name = SupportRequest.objects.latest("asked_at").fiche.number
    assert f"{name[:4]}-{name[4:]}" in text(cell.get(START))
    address = opened(cell)
    assert "Deux enfants, sans four" in text(cell.get(address))
    assert "Votre réponse est enregistrée" in answer(cell, address, act="taken")
    assert "prise en charge" in text(helene.get(page))
    assert "Choisissez le motif" in answer(cell, address, act="declined")
    assert "Votre réponse est enregistrée" in answer(cell, address, act="declined", why="no_more")
    assert "sans suite : la personne n’en a plus besoin" in text(helene.get(page))


def test_what_is_wrong_is_told_and_what_was_typed_stays(world: World, signed_in: SignedIn) -> None:
    helene = signed_in(HELENE)
    page = own_page(helene, 7_103)
    told = helene.post(page, form(need_meals="", agreed=""))
    assert "Cochez au moins un besoin" in text(told)
    assert "Deux enfants, sans four" in told.content.decode()
    assert "demandez-le-lui, puis cochez la case" in text(helene.post(page, form(agreed="")))
    assert "500 caractères" in text(helene.post(page, form(note="x" * 501)))


def test_two_tabs_and_two_presses(world: World, signed_in: SignedIn, cell: Client) -> None:
    helene = signed_in(HELENE)
    page, sent = own_page(helene, 7_105), form()
    first, again = helene.post(page, sent), helene.post(page, sent)
    assert (first.status_code, again.status_code) == (302, 302)
    assert "déjà en cours pour cette personne" in text(helene.post(page, form()))
    address = opened(cell)
    version = re.findall(r'name="version" value="(\d+)"', cell.get(address).content.decode())[0]
    answer(cell, address, act="taken")
    stale = cell.post(address, {"version": version, "act": "declined", "why": "beyond"})
    assert stale.status_code == 409
    assert "a reçu une autre réponse pendant votre saisie" in text(stale)


def test_an_agent_asks_during_the_call(world: World, signed_in: SignedIn) -> None:
    julien, patient = signed_in(JULIEN), world.patient()
    lease = julien.post("/contact-covid/appels/fiche/", {"fiche": str(patient.fiche), "entrant": "1"})
    page = f"{lease.headers['Location'].partition('?')[0]}aide/"
    assert julien.post(page, {"then": "open", "note": "zq"}).status_code == 302
    assert "est transmise à la cellule" in text(julien.post(page, form(), follow=True))
    assert "La demande est retirée" in text(julien.post(page, {"act": "retirer"}, follow=True))
    assert SupportRequest.objects.get(fiche=patient.fiche).state == "withdrawn"


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_a_person_asks_on_her_own_pages(world: World, language: str) -> None:
    number = {"fr": 7_201, "en": 7_211, "ar": 7_221}[language]
    made = entered(number, number + 1)
    client, page = there(made.contacts[0].id, language=language), "/suivi/aide/"
    assert client.post(page, {"idempotency_key": "x"}).status_code == 200
    assert not SupportRequest.objects.filter(fiche=made.contacts[0].id).exists()
    sent = {"need_meals": "on", "need_children": "on", "idempotency_key": str(uuid4())}
    assert client.post(page, sent).status_code == 302
    asked = SupportRequest.objects.get(fiche=made.contacts[0].id)
    assert asked.needs == ["meals", "children"]
    assert "aide/retirer/" in client.get(page).content.decode()
    assert client.post(f"{page}retirer/").status_code == 302
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_the_list_costs_the_same_however_many_wait(world: World, signed_in: SignedIn, cell: Client) -> None:
    helene = signed_in(HELENE)
    helene.post(own_page(helene, 7_301), form())
    cell.get(START)
    with watched() as few:
        cell.get(START)
    for number in range(7_303, 7_313, 2):
        helene.post(own_page(helene, number), form())
    with watched() as many:
        cell.get(START)
    assert len(few) == len(many) <= 8
    assert SupportRequest.objects.filter(asked_at__lte=timezone.now()).count() >= 6
