"""The board and the way of fiches to an agent, in a real browser, wide and on a phone without JavaScript."""

import pytest
from playwright.sync_api import expect

from contact_covid.worklist.models import Assignment
from tests.journeys.calls import ISABELLE, JULIEN, START, empty_queue, waiting
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import CONTEXT_IDS, CONTEXTS, look
from tests.journeys.world import World, account_name, as_owner


@pytest.mark.parametrize("context", CONTEXTS[::2], ids=CONTEXT_IDS[::2])
def test_a_supervisor_gives_fiches_to_an_agent_and_looks_at_her_board(
    world: World, open_page: OpenPage, context: dict[str, object]
) -> None:
    empty_queue()
    as_owner("DELETE FROM worklist_assignment")
    patient = waiting(world)
    page = open_page(ISABELLE, **context)
    page.goto(f"{START}?sort=creation")
    page.get_by_role("link", name="Choisir des fiches").click()
    page.get_by_label(patient.name).check()
    page.get_by_role("button", name="Attribuer les fiches choisies").click()
    page.get_by_label("Agent").select_option(label=account_name(JULIEN))
    look(page, "assign", "Attribution de fiches")
    page.get_by_role("button", name="Attribuer", exact=True).click()
    expect(page.get_by_text(f"1 fiche attribuée à {account_name(JULIEN)}.")).to_be_visible()
    assert Assignment.objects.get().fiche_id == patient.fiche
    page.get_by_role("link", name="Tableau").click()
    page.get_by_text("Arrêter Patients contacts").click()
    page.locator("#reason-contact").select_option("telephony")
    page.get_by_role("button", name="Arrêter", exact=True).click()
    expect(page.get_by_text("La file est arrêtée")).to_be_visible()
    look(page, "board", "Tableau de la plateforme")
    page.get_by_role("button", name="Relancer").click()
    expect(page.get_by_text("La file est de nouveau appelée.")).to_be_visible()
