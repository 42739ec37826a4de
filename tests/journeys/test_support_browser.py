"""Help is asked for by a practice and by the person, and answered, in a real browser."""

import pytest
from playwright.sync_api import expect

from contact_covid.access.enums import Role
from contact_covid.support.models import SupportRequest
from tests.cast import BORN
from tests.journeys import declaring as declare
from tests.journeys.following import entered, path_of
from tests.journeys.kinds import OpenPage, SignedIn
from tests.journeys.steps import CONTEXT_IDS, CONTEXTS, look
from tests.journeys.world import LOGINS, World


@pytest.mark.parametrize("context", CONTEXTS[::2], ids=CONTEXT_IDS[::2])
def test_a_person_asks_and_the_cell_answers(world: World, open_page: OpenPage, context: dict[str, object]) -> None:
    number = 7_400 if context.get("java_script_enabled", True) else 7_410
    fiche = entered(number, number + 1).contacts[0].id
    her = open_page(**context, locale="fr")
    her.goto(path_of(fiche))
    her.locator("#birth_date").fill(f"{BORN:%d/%m/%Y}")
    her.locator("main button[type=submit]").first.click()
    her.get_by_role("link", name="Demander de l’aide").click()
    her.get_by_role("button", name="Demander de l’aide").click()
    expect(her.get_by_text("cochez au moins un besoin").first).to_be_visible()
    her.get_by_label("Courses et repas").check()
    her.get_by_role("button", name="Demander de l’aide").click()
    expect(her.get_by_text("Votre demande est transmise")).to_be_visible()

    asked = SupportRequest.objects.get(fiche=fiche)
    cell = open_page(LOGINS[Role.SUPPORT_CELL], **context)
    cell.goto("/contact-covid/aide/")
    look(cell, "support-board", "Demandes d’aide")
    cell.goto(f"/contact-covid/aide/{asked.id}/")
    name = cell.get_by_role("heading", level=1).inner_text()
    look(cell, "support-request", name)
    cell.get_by_label("Prendre en charge").check()
    cell.get_by_role("button", name="Enregistrer la réponse").click()
    expect(cell.get_by_text("Votre réponse est enregistrée.")).to_be_visible()
    her.reload()
    expect(her.get_by_text("prise en charge")).to_be_visible()


def test_a_practice_asks(world: World, open_page: OpenPage, signed_in: SignedIn) -> None:
    fiche = declare.registered(signed_in(LOGINS[Role.PHYSICIAN]), 7_420, 7_421)
    page = open_page(LOGINS[Role.PHYSICIAN])
    page.goto(fiche)
    page.get_by_role("link", name="Aide pendant l’isolement").click()
    page.get_by_role("button", name="Transmettre à la cellule").click()
    look(page, "support-ask", "Aide pendant l’isolement", mistake=True)
    page.get_by_label("Garde d’enfants").check()
    page.get_by_label("La personne est d’accord").check()
    page.get_by_role("button", name="Transmettre à la cellule").click()
    expect(page.get_by_text("La demande est transmise")).to_be_visible()
    look(page, "support-asked", "Aide pendant l’isolement")
