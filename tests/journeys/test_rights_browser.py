"""A person's request as the officer lives it, from the letter that came in to the answer."""

import json

from playwright.sync_api import Page, expect

from contact_covid.core.records import format_number
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import look
from tests.journeys.world import DPO, Patient, World, as_owner

START = "/contact-covid/droits/"


def received(page: Page, patient: Patient, kind: str) -> None:
    page.goto(START)
    page.get_by_role("link", name="Enregistrer une demande").click()
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("Courrier postal").check()
    page.get_by_label("Nom et prénom du demandeur").fill(patient.name)
    page.get_by_label("E-mail").fill("personne@example.org")
    page.get_by_role("button", name="Enregistrer la demande").click()
    expect(page.get_by_text("La demande est enregistrée.")).to_be_visible()


def proved_and_found(page: Page, patient: Patient) -> None:
    page.get_by_label("Copie d’une pièce d’identité").check()
    page.get_by_role("button", name="L’identité est vérifiée").click()
    for name, value in patient.searched.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_text("La personne est trouvée.")).to_be_visible()


def test_a_request_for_access_is_answered_with_the_file(world: World, open_page: OpenPage) -> None:
    patient, page = world.patient(), open_page(DPO)
    page.goto(f"{START}nouvelle/")
    page.get_by_role("button", name="Enregistrer la demande").click()
    expect(page.locator("[data-errsum]")).to_be_focused()
    look(page, "rights-mistake", "Nouvelle demande", mistake=True)
    received(page, patient, "Accès aux données")
    look(page, "rights-received", "Accès aux données")
    proved_and_found(page, patient)
    look(page, "rights-found", "Accès aux données")
    with page.expect_download() as given:
        page.get_by_role("button", name="Dossier lisible par machine (JSON)").click()
    file = json.loads(given.value.path().read_text())
    assert file["fiches"][0]["number"] == format_number(patient.number)
    assert patient.identity.birth_name not in given.value.suggested_filename
    with page.expect_download() as given:
        page.get_by_role("button", name="Dossier à imprimer (PDF)").click()
    assert given.value.path().read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="Enregistrer la réponse").click()
    expect(page.get_by_text("La réponse est enregistrée.")).to_be_visible()
    shown = page.locator("main").inner_text().lower()
    assert patient.identity.street.lower() not in shown
    look(page, "rights-answered", "Accès aux données")
    page.goto(START)
    look(page, "rights-list", "Demandes des personnes")


def test_an_opposition_is_accepted_on_a_narrow_screen_without_script(world: World, open_page: OpenPage) -> None:
    patient = world.patient()
    page = open_page(DPO, width=390, java_script_enabled=False)
    received(page, patient, "Opposition au traitement")
    proved_and_found(page, patient)
    expect(page.get_by_text("identité, coordonnées, lieux, notes et messages effacés")).to_be_visible()
    page.get_by_role("button", name="Accepter l’opposition").click()
    expect(page.get_by_text("La réponse est enregistrée.")).to_be_visible()
    expect(page.get_by_text("effacé avec les données de la personne")).to_be_visible()
    assert as_owner("SELECT closure_reason FROM tracing_fiche WHERE id = %s", patient.fiche) == [("opposition",)]


def test_a_fiche_is_put_right(world: World, open_page: OpenPage) -> None:
    patient, page = world.patient(), open_page(DPO)
    received(page, patient, "Rectification")
    proved_and_found(page, patient)
    page.get_by_role("link", name="Rectifier").click()
    look(page, "rights-rectify", "Rectification d’une fiche")
    page.locator("#used_name").fill("Zqrectifiée")
    page.get_by_role("button", name="Enregistrer la rectification").click()
    expect(page.get_by_text("La fiche est rectifiée.")).to_be_visible()
    page.get_by_role("button", name="Tout est rectifié, répondre").click()
    expect(page.get_by_text("nom d’usage")).to_be_visible()
