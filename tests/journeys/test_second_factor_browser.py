"""The second factor in a real browser: passkeys in Chromium's own authenticator, pages for everybody."""

import base64
import re
from collections.abc import Callable

import pytest
import segno
from django.utils import timezone
from playwright.sync_api import CDPSession, Page, expect

from contact_covid.accounts.factors import rules
from contact_covid.accounts.models import Account
from contact_covid.accounts.queries import names_of
from tests.accounts.factors import mailed_code
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import arrived, check_page, log_out, tab_to, type_login
from tests.journeys.world import World, new_colleague
from tests.server import Server

SEARCH = "/contact-covid/recherche/"
FACTORS = "/compte/verification/"


@pytest.fixture(scope="module")
def service(world: World, server: Callable[..., Server]) -> Server:
    return server(world.database, SECOND_FACTOR_FOR="fiche.search")


def log_in(page: Page, login: str) -> None:
    """Up to the page of the second factor."""
    page.goto(f"/connexion/?suite={SEARCH}")
    type_login(page, login)
    expect(page.get_by_role("heading", name="Seconde vérification", level=1)).to_be_visible()


def prove_by_mail(page: Page, button: str = "Valider") -> None:
    page.get_by_role("button", name="Recevoir un code par e-mail").click()
    expect(page.get_by_text("vient d’être envoyé")).to_be_visible()
    page.locator("#code").fill(mailed_code())
    page.get_by_role("button", name=button, exact=True).click()


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """A security key that is plugged in, touched and verified."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    options |= {"automaticPresenceSimulation": True}
    return wire, wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def with_passkey(page: Page, login: str) -> tuple[CDPSession, str]:
    """Logged in, and a passkey added."""
    wire, key = authenticator(page)
    log_in(page, login)
    prove_by_mail(page, "Valider, puis ajouter une application ou une clé d’accès")
    page.get_by_role("link", name="Ajouter une clé d’accès").click()
    page.get_by_label("Nom").fill("Clé du comptoir")
    page.get_by_role("button", name="Ajouter la clé d’accès").click()
    expect(page.get_by_text("Le moyen de vérification est ajouté.")).to_be_visible()
    expect(page.get_by_role("cell", name="Clé du comptoir", exact=True)).to_be_visible()
    log_out(page)
    return wire, key


def test_a_passkey_is_made_and_used_and_its_copy_is_refused(open_page: OpenPage, world: World) -> None:
    login, page = new_colleague(world, "ines"), open_page()
    wire, key = with_passkey(page, login)
    log_in(page, login)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url(f"**{SEARCH}")

    [credential] = wire.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    wire.send("WebAuthn.removeCredential", {"authenticatorId": key, "credentialId": credential["credentialId"]})
    wire.send("WebAuthn.addCredential", {"authenticatorId": key, "credential": credential | {"signCount": 0}})
    log_out(page)
    log_in(page, login)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    expect(page.get_by_role("alert")).to_contain_text("Cette clé d’accès n’a pas pu être vérifiée.")
    expect(page.locator("[data-errsum]")).to_be_focused()
    expect(page).to_have_title(re.compile("^Erreur : "))


def test_a_passkey_signs_for_no_other_address(open_page: OpenPage, world: World, service: Server) -> None:
    """The same service under another name, as a page that imitates it would be."""
    login, page = new_colleague(world, "jade"), open_page()
    with_passkey(page, login)
    elsewhere = service.url.replace("localhost", "127.0.0.1")
    page.goto(f"{elsewhere}/connexion/?suite={SEARCH}")
    type_login(page, login)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    expect(page.get_by_text("La clé d’accès n’a pas répondu.")).to_be_visible()
    assert "/verification/" in page.url
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()  # the button is free again
    expect(page.get_by_text("La clé d’accès n’a pas répondu.")).to_be_visible()


def test_without_javascript_the_application_and_the_mail_do(open_page: OpenPage, world: World) -> None:
    login, page = new_colleague(world, "kim"), open_page(width=390, java_script_enabled=False)
    log_in(page, login)
    prove_by_mail(page, "Valider, puis ajouter une application ou une clé d’accès")
    page.get_by_role("button", name="Ajouter une application").click()
    code = shown_code(page)
    page.get_by_label("Code affiché").fill(code)
    page.get_by_role("button", name="Ajouter l’application").click()
    expect(page.get_by_role("link", name="Modifier Mon téléphone")).to_be_visible()
    page.goto(f"{FACTORS}cle/")
    arrived(page, "Ajout d’une clé d’accès")
    expect(page.get_by_text("ne peut être ajoutée que dans un navigateur récent, avec JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Ajouter la clé d’accès")).to_be_hidden()


def test_the_application_a_code_of_last_resort_and_a_remembered_device_open_the_door(
    open_page: OpenPage, world: World
) -> None:
    login, page = new_colleague(world, "paz"), open_page()
    log_in(page, login)
    prove_by_mail(page, "Valider, puis ajouter une application ou une clé d’accès")
    page.get_by_role("button", name="Ajouter une application").click()
    code, next_code = shown_code(page), shown_code(page, 1)
    page.get_by_label("Code affiché").fill(code)
    page.get_by_role("button", name="Ajouter l’application").click()
    arrived(page, "Vos moyens de vérification")
    page.get_by_role("button", name="Créer 10 codes de secours").click()
    arrived(page, "Vos 10 nouveaux codes")
    last_resort = page.get_by_text(re.compile(r"^[0-9A-Z]{5}-[0-9A-Z]{5}$")).first.inner_text()
    log_out(page)

    log_in(page, login)
    page.locator("#code").fill(code)
    page.get_by_label("Ne plus demander sur cet appareil").check()
    page.get_by_role("button", name="Valider", exact=True).click()
    expect(page.locator("#code-err")).to_contain_text("Ce code n’est pas le bon")  # it served to add the application
    expect(page.get_by_label("Ne plus demander sur cet appareil")).to_be_checked()
    page.locator("#code").fill(next_code)
    page.get_by_role("button", name="Valider", exact=True).click()
    page.wait_for_url(f"**{SEARCH}")
    log_out(page)
    page.goto(f"/connexion/?suite={SEARCH}")
    type_login(page, login)
    page.wait_for_url(f"**{SEARCH}")

    elsewhere = open_page(width=390)
    log_in(elsewhere, login)
    elsewhere.locator("#code").fill(last_resort.lower())
    elsewhere.get_by_role("button", name="Valider", exact=True).click()
    elsewhere.wait_for_url(f"**{SEARCH}")


def shown_code(page: Page, later: int = 0) -> str:
    secret = base64.b32decode(page.locator("#cle").inner_text().replace(" ", ""))
    return rules.code_at(secret, rules.step_of(timezone.now()) + later)


def test_two_tabs_and_the_way_back_end_in_the_same_place(open_page: OpenPage, world: World) -> None:
    login, page = new_colleague(world, "lou"), open_page()
    log_in(page, login)
    other = page.context.new_page()
    other.goto(page.url)
    prove_by_mail(page)
    page.wait_for_url(f"**{SEARCH}")
    other.get_by_role("button", name="Recevoir un code par e-mail").click()
    other.wait_for_url(f"**{SEARCH}")
    page.go_back()
    page.wait_for_url(f"**{SEARCH}")


def test_by_the_keyboard_alone(open_page: OpenPage, world: World) -> None:
    login, page = new_colleague(world, "max"), open_page()
    log_in(page, login)
    tab_to(page, page.get_by_role("button", name="Recevoir un code par e-mail"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("vient d’être envoyé")).to_be_visible()
    tab_to(page, page.locator("#code"))
    page.keyboard.type(mailed_code())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{SEARCH}")


def test_every_page_stands_every_width_and_axe(open_page: OpenPage, world: World) -> None:
    login, page = new_colleague(world, "nour"), open_page()
    log_in(page, login)
    check_page(page, "Recevez un code")
    page.get_by_role("button", name="Recevoir un code par e-mail").click()
    check_page(page, "Saisissez votre code")
    page.locator("#code").fill("12")
    page.get_by_role("button", name="Valider", exact=True).click()
    expect(page.locator("#code-err")).to_contain_text("Ce code n’est pas le bon")
    check_page(page, "Saisissez votre code", mistake=True)
    page.locator("#code").fill(mailed_code())
    page.get_by_role("button", name="Valider, puis ajouter").click()
    check_page(page, "Vos moyens de vérification")
    page.get_by_role("link", name="Ajouter une clé d’accès").click()
    check_page(page, "Ajout d’une clé d’accès")
    page.goto(FACTORS)
    page.get_by_role("button", name="Ajouter une application").click()
    check_page(page, "Ajout d’une application")
    page.get_by_label("Code affiché").fill("000")
    page.get_by_role("button", name="Ajouter l’application").click()
    expect(page.locator("[data-errsum]")).to_be_focused()
    check_page(page, "Ajout d’une application", mistake=True)
    page.get_by_label("Code affiché").fill(shown_code(page))
    page.get_by_role("button", name="Ajouter l’application").click()
    check_page(page, "Vos moyens de vérification")
    page.get_by_role("button", name="Créer 10 codes de secours").click()
    expect(page.get_by_text(re.compile(r"^[0-9A-Z]{5}-[0-9A-Z]{5}$"))).to_have_count(10)
    check_page(page, "Vos 10 nouveaux codes")
    page.goto(FACTORS)
    page.get_by_role("link", name="Modifier Mon téléphone").click()
    check_page(page, "Moyen de vérification")
    log_out(page)
    log_in(page, login)
    check_page(page, "Saisissez votre code")


def test_the_square_code_is_drawn_square_by_square(open_page: OpenPage, world: World) -> None:
    """A camera reads what the screen shows: every module of the code has its colour there."""
    login, page = new_colleague(world, "oz"), open_page()
    log_in(page, login)
    prove_by_mail(page, "Valider, puis ajouter une application ou une clé d’accès")
    page.get_by_role("button", name="Ajouter une application").click()
    secret = base64.b32decode(page.locator("#cle").inner_text().replace(" ", ""))
    uri = rules.provisioning_uri(secret, brand="amelipro", holder=holder_name(login))
    wanted = [[bool(module) for module in row] for row in segno.make(uri, error="l").matrix_iter(border=4)]
    assert page.evaluate(_PIXELS, len(wanted)) == wanted


def holder_name(login: str) -> str:
    account = Account.objects.get(email=login)
    return names_of([account.id])[account.id]


# The drawing with the style that the page gives it, painted eight pixels a module and read in the middle of each.
_PIXELS = """size => {
  const canvas = Object.assign(document.createElement('canvas'), { width: size * 8, height: size * 8 });
  const paint = canvas.getContext('2d');
  paint.scale(8, 8);
  document.querySelectorAll('.qr path').forEach(path => {
    const style = getComputedStyle(path);
    const shape = new Path2D(path.getAttribute('d'));
    if (style.fill !== 'none') { paint.fillStyle = style.fill; paint.fill(shape); }
    if (style.stroke !== 'none') {
      Object.assign(paint, { lineCap: style.strokeLinecap, strokeStyle: style.stroke });
      paint.lineWidth = parseFloat(style.strokeWidth);
      paint.stroke(shape);
    }
  });
  const dark = (x, y) => paint.getImageData(x * 8 + 4, y * 8 + 4, 1, 1).data[0] < 128;
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => dark(x, y)));
}"""
