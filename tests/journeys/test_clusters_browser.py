"""The agency's journey in a real browser: every page stands at two widths, by keyboard and without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from contact_covid.core.dates import date_fr
from contact_covid.core.records import format_number
from tests.journeys import agency
from tests.journeys.agency import ISABELLE, MATHILDE, PLATFORM, START
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import look
from tests.journeys.world import World

BOARD = "Tableau de bord de l’agence"


@pytest.fixture(scope="module")
def number(world: World) -> str:
    """A patient zéro of Isabelle's area, and a signal for Mathilde."""
    agency.signal()
    return format_number(agency.case(contacts=1)[0].number)


def test_from_the_platform_to_the_agency(open_page: OpenPage, number: str) -> None:
    page = open_page(ISABELLE)
    page.goto(PLATFORM)
    page.get_by_label("Numéro de fiche").fill("K7M4")
    page.get_by_role("button", name="Proposer à l’agence").click()
    look(page, "hand-overs-mistake", "Transmissions à l’agence régionale de santé", mistake=True)
    page.get_by_label("Numéro de fiche").fill(number.lower())
    page.get_by_label("Motif").select_option(label="Milieu scolaire ou universitaire")
    page.get_by_role("button", name="Proposer à l’agence").click()
    expect(page.get_by_text("La fiche est proposée à l’agence.")).to_be_visible()
    page = open_page(MATHILDE)
    page.goto(START)
    look(page, "board", BOARD)
    page.get_by_role("link", name=number).click()
    page.get_by_label("Accepter").check()
    page.get_by_role("button", name="Enregistrer la décision").click()
    look(page, "hand-over", f"Fiche {number}")
    page.get_by_role("link", name="Ouvrir la fiche").click()
    expect(page.get_by_role("heading", name="Ses contacts")).to_be_visible()


def test_a_signal_to_a_measure_on_a_phone_without_javascript(open_page: OpenPage, number: str) -> None:
    page = open_page(MATHILDE, width=390, java_script_enabled=False)
    page.goto(START)
    page.get_by_role("link", name="3 cas").first.click()
    page.get_by_label("Ouvrir une investigation").check()
    page.get_by_role("button", name="Enregistrer la décision").click()
    expect(page.get_by_text("Le cluster est ouvert.")).to_be_visible()
    page.get_by_label("Passer à l’état").select_option(label="Confirmé")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Ajouter une mesure").click()
    page.get_by_label("Mesure").select_option(label="Lettre d’information")
    page.get_by_label("Prévue le").fill(date_fr(timezone.localdate() + timedelta(days=1)))
    page.get_by_role("button", name="Enregistrer la mesure").click()
    expect(page.get_by_text("La mesure est enregistrée.")).to_be_visible()
    address = page.url.partition("?")[0]
    page = open_page(MATHILDE)
    for part, heading in (("", "Collège Rosa-Parks"), ("personnes/", "Personnes du cluster"), ("rapport/", "Rapport")):
        page.goto(f"{address}{part}")
        look(page, f"cluster-{part.strip('/')}", heading)
