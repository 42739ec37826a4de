"""Creating an account in a real browser: rules ticked while typing, the keyboard, the way back, no JavaScript."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contact_covid.directory.enums import OrganisationKind
from tests.accounts.newcomers import IBAN_END, NIR, structure
from tests.browser import tab_stops
from tests.journeys.creating import PASSWORD, START, letter_code, link
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import arrived, check_page, log_in, type_login
from tests.journeys.world import World
from tests.server import Server
from tests.weights import LIGHT

KEY, LETTER, DETAILS = "Votre clé de sécurité", "Recevoir un mot de passe provisoire par courrier", "Vos identifiants"


@pytest.fixture(scope="module")
def service(world: World, server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """With a printing service that fetches letters."""
    return server(world.database, LETTERS_DIR=str(tmp_path_factory.mktemp("letters")))


def type_number(page: Page, number: str) -> None:
    page.goto(START)
    page.get_by_label("N° d’Assurance Maladie, FINESS géographique").fill(number)
    page.get_by_role("button", name="Continuer").click()


def up_to_key(page: Page, number: str) -> None:
    type_number(page, number)
    arrived(page, KEY)


def type_key(page: Page) -> None:
    page.get_by_label("Numéro de Sécurité sociale (NIR)").fill(NIR.number)
    page.locator("#iban_1").fill(IBAN_END[0])
    page.locator("#iban_3").fill(IBAN_END[1:])
    page.get_by_role("button", name="Valider et continuer").click()


def type_details(page: Page, email: str) -> None:
    page.get_by_label("E-mail", exact=False).first.fill(email)
    page.locator("#password").fill(PASSWORD)
    page.locator("#conditions").check()
    page.locator("#mail").check()
    page.get_by_role("button", name="Créer un compte").click()


@pytest.mark.parametrize("script", [True, False])
def test_by_key_and_by_the_mail_to_the_portal(open_page: OpenPage, newcomer: str, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    up_to_key(page, newcomer)
    type_key(page)
    expect(page.get_by_text("Dr Inès ZQMARCHAL")).to_be_visible()
    type_details(page, f"navigateur-{script}@cabinet.example".lower())
    expect(page.get_by_role("heading", name="Un mail vient de vous être envoyé")).to_be_visible()

    reader = open_page(java_script_enabled=script)
    reader.goto(link())
    reader.get_by_role("button", name="Valider adresse e-mail").click()
    expect(reader.get_by_text("Le compte vient d’être créé.")).to_be_visible()
    reader.get_by_role("link", name="Accéder à amelipro").click()
    type_login(reader, newcomer, PASSWORD)
    reader.wait_for_url("**/accueil/")


def test_each_rule_is_ticked_as_soon_as_it_holds(open_page: OpenPage, newcomer: str) -> None:
    page = open_page()
    up_to_key(page, newcomer)
    type_key(page)
    met = page.locator("#password-regles .met")
    for typed, ticked in (
        ("", 0),
        ("é", 0),
        ("éA", 1),
        ("éA1", 2),
        ("éA1 ", 2),
        ("éA1 $", 3),
        ("éA1 $678", 4),
        ("a", 0),
    ):
        page.locator("#password").fill(typed)
        expect(met).to_have_count(ticked)
    assert page.locator("#password-regles .sr").first.inner_text() == ""


def test_after_a_mistake_the_summary_leads_to_the_field(open_page: OpenPage, newcomer: str) -> None:
    page = open_page()
    up_to_key(page, newcomer)
    page.get_by_role("button", name="Valider et continuer").click()
    expect(page.locator("[data-errsum]")).to_be_focused()
    page.get_by_role("link", name="IBAN, dernier groupe").click()
    expect(page.locator("#iban_3")).to_be_focused()


def test_the_way_back_asks_the_key_again_and_the_way_forward_goes_on(open_page: OpenPage, newcomer: str) -> None:
    page = open_page()
    up_to_key(page, newcomer)
    type_key(page)
    expect(page.get_by_text("Dr Inès ZQMARCHAL")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Numéro de Sécurité sociale (NIR)")).to_have_value("")
    page.go_forward()
    expect(page.get_by_text("Dr Inès ZQMARCHAL")).to_be_visible()


def test_a_second_tab_with_another_number_ends_the_first(
    open_page: OpenPage, newcomer: str, numbers: Iterator[str]
) -> None:
    page = open_page()
    up_to_key(page, newcomer)
    other = page.context.new_page()
    up_to_key(other, next(numbers))
    type_key(page)
    expect(page.get_by_text("Cette page n’est plus valable.")).to_be_visible()
    expect(page.locator("[data-errsum]")).to_be_focused()


def test_two_clicks_send_one_mail(open_page: OpenPage, newcomer: str) -> None:
    page = open_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    up_to_key(page, newcomer)
    page.get_by_role("link", name="Recevoir un mot de passe provisoire").click()
    page.locator("#email").fill("double@cabinet.example")
    page.locator("#conditions").check()
    page.locator("#mail").check()
    page.get_by_role("button", name="Créer un compte").dblclick()
    expect(page.get_by_role("heading", name="Votre demande est enregistrée")).to_be_visible()
    assert len([url for url in sent if url.endswith("/courrier/")]) == 1


def test_every_page_is_accessible_at_every_width_and_by_keyboard(
    open_page: OpenPage, world: World, newcomer: str
) -> None:
    page = open_page()
    structure(OrganisationKind.LABORATORY, "930099020", timezone.now())

    def look(heading: str, *, mistake: bool = False) -> None:
        check_page(page, heading, mistake=mistake)
        assert len(tab_stops(page)) > 4, heading
        assert len(page.content().encode()) < LIGHT, heading

    page.goto(START)
    look("Comment créer votre compte")
    type_number(page, "1")
    look("Comment créer votre compte", mistake=True)
    type_number(page, "930099020")
    look(LETTER)
    type_number(page, newcomer)
    look(KEY)
    page.get_by_role("button", name="Valider et continuer").click()
    look(KEY, mistake=True)
    page.goto(f"{START}courrier/")
    page.get_by_role("button", name="Créer un compte").click()
    look(LETTER, mistake=True)
    up_to_key(page, newcomer)
    type_key(page)
    look(DETAILS)
    page.get_by_role("button", name="Créer un compte").click()
    look(DETAILS, mistake=True)
    type_details(page, "partout@cabinet.example")
    look("Un mail vient de vous être envoyé")
    page.goto(link())
    look("Valider votre adresse e-mail")
    page.goto(f"{START}valider/{'x' * 43}/")
    look("Valider votre adresse e-mail", mistake=True)
    page.goto(f"{START}termine/")
    expect(page.get_by_text("Le compte vient d’être créé.")).to_be_visible()
    look("Créer votre compte amelipro")
    page.goto(f"{START}courrier/demande/")
    look("Votre demande est enregistrée")


def test_by_letter_from_the_request_to_the_home_page(open_page: OpenPage, newcomer: str) -> None:
    page = open_page()
    up_to_key(page, newcomer)
    page.get_by_role("link", name="Recevoir un mot de passe provisoire").click()
    arrived(page, LETTER)
    page.locator("#email").fill("lettre@cabinet.example")
    page.locator("#conditions").check()
    page.locator("#mail").check()
    page.get_by_role("button", name="Créer un compte").click()
    arrived(page, "Votre demande est enregistrée")

    log_in(page, newcomer, letter_code().lower().replace("-", " "))
    expect(page.get_by_text("Votre mot de passe provisoire est reconnu.")).to_be_visible()
    type_details(page, "lettre@cabinet.example")
    arrived(page, "Un mail vient de vous être envoyé")
    page.goto(link())
    page.get_by_role("button", name="Valider adresse e-mail").click()
    expect(page.get_by_text("Le compte vient d’être créé.")).to_be_visible()
    page.get_by_role("link", name="Accéder à amelipro").click()
    type_login(page, "lettre@cabinet.example", PASSWORD)
    page.wait_for_url("**/accueil/")
    expect(page.get_by_role("banner")).to_contain_text("Dr Inès ZQMARCHAL")
