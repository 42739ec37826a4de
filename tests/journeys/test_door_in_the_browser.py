"""The door and the session in a real browser: focus, the way back, the dialog before the end."""

import re
from hashlib import sha256

from playwright.sync_api import Page, expect

from contact_covid.demo.actions.cast import PASSWORD
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import check_page, open_fiche
from tests.journeys.world import CLAIRE, World, as_owner


def log_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Identifiant").fill(CLAIRE)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Vous connecter").click()


def of_page(page: Page) -> str:
    """The digest of the page's session."""
    [token] = [each["value"] for each in page.context.cookies() if each["name"] == "session"]
    return sha256(token.encode()).hexdigest()


def new_session(world: World, page: Page) -> None:
    """A session of the page's own, which the test may age and end."""
    page.context.add_cookies([{"name": "session", "value": world.new_token(CLAIRE), "url": f"{page_url(page)}/"}])


def page_url(page: Page) -> str:
    return page.evaluate("location.origin")  # type: ignore[no-any-return]


def test_a_wrong_password_is_told_and_the_login_is_kept(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/connexion/?suite=/contact-covid/recherche/")
    log_in(page, "Mauvais-Mot-1")

    expect(page).to_have_title(re.compile("^Erreur : "))
    expect(page.locator("[data-errsum]")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Identifiant ou mot de passe incorrect.")
    expect(page.get_by_label("Identifiant")).to_have_value(CLAIRE)
    expect(page.locator("#password")).to_have_value("")
    log_in(page)
    page.wait_for_url("**/contact-covid/recherche/")


def test_what_is_missing_at_the_door_is_told(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/connexion/")
    page.get_by_role("button", name="Vous connecter").click()

    expect(page.locator("[data-errsum]")).to_be_focused()
    page.get_by_role("link", name="Mot de passe : Le champ est requis.").click()
    expect(page.locator("#password")).to_be_focused()


def test_after_logging_out_the_way_back_shows_nothing(world: World, open_page: OpenPage) -> None:
    patient, page = world.patient(), open_page()
    page.goto("/connexion/")
    log_in(page)
    open_fiche(page, patient)
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion/")
    for _ in range(2):
        page.go_back()
        page.wait_for_url("**/connexion/?suite=*")
        assert patient.name not in page.content()
        page.reload()
        assert patient.name not in page.content()


def test_the_dialog_before_the_end_of_an_idle_hour_and_one_key_to_stay(world: World, open_page: OpenPage) -> None:
    patient, page = world.patient(), open_page(CLAIRE)
    page.clock.install()
    open_fiche(page, patient)
    dialog = page.get_by_role("dialog", name="Votre session va se terminer")
    expect(dialog).to_be_hidden()
    page.clock.fast_forward("58:30")

    expect(dialog).to_be_visible()
    expect(page.get_by_role("button", name="Rester connecté")).to_be_focused()
    expect(page.locator("[data-left]")).to_contain_text("1 min")
    check_page(page, "Votre session va se terminer")
    as_owner(
        "UPDATE accounts_session SET seen_at = seen_at - interval '58 minutes' WHERE encode(token_digest, 'hex') = %s",
        of_page(page),
    )
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    [(fresh,)] = as_owner(
        "SELECT now() - seen_at < interval '1 minute' FROM accounts_session WHERE encode(token_digest, 'hex') = %s",
        of_page(page),
    )
    assert fresh
    page.clock.fast_forward("57:00")
    expect(dialog).to_be_hidden()


def test_near_the_end_of_four_hours_the_dialog_says_that_nothing_prolongs(world: World, open_page: OpenPage) -> None:
    patient, page = world.patient(), open_page(CLAIRE)
    open_fiche(page, patient)
    new_session(world, page)
    as_owner(
        "UPDATE accounts_session SET created_at = created_at - interval '238 minutes 20 seconds'"
        " WHERE encode(token_digest, 'hex') = %s",
        of_page(page),
    )
    page.goto("/accueil/")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(page.get_by_text("La durée maximale d’une session est atteinte")).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def test_at_the_end_the_page_leaves_and_comes_back_after_login(world: World, open_page: OpenPage) -> None:
    patient, page = world.patient(), open_page(CLAIRE)
    page.clock.install()
    open_fiche(page, patient)
    new_session(world, page)
    as_owner(
        "UPDATE accounts_session SET seen_at = seen_at - interval '61 minutes' WHERE encode(token_digest, 'hex') = %s",
        of_page(page),
    )
    page.clock.fast_forward("01:00:01")

    page.wait_for_url("**/connexion/?suite=*")
    assert patient.name not in page.content()
    log_in(page)
    expect(page.locator("#t-fiche")).to_have_text(patient.name)


def test_a_click_after_the_end_leads_to_the_door_and_back(world: World, open_page: OpenPage) -> None:
    patient, page = world.patient(), open_page(CLAIRE)
    open_fiche(page, patient)
    page.context.clear_cookies()
    page.get_by_role("link", name="Modifier").click()
    page.wait_for_url("**/connexion/?suite=*")
    log_in(page)

    expect(page.get_by_role("heading", name="Modification du contact")).to_be_visible()
