"""The call as an agent lives it: in a browser, by keyboard alone, without JavaScript, in two tabs, in haste."""

import pytest
from playwright.sync_api import expect

from contact_covid.worklist.enums import Outcome
from tests.browser import tab_stops
from tests.journeys.calling import SAVE_NEXT, SAVE_STOP, expect_card, next_call
from tests.journeys.calls import (
    ISABELLE,
    JULIEN,
    START,
    attempts,
    department_of,
    empty_queue,
    expire,
    tomorrow,
    waiting,
    waiting_index,
)
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import arrived, day, look, tab_to
from tests.journeys.world import World, account_name


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty_queue()


def test_every_page_of_a_call_is_accessible_and_fits(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world, same_household=True), open_page(JULIEN)
    page.goto(START)
    look(page, "list", "Appels à passer")
    next_call(page)
    expect_card(page, patient)
    look(page, "card", patient.name)
    page.get_by_label("À rappeler", exact=False).check()
    page.get_by_role("button", name=SAVE_NEXT).click()
    expect(page.locator("[data-errsum]")).to_be_focused()
    look(page, "mistake", patient.name, mistake=True)
    page.locator("#call_back_at").fill(tomorrow(department_of(patient), 10))
    page.get_by_label("Note", exact=True).fill("Préfère le matin")
    page.get_by_role("button", name=SAVE_NEXT).click()
    expect(page.get_by_text("Rappel convenu le")).to_be_visible()
    expect(page.get_by_text("Personne n’est à appeler maintenant.")).to_be_visible()
    look(page, "nobody", "Appels à passer")
    page.get_by_role("link", name="Appel entrant").click()
    page.get_by_label("Téléphone", exact=True).fill("06 39 98 99 99")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_text("Aucune fiche trouvée")).to_be_visible()
    look(page, "caller", "Appel entrant")
    page.goto(f"{START}?sort=creation")
    page.get_by_role("button", name=patient.name, exact=True).click()
    expect(page.get_by_text("Préfère le matin")).to_be_visible()
    look(page, "called-before", patient.name)


def test_a_patient_zero_s_contacts_are_added_while_the_note_is_typed(world: World, open_page: OpenPage) -> None:
    page = open_page(JULIEN)
    waiting_index(world)
    next_call(page)
    page.get_by_label("Note", exact=True).fill("Travaille à l’école")
    page.get_by_label("Contacts recensés").check()
    look(page, "index", "Contacts déjà recensés")
    card = page.url
    page.get_by_role("button", name="Ajouter un contact").click()
    expect(page.locator("#contacts").get_by_label("Nom de naissance")).to_be_visible()
    look(page, "contact", "La personne contact")
    page.get_by_label("Nom de naissance").fill("Zqnommé")
    page.get_by_label("Prénoms").fill("Jean")
    page.get_by_label("Date du dernier contact").fill(day(1))
    page.get_by_role("button", name="Enregistrer ce contact").click()
    expect(page.locator("#last_contact-err")).to_contain_text("La date ne peut pas être dans le futur.")
    expect(page.locator("#contacts [data-errsum]")).to_be_focused()
    page.get_by_label("Date du dernier contact").fill(day(-1))
    page.get_by_role("button", name="Enregistrer ce contact").click()
    expect(page.get_by_text("Le contact est enregistré.")).to_be_visible()
    assert page.url == card  # all in the screen of the call
    expect(page.locator("#contacts")).to_contain_text("ZQNOMMÉ Jean")
    expect(page.get_by_label("Contacts recensés")).to_be_checked()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Travaille à l’école")
    page.get_by_role("button", name=SAVE_STOP).click()
    expect(page.get_by_text("« Contacts recensés »")).to_be_visible()


