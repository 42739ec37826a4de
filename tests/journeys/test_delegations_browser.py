"""An area is delegated and its tracer's day on a telephone, in a real browser, wide and without JavaScript."""

import pytest
from playwright.sync_api import expect

from contact_covid.worklist.models import Delegation
from tests.journeys.calling import SAVE_NEXT
from tests.journeys.calls import ISABELLE, START, empty_queue, fiche_of, waiting
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import CONTEXT_IDS, CONTEXTS, day, look
from tests.journeys.world import World, as_owner

AMANDINE = "amandine.leroy@example.org"


@pytest.mark.parametrize("context", CONTEXTS[::2], ids=CONTEXT_IDS[::2])
def test_fiches_are_delegated_called_and_taken_back(
    world: World, open_page: OpenPage, context: dict[str, object]
) -> None:
    empty_queue()
    as_owner("UPDATE tracing_fiche SET delegation = NULL, delegated_to = NULL, delegated_until = NULL")
    as_owner("DELETE FROM worklist_delegation")
    patients = {each.name: each for each in (waiting(world), waiting(world))}
    page = open_page(ISABELLE, **context)
    page.goto(f"{START}?choisir=1&sort=creation&kind=contact")
    for name in patients:
        page.get_by_label(name).check()
    page.get_by_role("button", name="Confier à une structure").click()
    page.get_by_label("Structure").select_option(index=1)
    look(page, "entrust", "Confier des fiches")
    page.get_by_role("button", name="Confier", exact=True).click()
    look(page, "entrust-wrong", "Confier des fiches", mistake=True)
    page.get_by_label("Dernier jour").fill(day(3))
    page.get_by_role("button", name="Confier", exact=True).click()
    expect(page.get_by_text("2 fiches confiées.")).to_be_visible()
    look(page, "delegations", "Délégations")

    tracer = open_page(AMANDINE, **context)
    tracer.goto(START)
    look(tracer, "tracer-list", "Appels à passer")
    tracer.get_by_role("button", name="Appel suivant").click()
    first = tracer.get_by_role("heading", level=1).inner_text()
    look(tracer, "tracer-card", first)
    tracer.get_by_label("Personne informée").check()
    tracer.get_by_role("button", name=SAVE_NEXT).click()
    [second] = set(patients) - {first}
    expect(tracer.get_by_role("heading", level=1)).to_have_text(second)
    assert fiche_of(patients[first]).call == "informed"

    page.get_by_text("Tout reprendre").click()
    page.get_by_role("button", name="Reprendre ces fiches").click()
    expect(page.get_by_text("2 fiches reprises.")).to_be_visible()
    assert Delegation.objects.get().ended_at
    tracer.reload()
    look(tracer, "tracer-over", "Page introuvable")
