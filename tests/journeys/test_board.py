"""The supervisor's board and what she does with it: pauses, help, fiches given to agents and taken back, skills."""

import re
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.accounts.models import Post
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.models import AgentPause, Assignment, Lease, Overflow, QueuePause, Skills
from tests.cast import traits
from tests.journeys.calls import (
    ISABELLE,
    JULIEN,
    KETTY,
    NEXT,
    START,
    claimed,
    empty_queue,
    lease_in,
    said,
    text,
    waiting,
)
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import LEFT_BY_READING, watched, written
from tests.journeys.world import World, account_name, as_owner

BOARD, ASSIGN = "/contact-covid/tableau/", "/contact-covid/repartition/"


@pytest.fixture
def julien(signed_in: SignedIn) -> Client:
    return signed_in(JULIEN)


@pytest.fixture
def isabelle(signed_in: SignedIn) -> Client:
    return signed_in(ISABELLE)


@pytest.fixture(autouse=True)
def _quiet(world: World) -> None:
    empty_queue()
    for table in ("assignment", "agent_pause", "queue_pause", "overflow", "skills"):
        as_owner(f"DELETE FROM worklist_{table}")


def account(login: str) -> UUID:
    found = Post.objects.filter(account__email=login).values_list("account", flat=True)[0]
    assert isinstance(found, UUID)
    return found


def test_the_board_costs_the_same_however_much_waits_and_writes_nothing(
    world: World, isabelle: Client, julien: Client
) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    isabelle.get(BOARD)
    costs = []
    for _ in range(2):
        with watched() as seen:
            page = isabelle.get(BOARD)
        costs.append(len(seen))
        assert written(seen) <= LEFT_BY_READING
        for _ in range(3):
            waiting(world)
    assert costs[0] == costs[1] <= 8
    fiche = Lease.objects.select_related("fiche").get(id=lease_in(card)).fiche
    assert f"{fiche.number[:4]}-{fiche.number[4:]}" in text(page)
    assert account_name(JULIEN) in text(page)
    assert not [trait for trait in traits(patient.identity) if trait in page.content.lower()]  # numbers only


def test_a_paused_agent_is_told_and_given_nobody_until_she_resumes(
    world: World, isabelle: Client, julien: Client
) -> None:
    waiting(world)
    agent = f"{BOARD}agent/{account(JULIEN)}/"
    assert isabelle.post(agent, {"act": "pause"}).headers["Location"] == f"{BOARD}?fait=pause"
    assert "Votre superviseur vous a mis en pause" in text(julien.get(START))
    assert julien.post(NEXT).headers["Location"] == f"{START}?pause="
    assert AgentPause.objects.get().account == account(JULIEN)
    isabelle.post(agent, {"act": "reprendre"})
    assert "mis en pause" not in text(julien.get(START))
    assert lease_in(julien.post(NEXT).headers["Location"])


def test_ticked_fiches_are_shown_given_and_taken_back(world: World, isabelle: Client, julien: Client) -> None:
    one, other, third = (waiting(world) for _ in range(3))
    page = text(isabelle.get(f"{START}?choisir=1&sort=creation"))
    assert {each.fiche.hex for each in (one, other, third)} <= set(re.findall(r'name="choisie" value="(\w+)"', page))
    assert "choisie" not in text(julien.get(f"{START}?choisir=1"))
    preview = isabelle.post(ASSIGN, {"choisie": [one.fiche.hex, other.fiche.hex]})
    assert "<b>2 fiches</b> seront attribuées" in text(preview)
    hidden = dict(re.findall(r'name="(idempotency_key|fiches)" value="([^"]*)"', preview.content.decode()))
    refused = isabelle.post(f"{ASSIGN}attribuer/", hidden)
    assert "Agent : Le champ est requis." in text(refused)
    assert "<title>Erreur : " in text(refused)
    sent = hidden | {"agent": account(JULIEN).hex}
    given = [isabelle.post(f"{ASSIGN}attribuer/", sent).headers["Location"] for _ in range(2)]
    assert given[0] == given[1]
    assert f"2 fiches attribuées à {account_name(JULIEN)}" in text(isabelle.get(given[0]))
    assert set(Assignment.objects.values_list("fiche", flat=True)) == {one.fiche, other.fiche}
    assert f"attribuée à {account_name(JULIEN)}" in text(isabelle.get(f"{START}?sort=creation"))
    back = isabelle.post(f"{ASSIGN}{given[0].partition('=')[2]}/annuler/").headers["Location"]
    assert "2 fiches rendues à la file" in text(isabelle.get(back))
    assert not Assignment.objects.exists()


def test_an_agent_of_another_fund_is_nobody(world: World, isabelle: Client) -> None:
    patient = waiting(world)
    page = text(isabelle.post(ASSIGN, {"choisie": [patient.fiche.hex]}))
    assert "<b>1 fiche</b> sera attribuée" in page
    assert account_name(JULIEN) in page
    assert account_name(KETTY) not in page
    sent = {"fiches": patient.fiche.hex, "agent": account(KETTY).hex, "idempotency_key": "elsewhere"}
    for whom in (account(KETTY).hex, "x", "é" * 32):
        refused = text(isabelle.post(f"{ASSIGN}attribuer/", sent | {"agent": whom}))
        assert "Agent : Choisissez une des réponses proposées." in refused
        assert f'name="fiches" value="{patient.fiche.hex}"' in refused
    assert not Assignment.objects.exists()
    assert "Aucune fiche à attribuer" in text(isabelle.get(ASSIGN))


