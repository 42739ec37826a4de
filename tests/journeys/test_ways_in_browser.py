"""Ways in for who has no address of her own, in a real browser: the number of the place, and a new password by it."""

import re

from playwright.sync_api import expect

from tests.journeys.kinds import OpenPage
from tests.journeys.steps import arrived, log_in, log_out, type_login
from tests.journeys.world import CLAIRE, HELENE, KARIM, World, member
from tests.mails import mail_to, path_in

NEW = "Bateau-Jaune-77"


def spaced(number: str) -> str:
    """As it stands on a letterhead."""
    return f"{number[:2]} {number[2:5]}.{number[5:]}"


def test_the_finess_of_a_pharmacy_opens_the_door(open_page: OpenPage) -> None:
    page = open_page(width=390)
    log_in(page, spaced(member(CLAIRE).number))
    page.wait_for_url("**/accueil/")
    expect(page.get_by_role("banner")).to_contain_text("Claire VASSEUR")


def test_of_an_address_that_two_share_the_number_is_the_way_in_and_to_a_new_password(
    world: World, open_page: OpenPage
) -> None:
    world.colleague(KARIM, last_name="Zqshare", email=HELENE)
    number, page = member(HELENE).number, open_page()
    log_in(page, HELENE)
    expect(page.get_by_role("alert")).to_contain_text("Si vous partagez cette adresse e-mail, utilisez votre numéro")
    type_login(page, number)
    page.wait_for_url("**/accueil/")
    expect(page.get_by_role("banner")).to_contain_text("Dr Hélène MARCHAND")
    log_out(page)

    page.get_by_role("link", name="Mot de passe oublié").click()
    page.get_by_label("Adresse e-mail").fill(HELENE)
    page.get_by_role("button", name="Continuer").click()
    arrived(page, "Demande prise en compte")
    told = mail_to(HELENE)
    assert "/mot-de-passe/nouveau/" not in told
    [by_number] = re.findall(r"https?://[^/]+(/mot-de-passe/oublie/\S+)", told)
    page.goto(by_number)
    page.get_by_label("N° d’Assurance Maladie ou FINESS").fill(spaced(number))
    page.get_by_role("button", name="Continuer").click()
    arrived(page, "Demande prise en compte")
    expect(page.locator(".msg.ok")).to_contain_text("•••")
    expect(page.get_by_text("votre adresse e-mail n’est pas affichée en clair")).to_be_visible()
    expect(page.get_by_text(HELENE)).to_have_count(0)
    page.goto(path_in(mail_to(HELENE, "/mot-de-passe/nouveau/")))
    page.locator("#password").fill(NEW)
    page.get_by_role("button", name="Valider").click()
    arrived(page, "Votre nouveau mot de passe est pris en compte")
    page.get_by_role("link", name="Accéder à amelipro").click()
    type_login(page, number)
    expect(page.get_by_role("alert")).to_contain_text("incorrect")
    type_login(page, number, NEW)
    page.wait_for_url("**/accueil/")
    expect(page.get_by_role("banner")).to_contain_text("Dr Hélène MARCHAND")
