"""The pharmacist's guide to the letter: find a contact's fiche, correct it, trace the masks."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contact_covid.demo.actions.cast import PASSWORD
from contact_covid.tracing.enums import Consent
from contact_covid.tracing.models import Fiche
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import (
    CONTEXT_IDS,
    CONTEXTS,
    check_page,
    facts,
    fill_search,
    give_masks,
    history,
    mask_rows,
    minute,
    open_fiche,
    open_form,
    save,
    search,
    today,
)
from tests.journeys.world import CLAIRE, Patient, World, as_owner


@pytest.fixture
def patient(world: World) -> Patient:
    return world.patient()


@pytest.mark.parametrize("context", CONTEXTS, ids=CONTEXT_IDS)
def test_the_walk_of_the_guide(world: World, open_page: OpenPage, context: dict[str, object]) -> None:
    patient = world.patient(consent=Consent.REFUSES)
    created = minute(Fiche.objects.get(id=patient.fiche).created_at)
    page = open_page(**context)
    page.goto("/connexion/")
    page.get_by_label("Identifiant").fill(CLAIRE)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Vous connecter").click()

    activities = page.locator("#activites")
    expect(activities.get_by_role("heading", name="Activités")).to_be_visible()
    activities.get_by_role("link", name="Contact COVID").click()

    _search_screen(page, patient)
    _result_screen(page, patient, created)
    page.get_by_role("link", name="Consulter").click()
    _fiche_screen(page, patient, created)
    page.get_by_role("link", name="Modifier").click()
    _form_screen(page, patient)
    before = timezone.now()
    give_masks(page, 14)
    save(page)

    expect(page.get_by_text(f"14 masques le {today()} – Pharmacie des Trois-Îlets")).to_be_visible()
    assert len(history(page)) == 2
    assert any(minute(moment)[:13] in history(page)[1] for moment in (before, timezone.now()))
    page.get_by_role("link", name="Retour à la recherche").click()
    expect(page.get_by_role("heading", name="Recherche de patient")).to_be_visible()
    assert page.locator("#nir").input_value() == ""
    assert mask_rows(patient) == [(True, 14, False)]


def _search_screen(page: Page, patient: Patient) -> None:
    expect(page).to_have_title("Recherche de patient – Contact COVID – amelipro")
    for label in ("Par numéro de sécurité sociale", "Nom", "Prénom"):
        expect(page.get_by_label(label, exact=False).first).to_be_visible()
    fill_search(page, patient, nir="1")
    page.get_by_role("link", name="Réinitialiser").click()
    expect(page.locator("#nir")).to_have_value("")
    fill_search(page, patient)
    page.get_by_role("button", name="Rechercher").click()


def _result_screen(page: Page, patient: Patient, created: str) -> None:
    expect(page.get_by_role("heading", name="1 fiche(s) trouvée(s)")).to_be_visible()
    expect(page.get_by_label("Nb fiches/page :")).to_have_value("25")
    heads = [text.strip().lower() for text in page.locator("thead th").all_text_contents()]
    assert heads[:4] == ["patient", "département", "création", "état"]
    row = page.locator("tbody tr")
    for text in (patient.name, f"NIR : {patient.nir}", "93 – Seine-Saint-Denis", created, "À appeler"):
        expect(row).to_contain_text(text)
    assert patient.nir.replace(" ", "") not in page.url


def _fiche_screen(page: Page, patient: Patient, created: str) -> None:
    expect(page.locator("h1")).to_have_text(patient.name)
    expect(page.get_by_text("Refuse la communication de son identité")).to_be_visible()
    shown = facts(page)
    identity = patient.identity
    assert shown["NIR"] == patient.nir
    assert shown["Régime"] == "Régime général"
    assert shown["Caisse"] == "Caisse primaire de la Seine-Saint-Denis – centre 1021"
    assert shown["Date de naissance"].startswith("04/05/1969")
    assert shown["Adresse"] == f"{identity.street}, 93100 Montreuil"
    expect(page.locator("aside")).to_contain_text(f"Statut : À appeler, depuis le {created}")
    assert [line.split(" ")[0] for line in history(page)] == ["Fiche", "Masques"]
    expect(page.get_by_role("link", name="Retour à la recherche")).to_be_visible()
    expect(page.get_by_text("3608").first).to_be_visible()
    expect(page.get_by_text("choix 2").first).to_be_visible()


def _form_screen(page: Page, patient: Patient) -> None:
    expect(page).to_have_title("Modification du contact – Contact COVID – amelipro")
    banner = page.get_by_role("region", name="Patient")
    for text in (
        f"{patient.name}, né(e) le 04/05/1969",
        "Statut : Assuré",
        f"N° Sécu. : {patient.nir}",
        "Régime général",
        "Caisse primaire de la Seine-Saint-Denis – centre 1021",
    ):
        expect(banner).to_contain_text(text)
    expect(page.get_by_role("heading", name="Informations personne contact")).to_be_visible()
    for label in ("Même foyer", "Téléphone", "E-mail", "Voie", "Code postal / départ.", "Commune"):
        expect(page.get_by_label(label).first).to_be_visible()
    expect(page.get_by_role("heading", name="Masque")).to_be_visible()
    expect(page.get_by_role("group", name="Masque délivré")).to_be_visible()
    assert page.locator("#phone").input_value() == "06 39 98 " + "{:02d} {:02d}".format(*divmod(patient.serial, 100))
    expect(page.get_by_role("heading", name="Test")).to_have_count(0)


class Hand:
    """The keyboard; counts what is pressed. What is typed or pasted into a field is one."""

    def __init__(self, page: Page) -> None:
        self.keyboard, self.presses = page.keyboard, 0

    def press(self, key: str) -> None:
        self.keyboard.press(key)
        self.presses += 1

    def paste(self, text: str) -> None:
        self.keyboard.insert_text(text)
        self.presses += 1


def test_masks_are_delivered_in_nine_presses_of_the_keyboard(open_page: OpenPage, patient: Patient) -> None:
    """What twenty seconds allow: the pasted number, the names, and Enter on what each page is aimed at."""
    page = open_page(CLAIRE)
    page.goto("/contact-covid/")
    hand, searched = Hand(page), patient.searched
    expect(page.locator("#nir")).to_be_focused()
    hand.paste(searched["nir"].replace(" ", ""))
    hand.press("Enter")  # a reader ends so: the next field comes
    expect(page.locator("#last_name")).to_be_focused()
    hand.paste(searched["last_name"])
    hand.press("Tab")
    hand.paste(searched["first_name"])
    hand.press("Enter")
    expect(page.get_by_role("link", name="Consulter")).to_be_focused()
    hand.press("Enter")
    expect(page.get_by_role("link", name="Tracer la délivrance")).to_be_focused()
    hand.press("Enter")
    expect(page.locator("#masks_quantity")).to_have_value("28")
    expect(page.get_by_role("button", name="Valider")).to_be_focused()
    hand.press("Enter")

    expect(page.get_by_text("La fiche est enregistrée.")).to_be_visible()
    expect(page.get_by_text(f"28 masques le {today()}")).to_be_visible()
    assert mask_rows(patient) == [(True, 28, False)]
    assert hand.presses == 9


def test_the_answer_of_the_guide_is_enough(open_page: OpenPage, patient: Patient) -> None:
    """« Modifier », « Oui », « Valider »: the number is the protocol's."""
    page = open_page(CLAIRE, java_script_enabled=False)
    open_form(page, patient)
    expect(page.locator("#masks_quantity")).to_have_value("")
    page.locator("#acte").get_by_label("Oui", exact=True).check()
    save(page)

    assert mask_rows(patient) == [(True, 28, False)]


