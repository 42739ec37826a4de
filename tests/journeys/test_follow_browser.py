"""The pages of a person in a browser: three languages, both directions, by keyboard, without JavaScript."""

from playwright.sync_api import expect

from contact_covid.core.dates import date_fr
from tests.browser import tab_stops
from tests.cast import BORN
from tests.journeys.following import HOME, entered, path_of
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import SHOTS, stands
from tests.journeys.world import World


def test_every_page_is_accessible_in_every_language(world: World, open_page: OpenPage) -> None:
    made = entered(7_901, 7_902)
    forms = ("symptomes", "contacts", "lieux", "droits", "messages")
    walks = [("fr", made.index, forms), ("ar", made.index, forms[:2]), ("en", made.contacts[0], ())]
    walks += [("en", made.index, forms), ("ar", made.contacts[0], forms[:1])] if SHOTS else []
    for language, fiche, pages in walks:
        page = open_page(width=390, locale="fr")
        page.goto(f"{path_of(fiche.id)}?langue={language}")
        name = f"{language}-{fiche.kind}"
        stands(page, f"{name}-link")
        page.locator("#birth_date").fill(BORN.isoformat())
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"**{HOME}")
        stands(page, f"{name}-home")
        for each in pages:
            page.goto(f"{HOME}{each}/")
            stands(page, f"{name}-{each}")


def test_by_keyboard_and_without_javascript(world: World, open_page: OpenPage) -> None:
    fiche = entered(7_911, 7_912).contacts[0]
    page = open_page(width=390, java_script_enabled=False, locale="fr")
    page.goto(path_of(fiche.id))
    page.locator("#birth_date").fill(BORN.isoformat())
    page.get_by_role("button", name="Ouvrir").click()
    page.get_by_role("button", name="J’ai lu mes consignes").click()
    expect(page.get_by_role("status")).to_contain_text("vous avez lu vos consignes")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your follow-up")
    page.get_by_role("link", name="Answer").click()
    page.get_by_label("Temperature").fill("60")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("between 34 and 43")
    expect(page.get_by_label("Temperature")).to_have_value("60")
    with_script = open_page(width=390, locale="fr")
    with_script.goto(path_of(fiche.id))
    stops = tab_stops(with_script)
    assert any("birth_date" in stop for stop in stops)
    assert date_fr(BORN) not in with_script.content()
