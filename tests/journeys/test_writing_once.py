"""What is written is written once, and over nobody: double clicks, the back button, two tabs, keys used twice."""

import html
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.kinds import OpenPage, Visit
from tests.journeys.steps import give_masks, mask_rows, open_form, sampling_rows, save, today
from tests.journeys.web import Answer, Visitor
from tests.journeys.world import CLAIRE, KARIM, SOPHIE, Patient, World, account_name, new_colleague


@pytest.fixture
def patient(world: World) -> Patient:
    return world.patient()


def opened(visitor: Visitor, patient: Patient) -> dict[str, str]:
    """The hidden fields of the form, as the visitor got it after a search."""
    visitor.post("/contact-covid/recherche/", patient.searched)
    page = visitor.get(f"{patient.path}modifier/")
    return {name: page.field(name) for name in ("idempotency_key", "version")}


def send(visitor: Visitor, patient: Patient, hidden: Mapping[str, str], quantity: int = 14) -> Answer:
    masks = {"masks_delivered": "yes", "masks_quantity": str(quantity), "masks_date": today()}
    return visitor.post(f"{patient.path}modifier/", masks | dict(hidden))


def is_saved(answer: Answer, patient: Patient) -> bool:
    return (answer.status, answer.location) == (302, f"{patient.path}?enregistre")


# --- In the browser ------------------------------------------------------------------------------------------------


def test_a_double_click_writes_once(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    open_form(page, patient)
    give_masks(page, 14)
    page.get_by_role("button", name="Valider").dblclick()

    expect(page.get_by_text("La fiche est enregistrée.")).to_be_visible()
    assert mask_rows(patient) == [(True, 14, False)]


def test_back_and_refresh_after_saving_write_nothing_more(open_page: OpenPage, patient: Patient) -> None:
    page = open_page(CLAIRE)
    open_form(page, patient)
    give_masks(page, 14)
    save(page)
    page.reload()
    expect(page.get_by_text("La fiche est enregistrée.")).to_be_visible()
    page.go_back()
    expect(page.locator("#masks_quantity")).to_have_value("14")
    save(page)

    assert mask_rows(patient) == [(True, 14, False)]


@pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])
def test_the_second_of_two_tabs_is_told_and_may_save(
    world: World, open_page: OpenPage, patient: Patient, *, javascript: bool
) -> None:
    colleague = new_colleague(world, f"seconde-{javascript}".lower())
    first, second = open_page(CLAIRE), open_page(colleague, java_script_enabled=javascript)
    open_form(first, patient)
    open_form(second, patient)
    give_masks(first, 14)
    first.locator("#phone").fill("06 39 98 45 45")
    save(first)
    give_masks(second, 20)
    second.locator("#street").fill("8 rue Seconde")
    second.get_by_role("button", name="Valider").click()

    told = second.locator("[data-errsum]")
    expect(told).to_contain_text("Cette fiche a été modifiée pendant votre saisie")
    expect(told).to_contain_text(f"{account_name(CLAIRE)} – Pharmacie des Trois-Îlets, le ")
    expect(told).to_contain_text("téléphone, délivrance de masques")
    expect(told).to_contain_text(f"téléphone : 06 39 98 45 45 ; voie : {patient.identity.street}.")
    if javascript:
        expect(told).to_be_focused()
    expect(second).to_have_title(re.compile("^Erreur : "))
    expect(second.locator("#masks_quantity")).to_have_value("20")
    expect(second.locator("#street")).to_have_value("8 rue Seconde")
    assert mask_rows(patient) == [(True, 14, False)]

    save(second)
    assert mask_rows(patient) == [(True, 14, True), (True, 20, False)]


def test_the_stored_fiche_is_one_click_away_from_a_conflict(open_page: OpenPage, patient: Patient) -> None:
    first, second = open_page(CLAIRE), open_page(CLAIRE)
    open_form(first, patient)
    open_form(second, patient)
    give_masks(first, 14)
    save(first)
    give_masks(second, 20)
    second.get_by_role("button", name="Valider").click()
    second.get_by_role("link", name="Voir la fiche enregistrée").click()

    expect(second.get_by_text("14 masques")).to_be_visible()


def test_the_other_professions_act_stays_unnamed_in_a_conflict(world: World, visitor: Visit, patient: Patient) -> None:
    claire, sophie = visitor(CLAIRE), visitor(SOPHIE)
    hidden = opened(claire, patient)
    test = {"test_done": "yes", "test_kind": "pcr", "test_result": "positive", "test_date": today()}
    told = sophie.post(f"{patient.path}modifier/", opened(sophie, patient) | test)
    assert told.location == f"{patient.path}?transmis"

    answer = send(claire, patient, hidden)

    assert answer.status == 409
    assert f"{account_name(SOPHIE)} – Laboratoire du Canal" in answer.text
    assert ": autre information." in answer.text
    assert "positif" not in answer.text.lower()


# --- Keys and versions ---------------------------------------------------------------------------------------------


