"""A team is made, and all of a filtered list shared out in it: wide, and on a phone without JavaScript."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from contact_covid.worklist.actions.jobs import run_round
from contact_covid.worklist.models import Assignment, Job
from tests.journeys.calls import ISABELLE, JULIEN, START, empty_queue, waiting
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import CONTEXT_IDS, CONTEXTS, look
from tests.journeys.world import World, account_name, as_owner

TITLE = "Répartir dans une équipe : Équipe du matin"


def work() -> None:
    """What the worker does of the last job."""
    while run_round(job=Job.objects.latest("at").id, now=timezone.now()):
        pass


@pytest.mark.parametrize("context", CONTEXTS[::2], ids=CONTEXT_IDS[::2])
def test_a_team_is_made_and_a_filtered_list_shared_out_in_it(
    world: World, open_page: OpenPage, context: dict[str, object]
) -> None:
    empty_queue()
    as_owner("DELETE FROM worklist_assignment")
    as_owner("TRUNCATE worklist_team CASCADE")
    as_owner("UPDATE tracing_fiche SET language = 'fr'")
    patients = [waiting(world) for _ in range(3)]
    for each in patients:
        as_owner("UPDATE tracing_fiche SET language = 'wo' WHERE id = %s", each.fiche)
    page = open_page(ISABELLE, **context)
    page.goto("/contact-covid/tableau/equipes/")
    look(page, "teams-none", "Équipes")
    page.get_by_role("link", name="Nouvelle équipe").click()
    page.get_by_role("button", name="Enregistrer").click()
    look(page, "team-wrong", "Nouvelle équipe", mistake=True)
    page.get_by_label("Nom").fill("Équipe du matin")
    page.get_by_label("Travail").select_option(label="Wolof")
    page.get_by_label(account_name(JULIEN)).check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("L’équipe est enregistrée")).to_be_visible()
    look(page, "teams", "Équipes")
    page.get_by_role("link", name="Modifier Équipe du matin").click()
    look(page, "team", "Équipe du matin")

    page.goto(START)
    page.get_by_role("link", name="Plus de critères").click()
    page.get_by_label("Langue").select_option(label="Wolof")
    look(page, "filter", "Filtrer les appels")
    page.get_by_role("button", name="Afficher la liste").click()
    expect(page.get_by_text("Seulement : langue Wolof.")).to_be_visible()
    page.get_by_role("link", name="Choisir des fiches").click()
    look(page, "list-chosen", "Appels à passer")
    page.get_by_role("link", name="Traiter toute cette liste (3 fiches)").click()
    page.get_by_role("button", name="Voir avant de lancer").click()
    page.get_by_label("Répartir dans une équipe").check()
    page.locator("#to_team").select_option(index=1)
    look(page, "job-new", "Traiter plusieurs fiches", mistake=True)
    page.get_by_role("button", name="Voir avant de lancer").click()
    look(page, "job-preview", TITLE)
    page.get_by_role("button", name="Lancer pour 3 fiches").click()
    work()
    page.get_by_role("link", name="Actualiser").click()
    expect(page.get_by_text("3 fiches attribuées")).to_be_visible()
    look(page, "job-done", TITLE)
    assert Assignment.objects.count() == 3
    page.goto("/contact-covid/tableau/")
    page.locator("#equipe").select_option(label="Équipe du matin")
    page.get_by_role("button", name="Afficher").click()
    look(page, "board-team", "Tableau de la plateforme")
