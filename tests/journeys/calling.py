"""Calls in a real browser: the way to the card, and what every page of them must stand."""

from playwright.sync_api import Page, expect

from tests.journeys.calls import START
from tests.journeys.world import Patient

SAVE_NEXT, SAVE_STOP = "Enregistrer et appeler le suivant", "Enregistrer et faire une pause"


def next_call(page: Page) -> None:
    page.goto(START)
    page.get_by_role("button", name="Appel suivant").click()


def expect_card(page: Page, patient: Patient) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(patient.name)
