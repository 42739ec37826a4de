"""The journal's pages name what was changed of a fiche."""

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.core.records import new_number
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.field_names import FIELD_NAMES
from contact_covid.tracing.actions.correction import EXPOSURE_FACTS
from contact_covid.tracing.rules.registration import INDEX_FACTS
from tests.journeys.kinds import SignedIn
from tests.journeys.officer import fiche_page, shown
from tests.journeys.world import CLAIRE, DPO, World


@pytest.fixture
def officer(signed_in: SignedIn) -> Client:
    return signed_in(DPO)


def test_a_row_names_what_was_changed(world: World, officer: Client) -> None:
    number, actor = new_number(), world.actor(CLAIRE)
    odd = {"fields": "phone"}  # no list: nothing to name
    for detail in ({"fields": ["phone", "masks", "unheard_of"]}, odd):
        event = Event.by(actor, "tracing.updated", Purpose.MASKS, Surface.PAGE, fiches=(number,), detail=detail)
        record(event, now=timezone.now())
    older, newer = (row[2] for row in reversed(shown(officer, fiche_page(number), "Lignes du journal")))
    assert older.startswith("Fiche modifiée : téléphone, délivrance de masques, autre information ")
    assert newer.startswith("Fiche modifiée Délivrance")


def test_every_field_that_an_event_names_has_a_name() -> None:
    """Whatever an action may write under ``fields``: the traits, what a patient zéro or an exposure says, the acts."""
    traits = [field.name for field in msgspec.structs.fields(Identity) if field.name != "quality"]
    fields = {*traits, *INDEX_FACTS, *EXPOSURE_FACTS, "department", "consent", "masks", "test", "call", "closure"}
    assert fields - FIELD_NAMES.keys() == set()
