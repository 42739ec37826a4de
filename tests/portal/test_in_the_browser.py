"""The gallery and the public pages in a real browser: every component in every state, with and without JavaScript."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests import browser as chrome
from tests.portal.test_frame import STATIC_PAGES
from tests.server import Server

PAGES = (*STATIC_PAGES, "/galerie/", "/galerie/?theme=pa", "/nulle-part/")
WARNING_MS = 120_000


@pytest.fixture(scope="module")
def site(module_database: str, server: Callable[..., Server]) -> str:
    return server(module_database, DEMO="1").url


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    with chrome.chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on any script error or refused resource."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield opened
    opened.close()
    assert [line for line in complaints if "404 (Not Found)" not in line] == []


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_no_width_scrolls_sideways(page: Page, site: str, path: str) -> None:
    page.goto(site + path)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found = chrome.violations(page)
        assert found == [], (width, found)
    for width in chrome.WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert chrome.overflow(page) == 0, width


def test_axe_would_find_something(page: Page, site: str) -> None:
    page.goto(f"{site}/galerie/")
    page.evaluate("document.querySelector('label[for=g-field]').remove()")

    assert any("label" in line for line in chrome.violations(page))


def test_the_keyboard_reaches_everything_and_the_focus_shows(page: Page, site: str) -> None:
    page.goto(f"{site}/galerie/")
    stops = chrome.tab_stops(page)

    assert stops[0].startswith("a Aller au contenu")
    fields = {stop.split()[0] for stop in stops}
    assert {"input#nir", "select#per_page", "input#g-password", "input#postcode", "input#outcome", "summary"} <= fields


def test_the_first_stop_leads_past_the_header(page: Page, site: str) -> None:
    page.goto(f"{site}/aide/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#contenu")).to_be_focused()


def test_the_summary_has_the_focus_and_leads_to_the_field(page: Page, site: str) -> None:
    page.goto(f"{site}/galerie/")

    expect(page.locator("[data-errsum]").first).to_be_focused()
    page.get_by_role("link", name="Renseignez le code postal").click()
    expect(page.locator("#postcode")).to_be_focused()


def test_the_icons_come_from_the_sprite_under_the_policy(page: Page, site: str) -> None:
    page.goto(f"{site}/galerie/")

    assert page.evaluate("document.querySelector('.brand use').getBBox().width") > 0


def test_a_nir_is_grouped_when_the_field_is_left(page: Page, site: str) -> None:
    page.goto(f"{site}/galerie/")
    page.locator("#g-nir").fill("269054958815780")
    page.locator("#g-nir").blur()

    assert page.locator("#g-nir").input_value() == "2 69 05 49 588 157 80"


def test_a_password_shows_and_hides(page: Page, site: str) -> None:
    page.goto(f"{site}/galerie/")
    field = page.locator("#g-password")
    page.get_by_role("button", name="Afficher le mot de passe").first.click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Masquer le mot de passe").click()
    expect(field).to_have_attribute("type", "password")


def test_a_form_is_sent_once_however_often_the_button_is_pressed(page: Page, site: str) -> None:
    sent: list[str] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
            route.fulfill(status=204)  # the page stays, as when the network is slow
        else:
            route.continue_()

    page.route("**/galerie/**", hold)
    page.goto(f"{site}/galerie/")
    page.clock.install()
    button = page.get_by_role("button", name="Enregistrer et appeler le suivant")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert len(sent) == 1

    page.clock.run_for(10_000)
    expect(button).not_to_have_attribute("aria-disabled", "true")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    assert len(sent) == 2


def test_the_session_dialog_opens_two_minutes_before_the_end_and_one_key_stays(page: Page, site: str) -> None:
    page.clock.install()
    asked: list[str] = []

    def prolong(route: Route) -> None:
        asked.append(route.request.headers.get("x-csrftoken", ""))
        route.fulfill(json={"seconds": 3600})

    page.goto(f"{site}/galerie/")
    dialog = page.locator("#session")
    expect(dialog).to_be_hidden()
    page.clock.run_for(31_000)  # the gallery's session has 150 s left
    expect(dialog).to_be_visible()
    expect(page.locator("[data-stay]")).to_be_focused()
    assert page.locator("[data-left]").inner_text().startswith("1 min 5")
    assert chrome.violations(page) == []

    page.route("**/galerie/*", prolong)
    page.route("**/galerie/", prolong)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert len(asked) == 1
    assert asked[0]

    page.clock.run_for(WARNING_MS)
    expect(dialog).to_be_hidden()


def test_when_the_session_can_last_no_longer_the_user_may_still_save(page: Page, site: str) -> None:
    page.clock.install()
    page.goto(f"{site}/galerie/")
    page.route("**/galerie/", lambda route: route.fulfill(json={"seconds": 90}))
    page.clock.run_for(31_000)
    page.keyboard.press("Enter")

    expect(page.get_by_text("La durée maximale d’une session est atteinte")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#session")).to_be_hidden()
    page.clock.run_for(5_000)
    expect(page.locator("#session")).to_be_hidden()


def test_at_the_end_of_the_session_the_page_leaves(page: Page, site: str) -> None:
    page.clock.install()
    page.goto(f"{site}/galerie/")
    page.clock.run_for(151_000)
    page.wait_for_url("**/aide/?suite=%2Fgalerie%2F")  # the gallery's login page


def test_everything_is_there_without_javascript(browser: Browser, site: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{site}/galerie/")

    expect(page.get_by_role("button", name="Rechercher")).to_be_visible()
    expect(page.get_by_role("button", name="Afficher ce nombre de fiches par page")).to_be_visible()
    expect(page.get_by_role("button", name="Afficher le mot de passe")).to_have_count(0)
    expect(page.locator("#session")).to_be_hidden()
    page.close()


def test_a_fiche_prints_on_one_page(page: Page, site: str) -> None:
    page.goto(f"{site}/galerie/")
    page.evaluate("document.querySelectorAll('main section, main h1').forEach(e => e.remove())")
    page.emulate_media(media="print")

    expect(page.locator("#fiche")).to_be_visible()
    expect(page.locator(".foot")).to_be_hidden()
    expect(page.locator("#fiche .btn").first).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
