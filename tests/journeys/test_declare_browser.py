"""The declaration as people go through it: in a browser, by keyboard, on a phone, without JavaScript."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import tab_stops
from tests.journeys.declaring import registered, stay_form
from tests.journeys.kinds import OpenPage, SignedIn
from tests.journeys.steps import SHOTS, arrived, check_page, day, fill_contact, fill_index, look
from tests.journeys.world import HELENE, World

START = "/contact-covid/declarer/"


def walk(page: Page, surname: str) -> None:
    """From the tile to the registered fiches, a mistake and a person outside the household on the way."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.goto("/accueil/")
    page.get_by_role("link", name="Contact COVID").first.click()
    look(page, f"1-index-{width}", "Déclaration d’un patient zéro")
    page.get_by_role("button", name="Enregistrer et passer aux contacts").click()
    expect(page).to_have_title("Erreur : Déclaration d’un patient zéro – Contact COVID – amelipro")
    look(page, f"2-mistakes-{width}", "Déclaration d’un patient zéro", mistake=True)
    fill_index(page, surname)
    page.get_by_role("button", name="Enregistrer et passer aux contacts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Les personnes du foyer")
    look(page, f"3-household-{width}", "Les personnes du foyer")
    fill_contact(page, f"{surname}a")
    page.get_by_role("button", name="Enregistrer et ajouter un autre contact").click()
    expect(page.get_by_role("link", name=f"{surname.upper()}A Jean")).to_be_visible()
    page.get_by_label("Même foyer").uncheck()
    page.get_by_label("Même adresse").uncheck()
    fill_contact(page, f"{surname}b")
    page.get_by_label("Circonstance").select_option("closed_space")
    page.get_by_label("Département", exact=True).fill("972")
    page.get_by_label("J’appelle moi-même").check()
    look(page, f"4-other-{width}", "Les personnes du foyer")
    page.get_by_role("button", name="Enregistrer et passer aux lieux").click()
    look(page, f"4b-places-{width}", "Lieux fréquentés")
    page.get_by_label("Type de lieu").select_option("school")
    page.get_by_label("Nom du lieu").fill("École Jules-Ferry")
    page.get_by_label("Premier jour").fill(day(-1))
    page.get_by_role("button", name="Enregistrer et ajouter un autre lieu").click()
    look(page, f"4c-place-{width}", "Lieux fréquentés")
    page.get_by_role("link", name="Vérifier sans ajouter de lieu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérification de la déclaration")
    look(page, f"5-verify-{width}", "Vérification de la déclaration")
    page.get_by_role("button", name="Confirmer et enregistrer 3 fiches").click()
    expect(page.get_by_text("La déclaration est enregistrée.")).to_be_visible()
    expect(page.locator("[data-fiche]")).to_have_count(3)
    look(page, f"6-registered-{width}", f"{surname.upper()} Marie")
    page.get_by_role("link", name="Mes fiches").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes fiches")
    look(page, f"7-list-{width}", "Mes fiches")
    page.get_by_role("link", name=f"{surname.upper()} Marie", exact=True).click()
    page.get_by_role("link", name="Ajouter un contact").click()
    look(page, f"8-add-{width}", "Nouveau contact")


def test_the_walk_is_whole_and_accessible(world: World, open_page: OpenPage) -> None:
    walk(open_page(HELENE), "Zqlarge")


def test_the_walk_is_whole_on_a_phone_without_javascript(world: World, open_page: OpenPage) -> None:
    walk(open_page(HELENE, java_script_enabled=False, width=390), "Zqbare")


def test_a_declaration_survives_the_browser_and_is_taken_up_again(world: World, open_page: OpenPage) -> None:
    page = open_page(HELENE)
    page.goto(START)
    fill_index(page, "Zqlater")
    page.get_by_role("button", name="Enregistrer et passer aux contacts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Les personnes du foyer")
    page.context.close()
    page = open_page(HELENE)
    page.goto("/contact-covid/")
    check_page(page, "Reprendre une déclaration")
    page.get_by_role("link", name="Reprendre la déclaration de ZQLATER Marie").click()
    expect(page.get_by_role("heading", level=2, name="ZQLATER Marie")).to_be_visible()


def test_back_and_refresh_lose_and_double_nothing(world: World, open_page: OpenPage) -> None:
    page = open_page(HELENE)
    page.goto(START)
    fill_index(page, "Zqback")
    page.get_by_role("button", name="Enregistrer et passer aux contacts").click()
    arrived(page, "Les personnes du foyer")
    fill_contact(page, "Zqbackcontact")
    page.get_by_role("button", name="Enregistrer et passer aux lieux").click()
    page.get_by_role("link", name="Vérifier sans ajouter de lieu").click()
    confirm = page.get_by_role("button", name="Confirmer et enregistrer 2 fiches")
    expect(confirm).to_be_visible()
    page.reload()
    confirm.dblclick()
    expect(page.locator("[data-fiche]")).to_have_count(2)
    page.reload()
    expect(page.locator("[data-fiche]")).to_have_count(2)
    page.go_back()
    arrived(page, "ZQBACK Marie")
    page.goto(START)
    expect(page.get_by_text("ZQBACK Marie")).to_have_count(0)
    page.goto("/contact-covid/mes-fiches/")
    expect(page.get_by_text("ZQBACKCONTACT Jean", exact=True)).to_have_count(1)


def test_fiches_print_on_one_page_each(world: World, open_page: OpenPage, signed_in: SignedIn) -> None:
    client = signed_in(HELENE)
    fiche = registered(client, 961, *range(962, 974))
    client.post(f"{fiche}lieux/", stay_form())
    page = open_page(HELENE)
    page.goto(fiche)
    contact = page.locator("table a").first.get_attribute("href") or ""
    for path, last in ((fiche, "École Zqferry"), (contact, "Patients zéro qui ont nommé cette personne")):
        page.goto(path)
        page.emulate_media(media="print")
        expect(page.get_by_text(last).first).to_be_visible()
        printed = page.pdf(format="A4")
        if SHOTS:
            Path(SHOTS, f"print-{path == fiche}.pdf").write_bytes(printed)
        assert printed.count(b"/Type /Page\n") == 1, path


def test_everything_is_reached_by_keyboard(world: World, open_page: OpenPage) -> None:
    page = open_page(HELENE)
    page.goto(START)
    stops = tab_stops(page)
    wanted = ["birth_name", "first_names", "birth_date", "sex", "nir", "phone", "postcode", "onset", "no_symptoms"]
    reached = [stop.split("#")[1].split(" ")[0] for stop in stops if "#" in stop]
    assert [name for name in wanted if name not in reached] == []
    assert reached.index("birth_name") < reached.index("phone") < reached.index("onset")
