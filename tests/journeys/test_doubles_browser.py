"""Doubtful doubles as an agent lives them: compared, made one, and two again; two people told apart."""

from playwright.sync_api import expect

from contact_covid.core.records import format_number
from tests.journeys.calls import JULIEN
from tests.journeys.doubling import DOUBLES, doubles
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import look
from tests.journeys.world import World, as_owner


def test_two_fiches_are_compared_made_one_and_two_again(world: World, open_page: OpenPage) -> None:
    first, second = doubles(world)
    page = open_page(JULIEN)
    page.goto(DOUBLES)
    look(page, "doubles-list", "Doublons possibles")
    page.get_by_role("link", name="Comparer").first.click()
    look(page, "doubles-pair", "Comparaison de deux fiches")
    expect(page.get_by_role("table")).to_contain_text("9 quai Zqother")
    expect(page.get_by_role("row", name="Téléphone")).to_contain_text("Différent")
    page.locator("input[name=phone][value=first]").check()
    page.get_by_role("button", name="Fusionner les deux fiches").click()
    expect(page.get_by_text("Les deux fiches sont fusionnées.")).to_be_visible()
    look(page, "doubles-merged", "Fusion de deux fiches")
    page.goto(DOUBLES)
    expect(page.get_by_role("table", name="Dernières fusions")).to_contain_text(format_number(second.number))
    page.get_by_role("link", name="Voir").first.click()
    page.get_by_role("button", name="Défaire la fusion").click()
    expect(page.get_by_text("La fusion est défaite.")).to_be_visible()
    look(page, "doubles-undone", "Fusion de deux fiches")
    states = "SELECT closure FROM tracing_fiche WHERE id = %s OR id = %s"
    assert as_owner(states, first.fiche, second.fiche) == [("open",), ("open",)]


def test_on_a_telephone_without_script_two_people_are_told_apart(world: World, open_page: OpenPage) -> None:
    first, second = doubles(world)
    page = open_page(JULIEN, width=390, java_script_enabled=False)
    page.goto(f"{DOUBLES}{first.fiche}/{second.fiche}/")
    page.get_by_role("button", name="Ce sont deux personnes").click()
    expect(page.get_by_text("ces deux fiches ne seront plus proposées")).to_be_visible()
    page.goto(f"{DOUBLES}{second.fiche}/{first.fiche}/")
    expect(page.get_by_text("Marquées ainsi par")).to_be_visible()
    expect(page.get_by_role("button", name="Fusionner les deux fiches")).to_have_count(0)
    page.get_by_role("button", name="Revenir sur ce choix").click()
    expect(page.get_by_role("button", name="Fusionner les deux fiches")).to_be_visible()
