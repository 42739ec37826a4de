"""The laboratory's counter: a test from « en attente » to its result, and what the pharmacy learns of it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.kinds import OpenPage
from tests.journeys.steps import (
    CONTEXT_IDS,
    CONTEXTS,
    give_masks,
    history,
    open_fiche,
    open_form,
    sampling_rows,
    save,
    search,
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
    save(page)


def state(page: Page) -> str:
    return page.locator("aside .tag").inner_text()


@pytest.mark.parametrize("context", CONTEXTS, ids=CONTEXT_IDS)
def test_a_test_from_the_sampling_to_its_result(
    open_page: OpenPage, patient: Patient, context: dict[str, object]
) -> None:
    page = open_page(SOPHIE, **context)
    open_form(page, patient)
    expect(page.get_by_role("heading", name="Masque")).to_have_count(0)
    record(page, "RT-PCR", "En attente")
    assert state(page) == "Test réalisé"
    assert f"RT-PCR le {today()}, résultat : en attente" in history(page)[1]

    for result, shown in (("Négatif", "Test négatif"), ("Positif", "Testé positif")):
        page.get_by_role("link", name="Modifier").click()
        expect(page.get_by_role("group", name="Test réalisé").get_by_label("Oui", exact=True)).to_be_checked()
        record(page, "RT-PCR", result)
        assert state(page) == shown

    assert [line.split(" ")[:2] for line in history(page)[1:]] == [["Test", "réalisé"]] * 3
    assert ["corrigé depuis" in line for line in history(page)[1:]] == [True, True, False]
    assert sampling_rows(patient) == [
        (True, "pending", True),
        (True, "negative", True),
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
    page.get_by_role("link", name="Modifier").click()
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


def test_the_walk_by_keyboard_alone(open_page: OpenPage, patient: Patient) -> None:
    """Arrows choose among answers, Enter sends."""
    page = open_page(SOPHIE)
    open_form(page, patient)
    for name, key in (("test_done", "Space"), ("test_kind", "Space"), ("test_result", "Space")):
        page.locator(f"#{name}").focus()
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page.get_by_text("La fiche est enregistrée.")).to_be_visible()
    assert sampling_rows(patient) == [(True, "negative", False)]
