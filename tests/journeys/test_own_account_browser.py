"""« Gestion de compte » in a real browser: seen, heard, by keyboard, on a telephone and without JavaScript."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from contact_covid.demo.actions.cast import PASSWORD
from tests import browser as chrome
from tests.journeys.steps import CONTEXT_IDS, CONTEXTS
from tests.journeys.world import CLAIRE, HELENE, World

OpenPage = Callable[..., Page]
PAGES = (
    "/compte/",
    "/compte/connexion-et-securite/",
    "/compte/parametres/",
    "/compte/evenements/",
    "/compte/adresse-email/",
    "/compte/mot-de-passe/",
    "/compte/erreur/",
    "/configuration/",
    "/aide/",
)
NEW_PASSWORD = "Corail-Violet-77"


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_of_the_account_is_sound(world: World, open_page: OpenPage, width: int) -> None:
    world.new_token(HELENE)
    page = open_page(HELENE, width=width)
    for path in PAGES:
        page.goto(path)
        assert chrome.violations(page) == [], path
        for wide in chrome.WIDTHS:
            page.set_viewport_size({"width": wide, "height": 900})
            assert chrome.overflow(page) == 0, (path, wide)
        page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize("context", CONTEXTS, ids=CONTEXT_IDS)
def test_a_password_is_changed(world: World, open_page: OpenPage, context: dict[str, object]) -> None:
    login = world.colleague(CLAIRE, last_name="Zqbrowse", email=f"zq.{uuid4().hex[:8]}@example.org")
    page = open_page(login, **context)
    page.goto("/accueil/")
    page.get_by_role("dialog").get_by_role("button", name="Continuer").click()
    page.get_by_role("link", name="Gestion de compte").click()
    page.get_by_role("link", name="Connexion et sécurité").click()
    page.get_by_role("link", name="Modifier le mot de passe").click()
    page.get_by_label("Mot de passe actuel").fill("Mauvais-Mot-1")
    page.locator("#password").fill(NEW_PASSWORD)
    page.locator("#confirmation").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Valider").click()
    expect(page).to_have_title(re.compile("^Erreur : "))
    page.get_by_role("link", name="Mot de passe actuel : Le mot de passe actuel est incorrect.").click()
    expect(page.locator("#current")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.locator("#password").fill(NEW_PASSWORD)
    page.locator("#confirmation").fill(NEW_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Votre mot de passe est modifié.")
    expect(page.locator("#t-events + *, section:has(#t-events) li").first).to_contain_text(
        "Modification de mot de passe"
    )


def test_the_rules_are_ticked_while_the_password_is_typed(open_page: OpenPage) -> None:
    page = open_page(HELENE)
    page.goto("/compte/mot-de-passe/")
    met: dict[str, set[str]] = {}
    for text in ("é", "éA", "éA1", "éA1$", "éA1$defg", "12345678"):
        page.locator("#password").fill(text)
        met[text] = set(page.evaluate(_MET))

    assert met == {
        "é": set(),
        "éA": {"case"},
        "éA1": {"case", "digit"},
        "éA1$": {"case", "digit", "special"},
        "éA1$defg": {"length", "case", "digit", "special"},
        "12345678": {"length", "digit"},
    }


_MET = "[...document.querySelectorAll('[data-rule].met')].map(rule => rule.dataset.rule)"


def test_the_keyboard_goes_through_the_page_of_security(open_page: OpenPage) -> None:
    page = open_page(HELENE)
    page.goto("/compte/connexion-et-securite/")
    stops = " | ".join(chrome.tab_stops(page))

    for stop in ("Informations professionnelles", "Modifier l’adresse e-mail", "Modifier le mot de passe"):
        assert stop in stops


def test_an_address_typed_wrong_comes_back_and_the_box_stays_ticked(open_page: OpenPage) -> None:
    page = open_page(HELENE, width=390)
    page.goto("/compte/adresse-email/")
    page.get_by_label("Nouvelle adresse e-mail").fill("zq@")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Valider").click()

    expect(page.locator("[data-errsum]")).to_be_focused()
    expect(page.locator("#email")).to_have_value("zq@")
    expect(page.get_by_role("checkbox")).to_be_checked()
    assert chrome.violations(page) == []


def test_each_tutorial_is_found_by_its_anchor(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/aide/")
    links = page.locator("nav a[href^='#']")
    for anchor in [link.get_attribute("href") for link in links.all()]:
        assert page.locator(f"h2{anchor}").count() == 1
    for title in ("Adresse e-mail partagée", "Créer un compte avec une clé de sécurité", "Blocage de compte"):
        page.get_by_role("link", name=title).click()
        expect(page.get_by_role("heading", name=title)).to_be_in_viewport()