def test_the_same_form_sent_again_is_the_same_writing(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    hidden = opened(claire, patient)

    assert all(is_saved(send(claire, patient, hidden), patient) for _ in range(3))
    assert mask_rows(patient) == [(True, 14, False)]


def test_a_used_key_with_another_content_leads_to_what_was_written(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    hidden = opened(claire, patient)
    send(claire, patient, hidden, 14)

    answer = send(claire, patient, hidden, 15)

    assert answer.status == 409
    assert "Cette fiche est déjà enregistrée" in answer.text
    assert f'<a href="{patient.path}">' in answer.text
    assert 'name="masks_quantity" value="15"' in answer.text
    assert answer.title.startswith("Erreur : ")
    assert mask_rows(patient) == [(True, 14, False)]

    fresh = {name: answer.field(name) for name in hidden}
    assert fresh["idempotency_key"] != hidden["idempotency_key"]
    assert is_saved(send(claire, patient, fresh, 15), patient)
    assert mask_rows(patient) == [(True, 14, True), (True, 15, False)]


def test_a_key_used_for_another_fiche_writes_nothing(world: World, visitor: Visit, patient: Patient) -> None:
    """Above all it does not say that it did."""
    other, claire = world.patient(), visitor(CLAIRE)
    hidden = opened(claire, patient)
    opened(claire, other)
    send(claire, patient, hidden)

    answer = send(claire, other, hidden)

    assert answer.status == 409
    assert "Cette fiche est déjà enregistrée" not in answer.text
    assert mask_rows(other) == []
    fresh = {name: answer.field(name) for name in hidden}
    assert is_saved(send(claire, other, fresh), other)


def test_the_key_of_somebody_else_is_hers(world: World, visitor: Visit, patient: Patient) -> None:
    claire, colleague = visitor(CLAIRE), visitor(new_colleague(world, "tierce"))
    hidden = opened(claire, patient)
    send(claire, patient, hidden, 14)
    version = opened(colleague, patient)["version"]

    assert is_saved(send(colleague, patient, {**hidden, "version": version}, 20), patient)


def test_another_pharmacy_is_told_the_day_and_no_more(visitor: Visit, patient: Patient) -> None:
    """Nothing is delivered twice, by the form that the other had open or by one of her own making."""
    claire, karim = visitor(CLAIRE), visitor(KARIM)
    early = opened(karim, patient)
    send(claire, patient, opened(claire, patient), 14)

    late = send(karim, patient, early, 20)
    assert late.status == 409
    version = opened(karim, patient)["version"]
    forced = send(karim, patient, {"version": version}, 20)
    pages = [late, forced, karim.get(patient.path), karim.get(f"{patient.path}modifier/?acte")]
    assert "n’en délivrez pas d’autres" in html.unescape(forced.text)
    assert all(f"Masques déjà délivrés le {today()}" in html.unescape(page.text) for page in pages)
    assert not [page for page in pages if 'name="masks_' in page.text or "14 masques" in page.text]
    assert not [page for page in pages[1:] if "Trois-Îlets" in page.text]
    details = {"postcode": "93100", "phone": "06 39 98 66 66", "version": version}
    assert is_saved(karim.post(f"{patient.path}modifier/", details), patient)
    assert mask_rows(patient) == [(True, 14, False)]


def test_a_form_without_key_is_taken_once(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    hidden = opened(claire, patient)

    assert is_saved(send(claire, patient, {"version": hidden["version"]}), patient)
    assert send(claire, patient, {"version": hidden["version"]}).status == 409
    assert is_saved(send(claire, patient, {}, 15), patient)  # neither key nor version: the last word counts
    assert mask_rows(patient) == [(True, 14, True), (True, 15, False)]


@pytest.mark.parametrize("version", ["0", "-1", "x", "1.0", "²", "99999", "9" * 40])
def test_a_version_that_cannot_be_is_stale(visitor: Visit, patient: Patient, version: str) -> None:
    claire = visitor(CLAIRE)
    hidden = opened(claire, patient)

    answer = send(claire, patient, {**hidden, "version": version})

    assert answer.status == 409
    assert mask_rows(patient) == []
    assert answer.field("version") == hidden["version"]


def test_fifty_at_once_under_one_key_are_one(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    hidden = opened(claire, patient)
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: send(claire, patient, hidden), range(50)))

    assert [is_saved(answer, patient) for answer in answers] == [True] * 50
    assert mask_rows(patient) == [(True, 14, False)]


def test_fifty_at_once_under_fifty_keys_are_one_and_the_others_are_told(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    version = opened(claire, patient)["version"]
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda n: send(claire, patient, {"version": version}, n + 1), range(50)))

    assert sorted(answer.status for answer in answers) == [302] + [409] * 49
    assert len(mask_rows(patient)) == 1


def test_both_professions_at_once_lose_nothing(visitor: Visit, patient: Patient) -> None:
    """Without version neither overwrites the other: each counter has its own act."""
    claire, sophie = visitor(CLAIRE), visitor(SOPHIE)
    opened(claire, patient)
    opened(sophie, patient)
    test = {"test_done": "yes", "test_kind": "pcr", "test_result": "negative", "test_date": today()}
    with ThreadPoolExecutor(2) as threads:
        both = threads.submit(send, claire, patient, {}), threads.submit(sophie.post, f"{patient.path}modifier/", test)

    assert [each.result().status for each in both] == [302, 302]
    assert mask_rows(patient) == [(True, 14, False)]
    assert sampling_rows(patient) == [(True, "negative", False)]


def test_saving_without_a_change_writes_nothing(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    send(claire, patient, opened(claire, patient))
    before = opened(claire, patient)["version"]

    assert is_saved(send(claire, patient, opened(claire, patient)), patient)
    assert opened(claire, patient)["version"] == before


def test_a_conflict_page_says_when(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    hidden = opened(claire, patient)
    send(claire, patient, hidden, 14)
    answer = send(claire, patient, {"version": hidden["version"]}, 15)

    told = html.unescape(answer.text)
    assert re.search(rf"le {today()} \d\d:\d\d : délivrance de masques\.", told)
    assert f"{timezone.now():%Y}" in told