def test_a_delivery_of_the_day_is_corrected_from_the_list(open_page: OpenPage, patient: Patient) -> None:
    """Long after the search; what is corrected stays in the list."""
    page = open_page(CLAIRE)
    open_form(page, patient)
    give_masks(page, 14)
    save(page)
    as_owner("UPDATE people_lookup SET at = at - interval '31 minutes' WHERE fiches = ARRAY[%s]", patient.fiche)
    page.goto("/contact-covid/recherche/")
    page.get_by_role("link", name="Mes délivrances du jour").click()
    row = page.get_by_role("row").filter(has_text=patient.name)
    expect(row).to_contain_text("14 masques")
    assert patient.nir not in page.content()
    row.get_by_role("link", name="Corriger").click()
    expect(page.locator("#phone")).to_have_count(0)
    give_masks(page, 10)
    page.get_by_role("button", name="Valider").click()

    check_page(page, "Mes délivrances du")
    expect(page.get_by_text("La correction est enregistrée.")).to_be_visible()
    lines = page.get_by_role("row").filter(has_text=patient.name)
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text("10 masques")
    expect(lines.nth(1)).to_contain_text("Corrigée depuis")
    assert mask_rows(patient) == [(True, 14, True), (True, 10, False)]


def test_no_masks_is_an_answer_too(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    open_form(page, patient)
    give_masks(page, None)
    save(page)

    assert history(page)[1].startswith("Masques non délivrés")
    assert mask_rows(patient) == [(False, None, False)]


def test_a_single_mask_is_told_in_the_singular(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    open_form(page, patient)
    give_masks(page, 1)
    save(page)

    expect(page.get_by_text(f"1 masque le {today()} – Pharmacie des Trois-Îlets")).to_be_visible()


def test_a_correction_stays_visible(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    open_form(page, patient)
    give_masks(page, 14)
    save(page)
    page.get_by_role("link", name="Modifier").click()
    expect(page.locator("#masks_quantity")).to_have_value("14")
    expect(page.locator("#acte").get_by_label("Oui", exact=True)).to_be_checked()
    give_masks(page, 10)
    save(page)

    _, first, second = history(page)
    assert "14 masques" in first
    assert "corrigé depuis" in first
    assert "10 masques" in second
    assert "corrigé" not in second
    assert mask_rows(patient) == [(True, 14, True), (True, 10, False)]


def test_details_are_corrected(open_page: OpenPage, patient: Patient) -> None:
    wanted = {
        "phone": "06 39 98 77 66",
        "email": "nouvelle.adresse@exemple.fr",
        "street": "5 bis rue de l'Église",
        "postcode": "97229",
        "commune": "Les Trois-Îlets",
    }
    page = open_page(CLAIRE)
    open_form(page, patient)
    for name, value in wanted.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_label("Même foyer").check()
    give_masks(page, None)
    save(page)
    assert facts(page)["Adresse"] == "5 bis rue de l'Église, 97229 Les Trois-Îlets"
    page.get_by_role("link", name="Modifier").click()

    assert {name: page.locator(f"#{name}").input_value() for name in wanted} == wanted
    expect(page.get_by_label("Même foyer")).to_be_checked()
    search(page, patient)
    expect(page.locator("tbody tr")).to_contain_text("972 – Martinique")


def test_the_code_of_a_departement_will_do(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    open_form(page, patient)
    page.locator("#postcode").fill("2a")
    page.locator("#commune").fill("")
    give_masks(page, None)
    save(page)

    assert facts(page)["Adresse"] == patient.identity.street
    page.get_by_role("link", name="Modifier").click()
    expect(page.locator("#postcode")).to_have_value("2A")


def test_communes_are_proposed_from_the_postcode(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    open_form(page, patient)
    page.locator("#postcode").fill("97229")
    page.locator("#postcode").blur()

    expect(page.locator("#communes option").first).to_have_attribute("value", "Les Trois-Îlets")


def test_nothing_found_says_what_to_check(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    search(page, patient, first_name="Zoé")

    expect(page.get_by_role("heading", name="0 fiche(s) trouvée(s)")).to_be_visible()
    empty = page.locator(".empty")
    expect(empty).to_contain_text("Aucune fiche trouvée")
    expect(empty).to_contain_text("un enfant est sous le numéro d’un de ses parents")
    expect(empty).to_contain_text("complétée par la plateforme")
    assert patient.name not in page.content()


def test_the_number_of_fiches_a_page_is_chosen(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    search(page, patient)
    page.get_by_label("Nb fiches/page :").select_option("50")
    page.get_by_role("button", name="Afficher").click()

    expect(page.get_by_label("Nb fiches/page :")).to_have_value("50")
    assert page.url.endswith("/?per_page=50")
    expect(page.locator("tbody tr")).to_have_count(1)

    fill_search(page, patient, nir="")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.locator("[data-errsum]")).to_be_focused()
    page.locator("#nir").fill(patient.nir)
    page.get_by_role("button", name="Rechercher").click()

    expect(page.get_by_label("Nb fiches/page :")).to_have_value("50")  # the next search keeps it, past a mistake too


def test_a_fiche_prints_on_one_page(world: World, open_page: OpenPage) -> None:
    patient = world.patient(consent=Consent.REFUSES)
    page = open_page(CLAIRE)
    open_fiche(page, patient)
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Imprimer").click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")

    for text in (patient.name, patient.nir, "Statut : ", "Refuse la communication"):
        expect(page.get_by_text(text).first).to_be_visible()
    for hidden in (".foot", "nav.crumbs", ".act"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_mistakes_are_told_where_they_are_and_input_is_kept(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    open_form(page, patient)
    page.locator("#phone").fill("06 39")
    page.locator("#street").fill("9 rue Neuve")
    give_masks(page, 999)
    page.get_by_role("button", name="Valider").click()

    expect(page).to_have_title(re.compile("^Erreur : "))
    expect(page.locator("[data-errsum]")).to_be_focused()
    page.get_by_role("link", name="Nombre de masques : La quantité est un nombre de 1 à 100.").click()
    expect(page.locator("#masks_quantity")).to_be_focused()
    page.get_by_role("link", name="Téléphone : ").click()
    expect(page.locator("#phone")).to_be_focused()
    expect(page.locator("#phone")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#phone")).to_have_value("06 39")
    expect(page.locator("#street")).to_have_value("9 rue Neuve")
    expect(page.locator("#acte").get_by_label("Oui", exact=True)).to_be_checked()
    assert mask_rows(patient) == []

    page.locator("#phone").fill("06 39 98 12 34")
    give_masks(page, 9)
    save(page)
    assert mask_rows(patient) == [(True, 9, False)]
