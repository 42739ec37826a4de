"""The policies of accounts as a strict installation sets them, over HTTP: the same world, other settings."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from contact_covid.accounts.models import Account
from contact_covid.demo.actions.cast import PASSWORD
from tests.journeys import steps
from tests.journeys.kinds import Visit
from tests.journeys.web import Visitor
from tests.journeys.world import CLAIRE, SOPHIE, World, as_owner, member
from tests.mails import mail_to
from tests.server import Server

STRICT = {
    "EMAIL_LOGIN": "0",
    "LOGIN_NOTICE": "1",
    "PASSWORD_MAX_AGE_DAYS": "90",
    "PASSWORD_HISTORY": "2",
    "UNUSED_AFTER_DAYS": "100",
    "SESSION_IDLE_MINUTES": "7",
}
STEP, NEW = "/mot-de-passe-expire/", "Vélo-Orange-42"


@pytest.fixture(scope="module")
def strict(world: World, server: Callable[..., Server]) -> Server:
    return server(world.database, **STRICT)


def aged(email: str, column: str, days: int) -> None:
    as_owner(f"UPDATE accounts_account SET {column} = now() - %s::interval WHERE email = %s", f"{days} days", email)


def test_a_password_that_is_too_old_is_replaced_before_any_page(world: World, strict: Server) -> None:
    sophie, number = Visitor(strict.url), member(SOPHIE).number
    aged(SOPHIE, "password_changed_at", 91)
    assert sophie.log_in(number, PASSWORD).status == 302
    for path in ("/accueil/", "/contact-covid/recherche/"):
        assert sophie.get(path).location == f"{STEP}?suite={quote(path, safe='')}"
    page = sophie.get(STEP)
    assert page.status == 200
    assert "plus de 90 jours" in page.text

    def told(password: str, again: str) -> str:
        answer = sophie.post(STEP, {"password": password, "confirmation": again})
        assert answer.status == 200
        assert password not in answer.text or not password
        return answer.text

    assert "Le champ est requis." in told("", "")
    assert "Les deux mots de passe sont différents." in told(NEW, NEW + "x")
    assert "Ce mot de passe a déjà servi" in told(PASSWORD, PASSWORD)
    assert "au moins une majuscule" in told("velo-orange-42", "velo-orange-42")
    assert sophie.get("/accueil/").location.startswith(STEP)
    lost = sophie.post("/contact-covid/recherche/", {"nir": ""}).location
    assert "Votre dernière saisie n’a pas été enregistrée." in sophie.get(lost).text
    assert sophie.post(lost, {"password": NEW, "confirmation": NEW}).location == "/contact-covid/recherche/"
    assert sophie.get("/accueil/").status == 200
    assert sophie.get(STEP).location == "/accueil/"  # the way back
    assert Visitor(strict.url).log_in(number, NEW).status == 302
    assert "incorrect" in Visitor(strict.url).log_in(number, PASSWORD).text


def test_with_the_defaults_no_password_is_ever_too_old(visitor: Visit) -> None:
    claire = visitor()
    aged(CLAIRE, "password_changed_at", 3000)
    assert claire.log_in(CLAIRE, PASSWORD).status == 302
    assert claire.get("/accueil/").status == 200
    as_owner("UPDATE accounts_account SET password_changed_at = NULL WHERE email = %s", CLAIRE)


def test_the_owner_is_told_of_each_login_and_her_address_is_no_login_any_more(strict: Server) -> None:
    claire = Visitor(strict.url)
    assert "incorrect" in claire.log_in(CLAIRE, PASSWORD).text
    assert claire.log_in(member(CLAIRE).number, PASSWORD).status == 302
    mail = mail_to(CLAIRE)
    assert "Moyen : mot de passe" in mail
    assert "Si ce n’était pas vous" in mail
    assert 360 < int(claire.post("/session/prolonger/").text[12:-1]) <= 420


def test_the_door_asks_for_the_number_and_a_session_is_short(browser: Browser, strict: Server) -> None:
    context = browser.new_context(base_url=strict.url)
    page = context.new_page()
    page.clock.install()
    steps.log_in(page, CLAIRE)
    expect(page.get_by_role("alert")).to_contain_text("Identifiant ou mot de passe incorrect.")
    expect(page.get_by_text("N° d’Assurance Maladie ou n° FINESS ; e-mail pour les agents")).to_be_visible()
    steps.type_login(page, member(CLAIRE).number)
    page.wait_for_url("**/accueil/")
    page.wait_for_load_state()
    dialog = page.get_by_role("dialog", name="Votre session va se terminer")
    page.clock.fast_forward("04:00")
    expect(dialog).to_be_hidden()
    page.clock.fast_forward("01:30")
    expect(dialog).to_be_visible()
    page.goto("/compte/parametres/")
    expect(page.get_by_text("Un e-mail vous est envoyé à chaque connexion")).to_be_visible()
    context.close()


def test_an_account_unused_for_too_long_is_closed_to_passwords(world: World, strict: Server) -> None:
    email = world.colleague(CLAIRE, last_name="Zénon", email="zenon@example.org")
    as_owner(
        "UPDATE accounts_post SET practice_id = NULL WHERE account_id IN (%s)", Account.objects.get(email=email).id
    )
    visitor = Visitor(strict.url)
    aged(email, "created_at", 99)
    as_owner("UPDATE accounts_account SET password_changed_at = now() - interval '80 days' WHERE email = %s", email)
    assert visitor.log_in(email, PASSWORD).status == 302
    for column in ("created_at", "last_login", "password_changed_at"):
        aged(email, column, 100)
    assert "incorrect" in Visitor(strict.url).log_in(email, PASSWORD).text
    as_owner("UPDATE accounts_account SET password_changed_at = now() WHERE email = %s", email)
    assert Visitor(strict.url).log_in(email, PASSWORD).status == 302


def test_without_logins_by_address_no_page_promises_one(strict: Server) -> None:
    nobody = Visitor(strict.url)
    help_, door = nobody.get("/aide/").text, nobody.get("/connexion/").text
    assert "L’adresse e-mail est un identifiant" not in help_
    assert "email-partagee" not in help_
    assert "N° d’Assurance Maladie ou n° FINESS ; e-mail pour les agents et les délégués" in door
