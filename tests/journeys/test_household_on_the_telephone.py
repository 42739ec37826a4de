"""An agent copies the household of the patient zéro who names it, in one press, and notes who needs support."""

import re
from collections.abc import Mapping

import pytest
from django.test import Client
from playwright.sync_api import expect

from contact_covid.core.rules import phone
from contact_covid.core.rules.nir import Nir
from contact_covid.tracing.models import Exposure, Fiche
from tests.cast import person
from tests.journeys.calling import next_call
from tests.journeys.calls import JULIEN, claimed, empty_queue, text, waiting_index
from tests.journeys.declaring import contact_form
from tests.journeys.kinds import OpenPage, SignedIn
from tests.journeys.steps import day, look
from tests.journeys.world import World, as_owner

HOME = {"same_household": "on", "circumstance": ""}


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty_queue()


@pytest.fixture
def julien(signed_in: SignedIn) -> Client:
    return signed_in(JULIEN)


def copied(julien: Client, card: str, member: str) -> Mapping[str, str]:
    page = text(julien.get(f"{card}contact/", {"foyer": member}))
    return dict(re.findall(r'name="([a-z_0-9]+)" value="([^"]*)"', page.partition("data-keep")[2]))


def test_a_child_of_the_household_is_under_the_number_of_the_patient_zero(world: World, julien: Client) -> None:
    patient = waiting_index(world)
    parent = person(50_000 + patient.serial)
    form = copied(julien, claimed(julien, patient.index_fiche), "enfant")

    assert (form["representative"], form["birth_name"]) == (parent.name, "")
    assert form["representative_phone"] == phone.display(parent.phone)
    assert form["nir"] == Nir(parent.nir).display()
    assert form["street"] == parent.street


def test_an_adult_of_the_household_has_a_number_of_her_own(world: World, julien: Client) -> None:
    patient = waiting_index(world)
    form = copied(julien, claimed(julien, patient.index_fiche), "adulte")

    assert (form["nir"], form["representative"]) == ("", "")
    assert form["phone"] == phone.display(person(50_000 + patient.serial).phone)


def test_who_is_not_to_be_named_lends_only_the_address_and_another_adult_the_rest(world: World, julien: Client) -> None:
    patient = waiting_index(world)
    as_owner("UPDATE tracing_fiche SET consent = 'refuses' WHERE id = %s", patient.index_fiche)
    card = claimed(julien, patient.index_fiche)
    as_owner("UPDATE tracing_exposure SET same_household = false WHERE index_fiche_id = %s", patient.index_fiche)
    alone = copied(julien, card, "enfant")
    assert julien.post(f"{card}contact/", contact_form(931, **HOME)).status_code == 302
    with_another = copied(julien, card, "enfant")

    assert [alone[name] for name in ("nir", "representative", "representative_phone")] == ["", "", ""]
    assert alone["street"]
    assert (with_another["representative"], with_another["nir"]) == (person(931).name, Nir(person(931).nir).display())


def test_who_refuses_to_be_named_to_the_agent_represents_no_child(world: World, julien: Client) -> None:
    patient = waiting_index(world)
    as_owner("UPDATE tracing_fiche SET consent = 'refuses' WHERE id = %s", patient.index_fiche)
    as_owner("UPDATE tracing_exposure SET same_household = true WHERE index_fiche_id = %s", patient.index_fiche)
    as_owner("UPDATE tracing_fiche SET consent = 'refuses' WHERE id = %s", patient.fiche)

    assert copied(julien, claimed(julien, patient.index_fiche), "enfant")["representative"] == ""


def test_in_one_press_within_the_card_and_support_is_noted(world: World, open_page: OpenPage) -> None:
    patient, page = waiting_index(world), open_page(JULIEN, width=390)
    parent = person(50_000 + patient.serial)
    next_call(page)
    page.get_by_label("Note", exact=True).fill("Zqfoyer")
    card = page.url
    page.get_by_role("button", name="Ajouter un contact").click()
    page.get_by_role("link", name="Enfant du foyer").click()
    expect(page.locator("#contacts").get_by_label("Nom et prénom du représentant")).to_have_value(parent.name)
    look(page, "household", "La personne contact")
    page.get_by_label("Nom de naissance").fill("Zqenfant")
    page.get_by_label("Prénoms").fill("Lou")
    page.get_by_label("Date de naissance", exact=True).fill("04/05/2015")
    page.get_by_label("Date du dernier contact").fill(day(-1))
    page.locator("#contacts").get_by_label("Téléphone du représentant").fill("06 39 98 12 34")
    page.locator("[name^=need_]").first.check()
    page.get_by_role("button", name="Enregistrer ce contact").click()
    expect(page.locator("#contacts")).to_contain_text("ZQENFANT Lou")

    assert page.url == card
    expect(page.get_by_label("Note", exact=True)).to_have_value("Zqfoyer")
    named = Exposure.objects.filter(index_fiche=patient.index_fiche).latest("id")
    assert named.same_household
    assert len(Fiche.objects.get(id=named.contact_fiche_id).support_needs) == 1
