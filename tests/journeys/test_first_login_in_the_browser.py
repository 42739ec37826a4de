"""The door's journeys in a real browser: rules ticked live, the window of the services, without JavaScript too."""

import re

import pytest
from playwright.sync_api import Page, expect

from contact_covid.accounts.models import Account
from contact_covid.demo.actions.cast import PASSWORD
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import CONTEXT_IDS, CONTEXTS, arrived, check_page, log_in, type_login
from tests.journeys.world import HELENE, KARIM, World, member
from tests.mails import last_token

NEW = "Bateau-Jaune-77"
contexts = pytest.mark.parametrize("options", CONTEXTS, ids=CONTEXT_IDS)


def checked(page: Page, options: dict[str, object], heading: str, *, mistake: bool = False) -> None:
    """What every page must stand, once; axe is itself a script."""
    if options == CONTEXTS[0]:
        check_page(page, heading, mistake=mistake)
    else:
        arrived(page, heading, mistake=mistake)


@contexts
def test_a_forgotten_password_from_the_door_to_the_door(
    world: World, open_page: OpenPage, options: dict[str, object]
) -> None:
    email = world.colleague(KARIM, last_name="Zéphir", email=f"oubli-{len(str(options))}@example.org")
    page = open_page(**options)
    page.goto("/connexion/")
    page.get_by_role("link", name="Mot de passe oublié").click()
    page.get_by_role("button", name="Continuer").click()
    checked(page, options, "Votre identification", mistake=True)
    page.get_by_role("link", name="ou N° d’Assurance Maladie ou FINESS").click()
    expect(page.get_by_label("N° d’Assurance Maladie ou FINESS")).to_be_visible()
    page.get_by_role("link", name="ou adresse e-mail").click()
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator(".msg.ok")).to_contain_text(email)
    checked(page, options, "Demande prise en compte")

    page.goto(f"/mot-de-passe/nouveau/{last_token()}/")
    page.locator("#password").fill("court")
    page.get_by_role("button", name="Valider").click()
    expect(page.locator("#password-err")).to_contain_text("au moins 8 caractères")
    checked(page, options, "Choisissez votre mot de passe", mistake=True)
    page.locator("#password").fill(NEW)
    page.get_by_role("button", name="Valider").click()
    checked(page, options, "Votre nouveau mot de passe est pris en compte")
    page.get_by_role("link", name="Accéder à amelipro").click()
    page.wait_for_url("**/connexion/")
    type_login(page, email, NEW)
    page.wait_for_url("**/accueil/")


def test_the_rules_are_ticked_as_they_are_met_and_the_password_is_shown(world: World, open_page: OpenPage) -> None:
    email, page = world.colleague(KARIM, last_name="Zéphir", email="regles@example.org"), open_page()
    page.goto("/mot-de-passe/oublie/")
    page.get_by_label("Adresse e-mail").fill(email)
    page.keyboard.press("Enter")
    expect(page.locator(".msg.ok")).to_be_visible()
    page.goto(f"/mot-de-passe/nouveau/{last_token()}/")
    met, box = page.locator("[data-rule].met"), page.locator("#password")
    for typed, rules in [
        ("", []),
        ("abc", []),
        ("aB", ["Des majuscules et des minuscules"]),
        ("abcdefgh", ["Au moins 8 caractères"]),
        ("12345678", ["Au moins 8 caractères", "Au moins un chiffre"]),
        ("été É$", ["Des majuscules et des minuscules", "Au moins un caractère spécial (dollar, dièse…)"]),
        ("a b", []),
    ]:
        box.fill(typed)
        expect(met).to_have_text([f"{rule} : rempli" for rule in rules])
    box.fill(NEW)
    expect(met).to_have_count(4)
    page.get_by_role("button", name="Afficher le mot de passe").click()
    expect(box).to_have_attribute("type", "text")
    page.get_by_role("button", name="Masquer le mot de passe").click()
    expect(box).to_have_attribute("type", "password")


@contexts
def test_the_first_login_of_who_has_two_practices(open_page: OpenPage, options: dict[str, object]) -> None:
    Account.objects.filter(email=HELENE).update(one_login_at=None, welcomed_at=None)
    page = open_page(**options)
    log_in(page, member(HELENE).number)
    page.wait_for_url("**/premiere-connexion/")
    checked(page, options, "Déclarez votre adresse e-mail unique")
    page.get_by_role("link", name="Continuer").click()
    page.get_by_role("button", name="Valider et continuer").click()
    expect(page.locator("[data-errsum]")).to_be_visible()
    checked(page, options, "Vos identifiants", mistake=True)
    page.get_by_label("Adresse e-mail").fill(HELENE)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Valider et continuer").click()
    page.wait_for_url("**/validation/")
    checked(page, options, "Un e-mail vous est envoyé")
    page.get_by_role("link", name="J’ai validé mon adresse").click()
    expect(page.get_by_text("Votre adresse n’est pas encore validée.")).to_be_visible()
    page.goto(f"/premiere-connexion/adresse/{last_token()}/")
    checked(page, options, "Votre adresse e-mail unique")
    page.get_by_role("button", name="Valider adresse e-mail").click()
    checked(page, options, "Votre compte est prêt")
    page.get_by_role("link", name="Accéder à amelipro").click()

    page.wait_for_url("**/accueil/")
    window = page.get_by_role("dialog", name="Bienvenue sur amelipro")
    expect(window).to_be_visible()
    checked(page, options, "Bienvenue sur amelipro")
    window.get_by_role("button", name="Continuer").click()
    page.wait_for_load_state()
    expect(page.get_by_role("heading", name="Activités")).to_be_visible()
    expect(window).to_have_count(0)

    page.get_by_role("link", name="Sélection de structure").click()
    checked(page, options, "Sélection de structure")
    page.get_by_role("button", name="Choisir").click()
    expect(page.get_by_role("status").first).to_have_text(re.compile("Cabinet du Château"))


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_one_key_closes_the_window_for_good(world: World, open_page: OpenPage, key: str) -> None:
    email = world.colleague(KARIM, last_name="Zéphir", email=f"touche-{key.lower()}@example.org")
    page = open_page()
    log_in(page, email)
    page.wait_for_url("**/accueil/")
    window = page.get_by_role("dialog")
    expect(window.get_by_role("button", name="Continuer")).to_be_focused()
    page.keyboard.press(key)
    expect(window).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Activités")).to_be_visible()
    expect(window).to_have_count(0)


def test_one_tab_that_switches_and_another_that_goes_on(world: World, open_page: OpenPage) -> None:
    """Two tabs share the cookie: the second one follows, nobody is thrown out."""
    page = open_page()
    log_in(page, HELENE)
    page.wait_for_url("**/accueil/")
    other = page.context.new_page()
    other.goto("/structures/")
    page.goto("/structures/")
    page.get_by_role("button", name="Choisir").click()
    page.wait_for_url("**/accueil/?structure=1")
    other.get_by_role("button", name="Choisir").click()  # the place that the first tab is at already
    other.wait_for_url("**/accueil/?structure=1")
    page.reload()
    expect(page.get_by_role("heading", name="Activités")).to_be_visible()
