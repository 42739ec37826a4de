"""The laboratory's counter: a test from « en attente » to its result, and what the pharmacy learns of it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.kinds import OpenPage
from tests.journeys.steps import (
    CONTEXT_IDS,
    CONTEXTS,
    check_page,
    day,
    facts,
    give_masks,
    history,
    open_fiche,
    open_form,
    sampling_rows,
    save,
    search,
    tab_to,
    today,
)
from tests.journeys.world import CLAIRE, SOPHIE, Patient, World


@pytest.fixture
def patient(world: World) -> Patient:
    return world.patient()


def choose(page: Page, group: str, answer: str) -> None:
    page.get_by_role("group", name=group).get_by_label(answer, exact=True).check()


def record(page: Page, kind: str, result: str) -> None:
    """Fills the block « Test » and saves."""
    choose(page, "Test réalisé", "Oui")
    choose(page, "Type de test", kind)
    choose(page, "Résultat", result)
    saved(page)


def saved(page: Page) -> None:
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("status").first).to_contain_text(re.compile("La fiche est enregistrée|transmis"))
    page.wait_for_load_state()


def state(page: Page) -> str:
    return page.locator("aside .tag").inner_text()


@pytest.mark.parametrize("context", CONTEXTS, ids=CONTEXT_IDS)
def test_tests_from_the_sampling_to_the_result(world: World, open_page: OpenPage, context: dict[str, object]) -> None:
    patient = world.patient(last_contact=timezone.localdate() - timedelta(days=3))
    page = open_page(SOPHIE, **context)
    open_fiche(page, patient)
    told = facts(page)
    assert told["Test prévu"] == f"le {day(4)}"
    assert (told["Sexe"], told["Téléphone"][:8]) == ("Féminin", "06 39 98")
    page.get_by_role("link", name="Tracer un prélèvement").click()
    expect(page.get_by_role("heading", name="Masque")).to_have_count(0)
    choose(page, "Type de test", "RT-PCR")
    page.get_by_label("Lieu du prélèvement").select_option("En drive ou sous barnum")
    saved(page)
    assert state(page) == "Test réalisé"
    assert f"RT-PCR le {today()} en drive ou sous barnum, résultat : en attente" in history(page)[1]

    page.locator("aside .btn").get_by_text("Saisir le résultat").click()
    if context is CONTEXTS[0]:
        check_page(page, "Résultat du prélèvement")
    expect(page.locator("#phone")).to_have_count(0)
    choose(page, "Résultat", "Indéterminé")
    saved(page)
    assert state(page) == "Test réalisé"
    assert "nouveau prélèvement nécessaire" in history(page)[2]

    page.get_by_role("link", name="Tracer un prélèvement").click()
    record(page, "RT-PCR", "Positif")
    expect(page.get_by_role("status")).to_contain_text("Résultat positif transmis à la plateforme")
    assert state(page) == "Testé positif"
    assert sampling_rows(patient) == [
        (True, "pending", True),
        (True, "inconclusive", False),
        (True, "positive", False),
    ]


def test_a_correction_of_each_keeps_what_was_there(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(SOPHIE)
    open_form(page, patient)
    record(page, "Antigénique", "Négatif")
    page.get_by_role("link", name="Modifier").click()
    record(page, "RT-PCR", "En attente")
    page.locator("aside li").filter(has_text="Antigénique").get_by_role("link", name="Corriger").click()
    expect(page.locator("#test_result_date")).to_have_value(today())
    choose(page, "Résultat", "Positif")
    saved(page)

    assert state(page) == "Testé positif"
    assert [("corrigé depuis" in line) for line in history(page)[1:]] == [True, False, False]
    assert sampling_rows(patient) == [
        (True, "negative", True),
        (True, "pending", False),
        (True, "positive", False),
    ]


@pytest.mark.parametrize("result", ["En attente", "Négatif", "Positif"])
def test_the_pharmacy_learns_that_a_test_was_done_and_no_more(
    open_page: OpenPage, patient: Patient, result: str
) -> None:
    laboratory, pharmacy = open_page(SOPHIE), open_page(CLAIRE)
    open_form(laboratory, patient)
    record(laboratory, "Antigénique", result)

    search(pharmacy, patient)
    expect(pharmacy.locator("tbody .tag")).to_have_text("Test réalisé")
    pages = [pharmacy.content()]
    open_fiche(pharmacy, patient)
    assert state(pharmacy) == "Test réalisé"
    assert len(history(pharmacy)) == 2
    pages.append(pharmacy.content())
    open_form(pharmacy, patient)
    pages.append(pharmacy.content())
    for word in ("négatif", "positif", "en attente", "antigénique", "laboratoire du canal", "negative", "pending"):
        assert not [page for page in pages if word in page.lower()], word


def test_the_laboratory_sees_no_masks(open_page: OpenPage, patient: Patient) -> None:
    laboratory, pharmacy = open_page(SOPHIE), open_page(CLAIRE)
    open_form(pharmacy, patient)
    give_masks(pharmacy, 33)
    save(pharmacy)

    open_fiche(laboratory, patient)
    assert len(history(laboratory)) == 2
    assert "asque" not in laboratory.locator("main").inner_text()
    assert "Trois-Îlets" not in laboratory.content()


def test_no_test_is_an_answer_too(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(SOPHIE)
    open_form(page, patient)
    choose(page, "Test réalisé", "Non")
    save(page)

    assert state(page) == "À appeler"
    assert history(page)[1].startswith("Test non réalisé")


def test_a_test_entered_by_mistake_is_taken_back(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(SOPHIE)
    open_form(page, patient)
    record(page, "RT-PCR", "Positif")
    page.locator("aside").get_by_role("link", name="Corriger").click()
    choose(page, "Test réalisé", "Non")
    save(page)

    assert state(page) == "À appeler"
    assert "corrigé depuis" in history(page)[1]


def test_what_is_missing_is_told(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(SOPHIE)
    open_form(page, patient)
    choose(page, "Test réalisé", "Oui")
    page.get_by_role("button", name="Valider").click()

    expect(page).to_have_title(re.compile("^Erreur : "))
    for label in ("Type de test", "Résultat"):
        expect(page.get_by_role("link", name=f"{label} : Le champ est requis.")).to_be_visible()
    page.get_by_role("link", name="Résultat : Le champ est requis.").click()
    expect(page.locator("#test_result")).to_be_focused()
    record(page, "RT-PCR", "Négatif")
    assert sampling_rows(patient) == [(True, "negative", False)]


def test_a_sampling_is_recorded_by_keyboard_alone(open_page: OpenPage, patient: Patient) -> None:
    """Sampled today, the result to come: the kind is chosen, Enter sends."""
    page = open_page(SOPHIE)
    search(page, patient)
    page.keyboard.press("Enter")
    expect(page.locator("#t-fiche")).to_have_text(patient.name)
    tab_to(page, page.get_by_role("link", name="Tracer un prélèvement"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Modification du contact")).to_be_visible()
    tab_to(page, page.locator("#test_kind"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.get_by_text("La fiche est enregistrée.")).to_be_visible()
    assert sampling_rows(patient) == [(True, "pending", False)]
