"""Steps at the counter in a real browser, as the guide tells them, and what every page must stand."""

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from contact_covid.core.dates import date_fr
from contact_covid.core.period import PARIS
from contact_covid.demo.actions.cast import PASSWORD
from tests import browser as chrome
from tests.journeys.world import Patient, as_owner

CONTEXTS = ({"width": 1280}, {"width": 390}, {"width": 390, "java_script_enabled": False})
CONTEXT_IDS = ("1280", "390", "no JavaScript")
LOOKED_AT = (390, 1280)
SHOTS = os.environ.get("SHOTS")
"""A folder for pictures of each page, for whoever wants to look."""


def fill_search(page: Page, patient: Patient, **typed: str) -> None:
    for name, value in (patient.searched | typed).items():
        page.locator(f"#{name}").fill(value)


def search(page: Page, patient: Patient, **typed: str) -> None:
    """From anywhere to the result of the search."""
    page.goto("/contact-covid/recherche/")
    fill_search(page, patient, **typed)
    page.get_by_role("button", name="Rechercher").click()
    expect(page.locator("#t-res")).to_be_visible()


def open_fiche(page: Page, patient: Patient) -> None:
    search(page, patient)
    page.get_by_role("link", name="Consulter").click()
    expect(page.locator("#t-fiche")).to_have_text(patient.name)


def open_form(page: Page, patient: Patient) -> None:
    open_fiche(page, patient)
    page.get_by_role("link", name="Modifier").click()
    expect(page.get_by_role("heading", name="Modification du contact")).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_text("La fiche est enregistrée.")).to_be_visible()
    page.wait_for_load_state()


def give_masks(page: Page, quantity: int | None) -> None:
    """Fills the block « Masque »; None: none were delivered."""
    block = page.locator("#acte")
    block.get_by_label("Non" if quantity is None else "Oui", exact=True).check()
    page.locator("#masks_quantity").fill(str(quantity or ""))


def history(page: Page) -> list[str]:
    """The lines of « Suivi »."""
    return [" ".join(text.split()) for text in page.locator("aside ol li").all_inner_texts()]


def facts(page: Page) -> dict[str, str]:
    """The fields of the fiche, label → value."""
    return dict(zip(page.locator("dl dt").all_inner_texts(), page.locator("dl dd").all_inner_texts(), strict=True))


def minute(moment: datetime) -> str:
    return moment.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")


def day(days: int) -> str:
    """That many days from today, in Paris, as it is typed."""
    return date_fr(timezone.localdate() + timedelta(days=days))


def today() -> str:
    return day(0)


def mask_rows(patient: Patient) -> list[tuple[bool, int | None, bool]]:
    """(delivered, quantity, corrected since) of every record, oldest first."""
    return as_owner(
        "SELECT delivered, quantity, superseded_at IS NOT NULL FROM tracing_mask_delivery"
        " WHERE fiche_id = %s ORDER BY recorded_at",
        patient.fiche,
    )


def sampling_rows(patient: Patient) -> list[tuple[bool, str, bool]]:
    """(done, result, corrected since) of every record, oldest first."""
    return as_owner(
        "SELECT done, result, superseded_at IS NOT NULL FROM tracing_test WHERE fiche_id = %s ORDER BY recorded_at",
        patient.fiche,
    )


def fill_index(page: Page, surname: str) -> None:
    """A patient zéro as a declaration asks for her."""
    page.get_by_label("Nom de naissance").fill(surname)
    page.get_by_label("Prénoms").fill("Marie Louise")
    page.get_by_label("Date de naissance").fill("04/05/1969")
    page.get_by_label("Féminin").check()
    page.get_by_label("Numéro de sécurité sociale").fill("269054958815780")
    page.get_by_label("Téléphone", exact=True).fill("06 39 98 12 34")
    page.get_by_label("Code postal").fill("93100")
    page.get_by_label("Date des premiers symptômes").fill(day(-3))
    page.get_by_label("Date du prélèvement").fill(day(-1))
    page.get_by_label("RT-PCR").check()
    page.get_by_label("Accepte la communication").check()


def fill_contact(page: Page, surname: str) -> None:
    page.get_by_label("Nom de naissance").fill(surname)
    page.get_by_label("Prénoms").fill("Jean")
    page.get_by_label("Date du dernier contact").fill(day(-1))


def tab_to(page: Page, target: Locator) -> None:
    """Reaches it with the Tab key alone."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the Tab key does not reach it")


def arrived(page: Page, heading: str, *, mistake: bool = False) -> None:
    """Waits for the page that is meant: a click returns when the next one begins. ``mistake``: it tells of one."""
    told = "Erreur : " if mistake else "(?!Erreur : )"
    expect(page).to_have_title(re.compile(f"^{told}.* – amelipro$"))
    expect(page.get_by_role("heading", name=heading).first).to_be_visible()
    expect(page.locator("h1")).to_have_count(1)
    page.wait_for_load_state()


def check_page(page: Page, heading: str, *, mistake: bool = False) -> None:
    """The title says where one is, and the page ``stands``."""
    arrived(page, heading, mistake=mistake)
    stands(page)


def look(page: Page, name: str, heading: str, *, mistake: bool = False) -> None:
    """What holds for every page, and pictures of it."""
    arrived(page, heading, mistake=mistake)
    stands(page, name)


def stands(page: Page, name: str = "") -> None:
    """Axe finds nothing at two widths, where scripts are on, and no width scrolls sideways. ``name``: of pictures."""
    before, scripted = page.viewport_size, chrome.runs_scripts(page)
    for width in chrome.WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wider = chrome.overflow(page)
        assert wider == 0, (width, wider)
        if width not in LOOKED_AT:
            continue
        if SHOTS and name:
            page.screenshot(path=str(Path(SHOTS, f"{name}-{width}.png")), full_page=True)
        found = chrome.violations(page) if scripted else []
        assert found == [], (width, found)
    if before:
        page.set_viewport_size(before)


def log_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """From anywhere; where that leads is for the caller to expect."""
    page.goto("/connexion/")
    type_login(page, login, password)


def type_login(page: Page, login: str, password: str = PASSWORD) -> None:
    """On the page of the door as it stands, with the way that it leads to."""
    page.get_by_label("Identifiant").fill(login)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Vous connecter", exact=True).click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion/")
