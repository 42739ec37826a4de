"""« Gestion de compte » in a real browser: seen, heard, by keyboard, on a telephone and without JavaScript."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from contact_covid.demo.actions.cast import PASSWORD
from tests import browser as chrome
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import CONTEXT_IDS, CONTEXTS, check_page, log_in, type_login
from tests.journeys.world import CLAIRE, HELENE, World, as_owner
from tests.mails import mail_to, path_in

SECURITY = "/compte/connexion-et-securite/"
PAGES = {
    "/compte/": "Informations professionnelles",
    SECURITY: "Sessions ouvertes",
    "/compte/parametres/": "Notifications",
    "/compte/evenements/": "Mes évènements",
    "/compte/adresse-email/": "Modifier mon adresse e-mail",
    "/compte/mot-de-passe/": "Modifier mon mot de passe",
    "/compte/erreur/": "Signaler une erreur à ma caisse",
    "/configuration/": "Configurer amelipro",
    "/aide/": "Aide",
}
NEW_PASSWORD = "Corail-Violet-77"


def test_every_page_of_the_account_is_sound(world: World, open_page: OpenPage) -> None:
    world.new_token(HELENE)
    page = open_page(HELENE)
    for path, heading in PAGES.items():
        page.goto(path)
        check_page(page, heading)


@pytest.mark.parametrize("context", CONTEXTS, ids=CONTEXT_IDS)
def test_a_password_is_changed(login: str, open_page: OpenPage, context: dict[str, object]) -> None:
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


@pytest.fixture
def login(world: World) -> str:
    return world.colleague(CLAIRE, last_name="Zqbrowse", email=f"zq.{uuid4().hex[:8]}@example.org")


def test_an_address_is_changed_to_its_end_and_the_former_one_is_told(open_page: OpenPage, login: str) -> None:
    page, wanted = open_page(login), f"new.{login}"
    page.goto(SECURITY)
    page.get_by_role("link", name="Modifier l’adresse e-mail").click()
    page.get_by_label("Nouvelle adresse e-mail").fill(wanted)
    page.get_by_label("Mot de passe actuel").fill(PASSWORD)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("status")).to_contain_text("Un e-mail vient d’être envoyé à votre nouvelle adresse.")
    expect(page.locator("#identifiants")).to_contain_text(f"En attente de validation : {wanted}")

    reader = open_page(width=390)
    reader.goto(path_in(mail_to(wanted, "/compte/adresse-email/")))
    expect(reader.get_by_text(wanted)).to_be_visible()
    reader.get_by_role("button", name="Valider adresse e-mail").click()
    expect(reader.get_by_text("Votre adresse e-mail est modifiée.")).to_be_visible()
    assert "a été modifiée" in mail_to(login)
    page.reload()
    expect(page.locator("#identifiants")).to_contain_text(wanted)
    expect(page.locator("#identifiants")).not_to_contain_text("En attente de validation")
    log_in(reader, login)
    expect(reader.get_by_role("alert")).to_contain_text("incorrect")
    type_login(reader, wanted)
    reader.wait_for_url("**/accueil/")


def test_each_login_is_told_by_mail_and_another_session_is_closed(open_page: OpenPage, login: str) -> None:
    page, elsewhere = open_page(login), open_page(width=390)
    page.goto("/compte/parametres/")
    page.get_by_label("Recevoir un e-mail à chaque connexion à mon compte").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_contain_text("Votre choix est enregistré.")
    expect(page.get_by_label("Recevoir un e-mail à chaque connexion à mon compte")).to_be_checked()
    log_in(elsewhere, login)
    elsewhere.wait_for_url("**/accueil/")
    assert "Moyen : mot de passe" in mail_to(login)

    page.get_by_role("link", name="Connexion et sécurité").click()
    page.get_by_role("button", name="Déconnecter la session ouverte le").click()
    expect(page.get_by_role("status")).to_contain_text("La session est fermée.")
    expect(page.get_by_role("table", name="Sessions ouvertes").get_by_text("Session en cours")).to_have_count(1)
    expect(page.get_by_role("button", name="Déconnecter la session ouverte le")).to_have_count(0)
    elsewhere.goto("/compte/")
    elsewhere.wait_for_url("**/connexion/?suite=*")


def test_an_error_is_reported_to_the_fund(world: World, open_page: OpenPage) -> None:
    page = open_page(HELENE)
    page.goto("/compte/")
    page.get_by_role("link", name="Signaler une erreur à ma caisse").click()
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("[data-errsum]")).to_be_focused()
    page.get_by_role("radio").first.check()
    page.get_by_label("Votre message").fill("Zqreport : le cabinet a déménagé.")
    page.get_by_role("button", name="Envoyer").dblclick()
    expect(page.get_by_role("status")).to_contain_text("Votre message a été envoyé à votre caisse.")
    assert as_owner("SELECT count(*) FROM journal_entry WHERE kind = 'accounts.fund_told'") == [(1,)]
    assert "Zqreport" in mail_to("caisse.931@example.org")


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
