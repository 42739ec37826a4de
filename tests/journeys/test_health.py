"""Vaccination, symptoms and a positive test: said on the telephone, or on the fiches of a practice."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from contact_covid.access.enums import Role
from contact_covid.tracing.models import Contact, Fiche, Health, IndexCase
from tests.journeys.calls import (
    ISABELLE,
    JULIEN,
    claimed,
    empty_queue,
    expire,
    fiche_of,
    hidden,
    text,
    waiting,
    waiting_index,
)
from tests.journeys.declaring import days_ago, registered
from tests.journeys.following import entered, there
from tests.journeys.kinds import SignedIn
from tests.journeys.world import LOGINS, World, as_owner


@pytest.fixture
def julien(signed_in: SignedIn) -> Client:
    return signed_in(JULIEN)


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty_queue()


def sent(client: Client, page: str, **said: str) -> Any:
    """The form as the page gives it, but for what is said."""
    form = client.get(page).content.decode().partition("<main")[2]
    names = dict(re.findall(r'<input[^>]*\bname="(\w+)"[^>]*\bvalue="([^"]*)"', form))
    return client.post(page, {name: value for name, value in names.items() if "csrf" not in name} | said)


def known(days: int) -> date:
    number, month, year = map(int, days_ago(days).split("/"))
    return date(year, month, number)


def test_what_she_says_on_the_telephone_is_on_her_card(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    typed = julien.post(f"{card}sante/", hidden(julien.get(card)) | {"then": "open", "outcome": "", "note": "zqnote"})
    assert typed.headers["Location"] == f"{card}sante/"
    page = text(julien.get(f"{card}sante/"))
    assert "Guérison" not in page  # of a patient zéro only
    answer = sent(julien, f"{card}sante/", vaccinated_on=days_ago(200), onset=days_ago(1))
    assert answer.headers["Location"] == f"{card}?corrige"
    health = Health.objects.get(fiche=patient.fiche)
    assert (health.vaccinated_on, health.onset) == (known(200), known(1))
    assert "dès maintenant (test en laboratoire)" in text(julien.get(card))
    assert "zqnote" in julien.get(card).content.decode()
    page = text(julien.get(f"{card}sante/"))
    for name, ago in (("vaccinated_on", 200), ("onset", 1)):
        assert re.search(rf'name="{name}"[^>]* value="{days_ago(ago)}"', page), name


def test_a_mistake_is_told_at_its_field_and_a_change_meanwhile_above(world: World, julien: Client) -> None:
    patient = waiting(world)
    page = f"{claimed(julien, patient.fiche)}sante/"
    answer = sent(julien, page, symptoms_ended_on=days_ago(1))
    assert "Renseignez aussi la date des premiers symptômes." in text(answer)
    assert f'value="{days_ago(1)}"' in text(answer)
    Fiche.objects.filter(id=patient.fiche).update(version=7)
    answer = sent(julien, page, onset=days_ago(2), version="6")
    assert (answer.status_code, Health.objects.filter(fiche=patient.fiche).count()) == (409, 0)
    assert f'value="{days_ago(2)}"' in text(answer)


def test_a_patient_zero_recovers(world: World, julien: Client) -> None:
    patient = waiting_index(world)
    card = claimed(julien, patient.index_fiche)
    onset = IndexCase.objects.get(fiche=patient.index_fiche).onset
    assert sent(julien, f"{card}sante/", recovered_on=days_ago(0)).status_code == 302
    case = IndexCase.objects.get(fiche=patient.index_fiche)
    assert (case.isolation_until, case.onset) == (known(0), onset)
    assert "Elle a un test positif" not in text(julien.get(f"{card}sante/"))


def test_a_contact_who_has_a_positive_test_is_called_next_as_a_patient_zero(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    assert "Déclarer un test positif" in text(julien.get(f"{card}sante/"))
    missing = sent(julien, f"{card}positif/")
    assert "Date du prélèvement : Le champ est requis." in text(missing)
    answer = sent(julien, f"{card}positif/", sampled_on=days_ago(1), test_kind="antigen")
    case = IndexCase.objects.select_related("fiche").get(was_contact=patient.fiche)
    assert (case.sampled_on, case.test_kind, fiche_of(patient).closure_reason) == (known(1), "antigen", "became_case")
    assert case.fiche.author_practice != fiche_of(patient).author_practice
    assert answer.status_code == 302
    assert Contact.objects.filter(fiche=patient.fiche).exists()


def key_in(client: Client, page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(idempotency_key|version)" value="([^"]*)"', client.get(page).content.decode()))


def positive_form(client: Client, page: str) -> dict[str, str]:
    return key_in(client, page) | {"sampled_on": days_ago(1), "test_kind": "antigen"}


def test_a_positive_test_sent_twice_is_declared_once(world: World, julien: Client) -> None:
    patient = waiting(world)
    page = f"{claimed(julien, patient.fiche)}positif/"
    form = positive_form(julien, page)
    answers = [julien.post(page, form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert IndexCase.objects.filter(was_contact=patient.fiche).count() == 1
    other = julien.post(page, form | {"test_kind": "pcr"})
    assert (other.status_code, "Type de test : " in text(other)) == (409, True)


def test_a_positive_test_under_a_key_that_was_used_or_of_a_cancelled_fiche_is_told(
    world: World, julien: Client
) -> None:
    first, second = waiting(world), waiting(world)
    page = f"{claimed(julien, first.fiche)}positif/"
    form = positive_form(julien, page)
    julien.post(page, form)
    again = f"{claimed(julien, second.fiche)}positif/"
    late = julien.post(again, form)
    assert (late.status_code, "Une autre saisie est déjà enregistrée" in text(late)) == (409, True)
    assert f'value="{days_ago(1)}"' in text(late)
    as_owner("UPDATE tracing_fiche SET closure = 'cancelled', state = 'cancelled' WHERE id = %s", second.fiche)
    late = julien.post(again, positive_form(julien, again))
    assert (late.status_code, "Cette fiche est annulée" in text(late)) == (409, True)


@pytest.mark.parametrize(
    ("page", "said", "told"),
    [
        ("sante/", {"vaccinated_on": "01/02/2020"}, "Schéma vaccinal complet depuis le : 01/02/2020"),
        ("positif/", {"sampled_on": "02/02/2020", "test_kind": "pcr"}, "Date du prélèvement : 02/02/2020"),
    ],
)
def test_what_was_typed_when_the_call_was_over_is_shown_to_be_typed_again(
    world: World, julien: Client, signed_in: SignedIn, page: str, said: dict[str, str], told: str
) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = key_in(julien, f"{card}{page}")
    expire(card)
    claimed(signed_in(ISABELLE), patient.fiche)
    late = julien.post(f"{card}{page}", form | said)
    assert late.status_code == 409
    assert told in text(late)
    assert 'name="spoken"' in text(late)
    assert 'name="symptoms"' in text(late)
    assert "work.css" in text(late)


def test_a_page_beside_the_card_keeps_the_fiche(world: World, julien: Client) -> None:
    patient = waiting_index(world)
    index, contact = claimed(julien, patient.index_fiche), claimed(julien, patient.fiche)
    for card, page in ((index, "lieux/"), (index, "sante/"), (contact, "sante/"), (contact, "positif/")):
        shown = text(julien.get(f"{card}{page}"))
        assert f'data-keep="{card}garder/" data-seen="0"' in shown, page
        assert "data-lost hidden" in shown


def test_a_practice_says_it_on_its_own_fiche(world: World, signed_in: SignedIn) -> None:
    physician = signed_in(LOGINS[Role.PHYSICIAN])
    path = registered(physician, 940, 941)
    page = f"{path}sante/"
    assert "Vaccination, symptômes" in text(physician.get(path))
    answer = sent(physician, page, vaccinated_on=days_ago(100), recovered_on=days_ago(0))
    assert answer.headers["Location"] == f"{path}?corrige"
    case = IndexCase.objects.latest("fiche__created_at")
    assert case.isolation_until == known(0)
    assert "vaccination complète, guérison" in text(physician.get(path))


def test_the_agent_reads_what_the_person_has_written_herself(julien: Client) -> None:
    fiche = entered(7_951, 7_952).contacts[0]
    person = there(fiche.id)
    person.post("/suivi/symptomes/", {"symptoms": ["cough"], "temperature": "38,2"})
    page = text(julien.get(f"{claimed(julien, fiche.id)}sante/"))
    assert "Ce que la personne a saisi elle-même" in page
    assert "Fièvre ou frissons, Toux – 38,2 °C" in page
    assert "consignes non confirmées" in page