def test_a_held_fiche_is_moved_and_what_its_agent_had_typed_still_counts(
    world: World, isabelle: Client, julien: Client
) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = julien.get(card)
    path = f"{BOARD}appel/{lease_in(card)}/"
    assert "Choisissez un agent, ou la file." in text(isabelle.post(path, {"agent": "x"}))
    assert isabelle.post(path, {"agent": account(ISABELLE).hex}).headers["Location"] == f"{BOARD}?fait=deplacee"
    assert isabelle.post(path, {"agent": ""}).headers["Location"] == f"{BOARD}?fait=finie"
    assert "Votre superviseur a réattribué cette fiche." in text(julien.get(card))
    key = re.findall(r'name="idempotency_key" value="([^"]*)"', form.content.decode())[0]
    done = {"idempotency_key": key, "outcome": "informed", "then": "stop"}
    assert julien.post(card, done).status_code == 302
    assert Fiche.objects.get(id=patient.fiche).call == "informed"


def test_a_queue_is_stopped_with_a_reason_and_called_again(world: World, isabelle: Client, julien: Client) -> None:
    waiting(world)
    assert "Choisissez pourquoi la file est arrêtée." in text(isabelle.post(f"{BOARD}file/", {"kind": "contact"}))
    isabelle.post(f"{BOARD}file/", {"kind": "contact", "reason": "telephony"})
    assert QueuePause.objects.get().reason == "telephony"
    assert "arrêtée" in text(isabelle.get(BOARD))
    assert julien.post(NEXT).headers["Location"] == f"{START}?personne="
    isabelle.post(f"{BOARD}file/", {"kind": "contact", "act": "relancer"})
    assert lease_in(julien.post(NEXT).headers["Location"])


def test_another_platform_helps_and_sees_who_it_holds_only(world: World, isabelle: Client, signed_in: SignedIn) -> None:
    patient, ketty = waiting(world), signed_in(KETTY)
    assert ketty.post(NEXT).headers["Location"] == f"{START}?personne="
    assert "qui a une plateforme" in text(isabelle.post(f"{BOARD}aide/", {"helper": "931"}))
    assert isabelle.post(f"{BOARD}aide/", {"helper": "972"}).headers["Location"] == f"{BOARD}?fait=ouverte"
    card = ketty.post(NEXT).headers["Location"]
    assert patient.name in text(ketty.get(card))
    assert patient.name not in text(ketty.get(f"{START}?sort=creation"))
    pair = Overflow.objects.get()
    isabelle.post(f"{BOARD}aide/{pair.id}/", {"act": "fermer"})
    assert said(ketty, card, "informed").status_code == 302
    assert Fiche.objects.get(id=patient.fiche).call == "informed"
    assert "972" in text(isabelle.get(BOARD))


def test_skills_are_set_by_the_supervisor_and_the_queue_follows(world: World, isabelle: Client, julien: Client) -> None:
    patient = waiting(world)
    as_owner("UPDATE tracing_fiche SET language = 'ta' WHERE id = %s", patient.fiche)
    post = Post.objects.select_related("practice").get(account__email=ISABELLE)
    assert post.practice
    path = f"/equipe/{post.practice.organisation_id}/agent/{post.id}/"
    assert "Tamoul" in text(isabelle.get(path))
    assert isabelle.post(path, {"languages": ["ta", "xx"], "kinds": []}).status_code == 302
    assert Skills.objects.get().languages == ["ta"]
    assert julien.get(path).status_code == 403
    assert julien.post(NEXT).headers["Location"] == f"{START}?personne="
    assert patient.name in text(isabelle.get(isabelle.post(NEXT).headers["Location"]))


def test_a_call_without_the_language_tells_of_the_interpreter_and_gives_her_on(
    world: World, isabelle: Client, julien: Client
) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    assert "Choisissez la langue" in text(said(julien, card, "interpreter", spoken="fr"))
    assert said(julien, card, "interpreter", spoken="ta").status_code == 302
    assert Fiche.objects.get(id=patient.fiche).language == "ta"
    page = text(isabelle.get(claimed(isabelle, patient.fiche)))
    assert "Interprète nécessaire : Tamoul." in page
    assert "01 99 00 12 34" in page


def test_a_minor_s_representative_is_called_next(world: World, julien: Client) -> None:
    born = timezone.localdate().replace(day=1)
    patient = waiting(world, identity={"birth_date": born.replace(year=born.year - 10), "nir": ""})
    card = claimed(julien, patient.fiche)
    assert "Puis-je parler au représentant légal" in text(julien.get(card))
    assert "Indiquez le téléphone" in text(said(julien, card, "minor"))
    told = {"representative": "Zqmère Anne", "representative_phone": "06 39 98 77 11"}
    assert said(julien, card, "minor", **told).status_code == 302
    page = text(julien.get(claimed(julien, patient.fiche)))
    assert page.index("06 39 98 77 11") < page.index("Enfant")
    assert "Zqmère Anne" in page


def test_a_death_closes_the_fiche_and_sends_nothing(world: World, julien: Client) -> None:
    patient = waiting(world)
    answer = said(julien, claimed(julien, patient.fiche), "deceased")
    after = Fiche.objects.get(id=patient.fiche)
    assert (after.closure, after.closure_reason) == ("closed", "deceased")
    assert as_owner("SELECT count(*) FROM messaging_message WHERE number = %s", patient.number) == [(0,)]
    assert "Personne décédée" in text(julien.get(answer.headers["Location"]))


def test_the_script_of_an_incoming_call_names_nobody_before_who_is_there(world: World, julien: Client) -> None:
    patient = waiting(world)
    answer = julien.post(f"{START}fiche/", {"fiche": str(patient.fiche), "entrant": "1"})
    page = text(julien.get(answer.headers["Location"]))
    assert "Qui appelle" in page
    assert "Êtes-vous bien" not in page
    assert "Êtes-vous bien" in text(julien.get(answer.headers["Location"].partition("?")[0]))
