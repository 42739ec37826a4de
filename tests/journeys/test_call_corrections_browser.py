"""The correction of a fiche during its call: in a browser, by keyboard alone, without JavaScript, in two tabs."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import overflow, tab_stops
from tests.journeys.calling import SAVE_STOP, expect_card, next_call
from tests.journeys.calls import JULIEN, attempts, empty_queue, fiche_of, waiting
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import CONTEXT_IDS, CONTEXTS, look, tab_to
from tests.journeys.world import Patient, World, account_name

CORRECT, SAVE = "Corriger la fiche", "Enregistrer la correction"


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty_queue()


def open_form(page: Page, patient: Patient) -> None:
    """From the list to the page, with a note typed on the way."""
    next_call(page)
    expect_card(page, patient)
    page.get_by_label("À rappeler", exact=False).check()
    page.get_by_label("Note", exact=True).fill("Préfère le matin")
    page.get_by_role("button", name=CORRECT).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Correction de la fiche")


def expect_typed(page: Page, patient: Patient) -> None:
    expect_card(page, patient)
    expect(page.get_by_label("À rappeler", exact=False)).to_be_checked()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Préfère le matin")


@pytest.mark.parametrize("context", CONTEXTS, ids=CONTEXT_IDS)
def test_a_correction_and_back_to_the_call(world: World, open_page: OpenPage, context: dict[str, int]) -> None:
    patient, page = waiting(world), open_page(JULIEN, **context)
    open_form(page, patient)
    assert overflow(page) == 0
    page.get_by_label("Téléphone", exact=True).fill("06 39 98 12")
    page.get_by_label("Refuse la communication de son identité").check()
    page.get_by_role("button", name=SAVE).click()
    expect(page.locator("#phone-err")).to_contain_text("Le numéro de téléphone doit contenir 10 chiffres.")
    expect(page.get_by_label("Refuse la communication de son identité")).to_be_checked()
    page.get_by_label("Téléphone", exact=True).fill("06 39 98 12 34")
    page.get_by_role("button", name=SAVE).click()
    expect(page.get_by_text("La correction est enregistrée.")).to_be_visible()
    expect(page.get_by_role("link", name="06 39 98 12 34")).to_be_visible()
    expect_typed(page, patient)
    assert attempts(patient) == []


@pytest.mark.parametrize("away", ["link", "back", "reload"])
def test_what_was_typed_is_there_whichever_way_one_comes_back(world: World, open_page: OpenPage, away: str) -> None:
    patient, page = waiting(world), open_page(JULIEN)
    next_call(page)
    expect_card(page, patient)
    card = page.url
    open_form(page, patient)
    if away == "link":
        page.get_by_role("link", name="Revenir à l’appel").click()
    elif away == "back":
        page.go_back()
    else:
        page.goto(card)
    expect_typed(page, patient)
    assert fiche_of(patient).version == 1


def test_the_page_is_accessible_and_fits(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world), open_page(JULIEN)
    open_form(page, patient)
    look(page, "correct", "Correction de la fiche")
    page.get_by_label("E-mail").fill("personne")
    page.get_by_role("button", name=SAVE).click()
    expect(page.locator("[data-errsum]")).to_be_focused()
    look(page, "correct-mistake", "Correction de la fiche", mistake=True)


def test_by_keyboard_alone(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world), open_page(JULIEN)
    next_call(page)
    expect_card(page, patient)
    tab_to(page, page.get_by_role("button", name=CORRECT))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Correction de la fiche")
    stops = tab_stops(page)
    for wanted in ("input#phone", "input#email", "input#street", "input#nir ", "input#consent", f"button {SAVE}"):
        assert any(f"{stop} ".startswith(wanted) for stop in stops), wanted
    page.locator("h1").click()
    tab_to(page, page.locator("#email"))
    page.keyboard.press("Control+A")
    page.keyboard.type("neuve@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_text("La correction est enregistrée.")).to_be_visible()
    expect(page.locator("dl")).to_contain_text("neuve@example.org")


def test_a_double_click_writes_once(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world), open_page(JULIEN)
    open_form(page, patient)
    page.get_by_label("Commune").fill("Zqonce")
    page.get_by_role("button", name=SAVE).dblclick()
    expect(page.get_by_text("La correction est enregistrée.")).to_be_visible()
    assert fiche_of(patient).version == 2


def test_of_two_tabs_the_second_is_told_who_changed_what(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world), open_page(JULIEN)
    open_form(page, patient)
    other = page.context.new_page()
    other.goto(page.url)
    for tab, commune in ((page, "Zqfirst"), (other, "Zqsecond")):
        tab.get_by_label("Commune").fill(commune)
        tab.get_by_role("button", name=SAVE).click()
        tab.wait_for_load_state()
    expect(page.get_by_text("La correction est enregistrée.")).to_be_visible()
    expect(other.locator("[data-errsum]")).to_be_focused()
    expect(other.locator("[data-errsum]")).to_contain_text(account_name(JULIEN))
    expect(other.locator("[data-errsum]")).to_contain_text("commune : Zqfirst")
    expect(other.get_by_label("Commune")).to_have_value("Zqsecond")
    look(other, "correct-conflict", "Correction de la fiche", mistake=True)
    other.get_by_role("button", name=SAVE).click()
    expect(other.get_by_text("La correction est enregistrée.")).to_be_visible()
    page.get_by_label("Pas de réponse").check()
    page.get_by_role("button", name=SAVE_STOP).click()
    expect(page.get_by_text("Cette fiche a été modifiée pendant votre appel")).to_be_visible()
    expect(page.locator("[data-errsum]")).to_contain_text("commune")
