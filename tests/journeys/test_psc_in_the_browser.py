"""Pro Santé Connect in a real browser: with the provider of the demonstration, and with one on another origin."""

from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest
from playwright.sync_api import Browser, expect

from contact_covid.journal.models import Entry
from contact_covid.portal.psc.presenters import STOPS
from tests import psc
from tests.browser import tab_stops
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import arrived, check_page, log_in, log_out
from tests.journeys.world import CLAIRE, World, member
from tests.psc import CLIENT, Provider
from tests.server import Server

BUTTON, TITLE = "S’identifier avec Pro Santé Connect", "Pro Santé Connect de démonstration"
STOPPED = "/connexion/pro-sante-connect/sans-suite/?motif="


@pytest.fixture(scope="module")
def service(world: World, server: Callable[..., Server]) -> Server:
    """A demonstration, which has a provider of its own."""
    return server(world.database, DEMO="1")


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Provider]:
    with psc.running() as provider:
        yield provider


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_a_professional_of_the_demonstration_gets_in_by_a_choice(open_page: OpenPage, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto("/connexion/?suite=/contact-covid/recherche/")
    page.get_by_role("link", name=BUTTON).click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.get_by_role("button", name="Claire Vasseur").click()

    page.wait_for_url("**/contact-covid/recherche/")
    expect(page.get_by_role("banner")).to_contain_text("VASSEUR")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion/")
    page.go_back()
    page.wait_for_url("**/connexion/?suite=*")


def test_the_whole_way_by_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/connexion/")
    page.get_by_role("link", name=BUTTON).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    assert any("Claire Vasseur" in stop for stop in tab_stops(page))
    page.get_by_role("button", name="Claire Vasseur").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/accueil/")


def test_a_double_click_arrives_once(open_page: OpenPage) -> None:
    page, before = open_page(), logins()
    page.goto("/connexion/")
    page.get_by_role("link", name=BUTTON).dblclick()
    page.get_by_role("button", name="Claire Vasseur").dblclick()
    page.wait_for_url("**/accueil/")
    expect(page.get_by_role("banner")).to_contain_text("VASSEUR")
    assert logins() == before + 1


def logins() -> int:
    """How many sessions the journal says were opened."""
    return Entry.objects.filter(kind="accounts.logged_in").count()


def test_after_the_way_in_the_way_back_does_not_repeat_it(open_page: OpenPage) -> None:
    """Neither code nor state stays in the history."""
    page = open_page()
    page.goto("/connexion/")
    page.get_by_role("link", name=BUTTON).click()
    page.get_by_role("button", name="Claire Vasseur").click()
    page.wait_for_url("**/accueil/")
    page.go_back()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    assert "code=" not in page.url
    page.goto("/accueil/")
    expect(page.get_by_role("banner")).to_contain_text("VASSEUR")


def test_a_password_is_too_weak_for_delegations_and_the_way_back_in_opens_them(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, CLAIRE)
    page.wait_for_url("**/accueil/")
    page.get_by_role("link", name="Mes délégations").click()
    arrived(page, "Identification insuffisante")
    expect(page.get_by_text("reconnectez-vous avec votre carte CPS ou avec Pro Santé Connect")).to_be_visible()
    log_out(page)
    page.get_by_role("link", name=BUTTON).click()
    page.get_by_role("button", name="Claire Vasseur").click()
    page.wait_for_url("**/accueil/")
    page.get_by_role("link", name="Mes délégations").click()
    arrived(page, "Nommer un délégué")


def test_turning_back_leads_to_a_page_with_a_way_on(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/connexion/")
    page.get_by_role("link", name=BUTTON).click()
    page.get_by_role("button", name="Abandonner").click()
    expect(page.get_by_role("heading", name="Identification interrompue")).to_be_visible()
    page.get_by_role("link", name="Réessayer").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


@pytest.mark.parametrize("code", STOPS, ids=str)
def test_each_page_that_says_why_is_whole(open_page: OpenPage, code: str) -> None:
    page = open_page()
    page.goto(f"{STOPPED}{code}")
    check_page(page, STOPS[code].title, mistake=STOPS[code].status != HTTPStatus.OK)


def test_the_page_of_the_provider_is_whole(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/connexion/")
    check_page(page, "Identification par carte CPS")
    page.get_by_role("link", name=BUTTON).click()
    check_page(page, TITLE)


def test_logging_out_goes_through_a_provider_on_another_origin(
    browser: Browser, world: World, server: Callable[..., Server], elsewhere: Provider
) -> None:
    """The pages' policy lets the form of « Se déconnecter » lead there."""
    elsewhere.honest(member(CLAIRE))
    settings = {"PSC_ISSUER": elsewhere.url, "PSC_CLIENT_ID": CLIENT, "PSC_CLIENT_SECRET": psc.SECRET}
    with server(world.database, **settings) as portal, browser.new_context(base_url=portal.url) as context:
        page = context.new_page()
        page.goto("/connexion/")
        page.get_by_role("link", name=BUTTON).click()
        page.wait_for_url("**/accueil/")
        page.get_by_role("button", name="Se déconnecter").click()
        page.wait_for_url("**/connexion/")

    assert [each["post_logout_redirect_uri"] for each in elsewhere.ended] == [f"{portal.url}/connexion/"]