def test_a_call_by_keyboard_alone(world: World, open_page: OpenPage) -> None:
    first, second, page = waiting(world, same_household=True), waiting(world), open_page(JULIEN)
    page.goto(START)
    tab_to(page, page.get_by_role("button", name="Appel suivant"))
    page.keyboard.press("Enter")
    expect_card(page, first)
    tab_to(page, page.locator("#outcome"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Pas de réponse")).to_be_checked()
    note = page.get_by_label("Note", exact=True)
    tab_to(page, note)
    page.keyboard.type("Répondeur")
    expect(note).to_have_value("Répondeur")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")  # the default of the form
    expect_card(page, second)
    assert attempts(first) == [("no_answer", False)]


def test_alt_and_a_digit_choose_the_outcome_on_a_french_keyboard_too(world: World, open_page: OpenPage) -> None:
    """There « & » is typed where « 1 » stands: the place of the key counts."""
    patient, page = waiting(world), open_page(JULIEN)
    next_call(page)
    expect_card(page, patient)
    page.wait_for_load_state()  # the script, which comes last
    for place, outcome in enumerate(Outcome, 1):
        page.keyboard.press(f"Alt+Digit{place}")
        assert page.locator("[name=outcome]:checked").get_attribute("value") == outcome
    page.keyboard.press("Digit1")
    assert page.locator("[name=outcome]:checked").get_attribute("value") == list(Outcome)[-1]


def test_the_keyboard_reaches_everything_and_the_focus_shows(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world), open_page(JULIEN)
    next_call(page)
    expect_card(page, patient)
    stops = tab_stops(page)
    for wanted in ("input#outcome", "textarea#note", f"button {SAVE_NEXT}", "button Rendre la fiche"):
        assert any(stop.startswith(wanted) for stop in stops), wanted
    assert any(stop.startswith("a 06") for stop in stops)


def test_the_whole_call_without_javascript(world: World, open_page: OpenPage) -> None:
    patient = waiting(world, same_household=True)
    waiting_index(world)
    page = open_page(JULIEN, java_script_enabled=False)
    next_call(page)
    arrived(page, "Contacts déjà recensés (1)")  # a patient zéro is called first
    page.get_by_label("Note", exact=True).fill("zqkept sans script")
    page.get_by_role("button", name="Ajouter un contact").click()
    page.get_by_label("Nom de naissance").fill("Zqsansscript")
    page.get_by_label("Prénoms").fill("Jean")
    page.get_by_label("Date du dernier contact").fill(day(-1))
    page.get_by_role("button", name="Enregistrer ce contact").click()
    expect(page.locator("#contacts")).to_contain_text("ZQSANSSCRIPT Jean")
    expect(page.get_by_label("Note", exact=True)).to_have_value("zqkept sans script")
    page.locator("#outcome").check()
    page.get_by_role("button", name=SAVE_NEXT).click()
    # Of the same household too, and named by telephone: time has passed already.
    expect(page.get_by_role("heading", level=1)).to_have_text("ZQSANSSCRIPT Jean")
    page.locator("#outcome").check()
    page.get_by_role("button", name=SAVE_NEXT).click()
    expect_card(page, patient)
    page.locator("#outcome").check()
    page.get_by_role("button", name=SAVE_NEXT).click()
    expect(page.get_by_role("status")).to_contain_text("« Personne informée »")
    arrived(page, "Appels à passer")
    assert attempts(patient) == [("informed", False)]


def test_a_double_click_writes_once(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world), open_page(JULIEN)
    next_call(page)
    page.get_by_label("Personne informée").check()
    page.get_by_role("button", name=SAVE_STOP).dblclick()
    expect(page.get_by_text("« Personne informée »")).to_be_visible()
    assert attempts(patient) == [("informed", False)]


def test_back_after_saving_shows_what_is_recorded_and_writes_nothing(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world), open_page(JULIEN)
    next_call(page)
    page.get_by_label("Refus de répondre").check()
    page.get_by_role("button", name=SAVE_STOP).click()
    expect(page.get_by_text("« Refus de répondre »")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Ce qui est enregistré")).to_be_visible()
    look(page, "over", "Ce qui est enregistré")
    page.reload()
    assert attempts(patient) == [("refused", False)]


def test_two_tabs_write_one_call_and_lose_no_note(world: World, open_page: OpenPage) -> None:
    patient, page = waiting(world), open_page(JULIEN)
    next_call(page)
    expect_card(page, patient)
    other = page.context.new_page()
    other.goto(page.url)
    for tab, outcome in ((page, "Pas de réponse"), (other, "Personne informée")):
        tab.get_by_label(outcome).check()
        tab.get_by_label("Note", exact=True).fill(f"zqnote {outcome}")
        tab.get_by_role("button", name=SAVE_STOP).click()
        tab.wait_for_load_state()
    expect(page.get_by_text("« Pas de réponse »")).to_be_visible()
    expect(other.get_by_text("Cet appel est déjà enregistré")).to_be_visible()
    expect(other.locator("#typed")).to_have_value("zqnote Personne informée")
    look(other, "already", "Ce qui est enregistré", mistake=True)
    assert attempts(patient) == [("no_answer", False)]


def test_a_colleague_s_note_and_a_lost_fiche_are_told_to_the_open_page(world: World, open_page: OpenPage) -> None:
    patient = waiting(world)
    late, page = open_page(JULIEN), open_page(ISABELLE)
    next_call(late)
    expect_card(late, patient)
    expire(late.url)
    page.goto(f"{START}?sort=creation")
    page.clock.install()
    page.get_by_role("button", name=patient.name, exact=True).click()
    expect_card(page, patient)
    late.get_by_label("Pas de réponse").check()
    late.get_by_label("Note", exact=True).fill("zqlate")
    late.get_by_role("button", name=SAVE_STOP).click()
    expect(late.get_by_text(f"{account_name(ISABELLE)} avait repris cette personne")).to_be_visible()
    page.clock.run_for(241_000)
    expect(page.get_by_text("Un autre agent vient d’ajouter une note à cette fiche.")).to_be_visible()
    assert attempts(patient) == [("no_answer", True)]
