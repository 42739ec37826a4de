"""The mailbox of the demo: what would have been sent, for those who may use the portal, and in a demo only."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.journal.models import Entry
from contact_covid.messaging.actions import deliver, mail, send
from contact_covid.messaging.enums import Language
from contact_covid.messaging.models import Message
from contact_covid.messaging.rules.contents import ConfirmEmail
from tests import browser as chrome
from tests.cast import person
from tests.journeys import world as worlds
from tests.journeys.steps import check_page
from tests.journeys.web import Visitor
from tests.journeys.world import CLAIRE, LOGINS, World
from tests.messaging.gateway import an_sms
from tests.messaging.mail import outgoing
from tests.server import Server

LIST = "/demo/messages/"


@pytest.fixture(scope="module")
def world(module_database: str) -> World:
    worlds.build()
    return World(module_database)


@pytest.fixture(scope="module")
def service(world: World, server: Callable[..., Server]) -> Server:
    return server(world.database, DEMO="1")


@pytest.fixture
def message(world: World) -> UUID:
    """Delivered as a demo does: kept."""
    [sent] = send(messages=[outgoing(7, language=Language.ENGLISH)], now=timezone.now())
    Message.objects.filter(id=sent).update(state="sent", sent_at=timezone.now())
    return sent


def paths(message: UUID) -> list[str]:
    return [LIST, *(f"{LIST}{message}/{end}" for end in ("", "html/", "lettre/"))]


def test_a_message_is_read_in_every_form(service: Server, world: World, message: UUID) -> None:
    claire = Visitor(service.url, world.token(CLAIRE))
    listed, shown, html = (claire.get(path) for path in paths(message)[:3])
    assert f"{LIST}{message}/" in listed.text
    assert person(7).name not in listed.text
    assert "K7M4-2QXD" in listed.text
    assert person(7).email in shown.text
    assert "Instructions to follow" in shown.text
    assert 'lang="en"' in shown.text
    assert f"Dear {person(7).name}" in html.text
    assert html.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert {answer.headers["cache-control"] for answer in (listed, shown, html)} == {"no-store"}
    assert Entry.objects.filter(kind="messaging.read", detail__message=str(message)).count() == 2


def test_the_pages_are_accessible_and_the_letter_is_downloaded(service: Server, world: World, message: UUID) -> None:
    with chrome.chromium() as browser, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        context = browser.new_context(base_url=service.url)
        context.add_cookies([{"name": "session", "value": world.token(CLAIRE), "url": service.url}])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(LIST)
        check_page(page, "Messages de la démonstration")
        page.get_by_role("link", name="Lire").first.click()
        check_page(page, "Texte")
        with page.expect_download() as download:
            page.get_by_role("link", name="Télécharger la lettre").click()
        assert download.value.suggested_filename == "isolation-letter.pdf"
        assert download.value.path().read_bytes().startswith(b"%PDF-")
        page.get_by_role("link", name="Version HTML").click()
        page.get_by_role("heading", name="Isolation").wait_for()
        assert complaints == []


def test_a_long_link_fits_every_width(service: Server, world: World) -> None:
    confirm = ConfirmEmail(name="Mme Anne PETIT", link=f"https://portail.example/{'x' * 90}/", hours=24)
    mail(to="anne@example.org", content=confirm, now=timezone.now())
    with chrome.chromium() as browser, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        context = browser.new_context(base_url=service.url)
        context.add_cookies([{"name": "session", "value": world.token(CLAIRE), "url": service.url}])
        page = context.new_page()
        page.goto(LIST)
        page.get_by_role("link", name="Lire").first.click()
        check_page(page, "Texte")


def test_a_wiped_message_says_so_and_shows_nothing(service: Server, world: World, message: UUID) -> None:
    Message.objects.filter(id=message).update(recipient=None, content=None)
    claire = Visitor(service.url, world.token(CLAIRE))
    _, shown, *others = (claire.get(path) for path in paths(message))
    assert (shown.status, "Contenu effacé" in shown.text) == (200, True)
    assert {answer.status for answer in others} == {404}


def test_an_absent_message_is_not_found(service: Server, world: World) -> None:
    claire = Visitor(service.url, world.token(CLAIRE))
    assert {claire.get(path).status for path in paths(uuid4())[1:]} == {404}


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.PHYSICIAN, Role.PLATFORM_AGENT, Role.DPO])
def test_the_mailbox_is_for_those_who_may_use_the_portal(
    service: Server, world: World, message: UUID, role: Role
) -> None:
    assert Visitor(service.url, world.token(LOGINS[role])).get(LIST).status == 200
    stranger = Visitor(service.url)
    for path in paths(message):
        answer = stranger.get(path)
        assert (answer.status, answer.location.startswith("/connexion/")) == (302, True)


def test_outside_a_demo_there_is_no_mailbox(server: Callable[..., Server], world: World, message: UUID) -> None:
    deliver(message=message, now=timezone.now())
    with server(world.database) as running:
        claire = Visitor(running.url, world.token(CLAIRE))
        assert claire.get("/accueil/").status == 200
        assert "Messages de la démonstration" not in claire.get("/accueil/").text
        assert {claire.get(path).status for path in paths(message)} == {404}


def test_an_sms_is_read_as_it_is_with_its_length_and_no_html(service: Server, world: World) -> None:
    [sent] = send(messages=[an_sms(8, language=Language("ar"))], now=timezone.now())
    Message.objects.filter(id=sent).update(state="delivered", sent_at=timezone.now(), receipt_at=timezone.now())
    claire = Visitor(service.url, world.token(CLAIRE))
    _, shown, html, letter = (claire.get(path) for path in paths(sent))
    assert person(8).name not in shown.text
    for told in ("Remis", "06 39 98 ", "traduction non relue", "soit 3 SMS", 'lang="ar" dir="rtl"'):
        assert told in shown.text
    assert "Version HTML" not in shown.text
    assert (html.status, letter.status) == (404, 404)
