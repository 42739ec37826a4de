"""Calls in a real browser: the way to the card, and what every page of them must stand."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.calls import START
from tests.journeys.steps import arrived, check_page
from tests.journeys.world import Patient

SHOTS = os.environ.get("SHOTS")
"""A folder for pictures of each page, for whoever wants to look."""
WIDTHS = (390, 1280)
SAVE_NEXT, SAVE_STOP = "Enregistrer et appeler le suivant", "Enregistrer et faire une pause"


def look(page: Page, name: str, heading: str, *, mistake: bool = False) -> None:
    """What holds for every page, at every width; a picture of it at two."""
    arrived(page, heading, mistake=mistake)
    for width in WIDTHS if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=str(Path(str(SHOTS)) / f"{name}-{width}.png"), full_page=True)
    check_page(page, heading, mistake=mistake)


def seen_in(context: Mapping[str, object]) -> Callable[..., None]:
    """``look``, or what of it needs no script (axe is one) when the browser of that context runs none."""

    def arrive(page: Page, _name: str, heading: str, *, mistake: bool = False) -> None:
        arrived(page, heading, mistake=mistake)

    return look if context.get("java_script_enabled", True) else arrive


def next_call(page: Page) -> None:
    page.goto(START)
    page.get_by_role("button", name="Appel suivant").click()


def expect_card(page: Page, patient: Patient) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(patient.name)
