"""What the service writes is read before it is sent: every message, by every way, in every language, about nobody."""

import re
from html import unescape

import pytest
from playwright.sync_api import expect

from contact_covid.access.enums import Role
from contact_covid.messaging.enums import Channel, Language, Template
from contact_covid.messaging.rules.contents import KINDS
from contact_covid.messaging.rules.languages import digest_of
from contact_covid.messaging.rules.translations import exists
from tests.journeys.kinds import OpenPage, SignedIn
from tests.journeys.steps import check_page
from tests.journeys.world import LOGINS

LIST = "/messages/modeles/"
WRITTEN = [
    (template.value, language.value)
    for template, kind in KINDS.items()
    for language in Language
    if exists(kind, language, Channel.EMAIL)
]


def test_every_message_is_listed_with_the_languages_it_is_written_in(signed_in: SignedIn) -> None:
    page = signed_in(LOGINS[Role.ADMINISTRATOR]).get(LIST).content.decode()
    assert set(re.findall(rf'href="{LIST}(\w+)/(\w+)/"', page)) == set(WRITTEN)
    assert page.count("non relue</span>") == len([1 for _, language in WRITTEN if language == "ar"])


def test_each_is_shown_by_each_way_that_it_goes(signed_in: SignedIn) -> None:
    client = signed_in(LOGINS[Role.PLATFORM_SUPERVISOR])
    for template, language in WRITTEN:
        kind, place = KINDS[Template(template)], f"{LIST}{template}/{language}/"
        shown = client.get(place)
        page = unescape(shown.content.decode())
        assert shown.status_code == 200
        assert ("soit" in page and '<h2 id="t-sms"' in page) is exists(kind, Language(language), Channel.SMS)
        assert client.get(f"{place}html/").status_code == 200
        letter = client.get(f"{place}lettre/")
        assert (letter.status_code, letter.content[:5]) == (
            (200, b"%PDF-") if exists(kind, Language(language), Channel.LETTER) else (404, letter.content[:5])
        )


def test_a_mail_is_drawn_where_it_can_do_nothing(signed_in: SignedIn) -> None:
    html = signed_in(LOGINS[Role.ADMINISTRATOR]).get(f"{LIST}unreachable/ar/html/")
    assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert html.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["nothing/fr/", "unreachable/xx/", "reset_password/en/", "reset_password/fr/lettre/"])
def test_what_is_not_written_is_not_found(signed_in: SignedIn, path: str) -> None:
    assert signed_in(LOGINS[Role.ADMINISTRATOR]).get(f"{LIST}{path}").status_code == 404


def test_who_reads_a_translation_over_finds_what_to_sign(open_page: OpenPage) -> None:
    page = open_page(LOGINS[Role.ADMINISTRATOR])
    page.goto("/accueil/")
    page.get_by_role("link", name="Modèles de messages").click()
    check_page(page, "Modèles de messages")
    page.get_by_role("link", name="Arabe : Consignes après l’appel").click()
    expect(page.get_by_text("ce message part en français et en anglais")).to_be_visible()
    expect(page.get_by_text(digest_of("instructions", "ar"))).to_be_visible()
    check_page(page, "Consignes après l’appel")
    page.goto(f"{LIST}unreachable/ar/")
    check_page(page, "Demande de rappeler")
    sms = page.locator("section", has=page.get_by_role("heading", name="SMS", exact=True)).locator("p")
    assert sms.evaluate("element => getComputedStyle(element).direction") == "rtl"
    expect(page.get_by_text("signes, soit")).to_be_visible()
