"""A tracer at a bedside, on a telephone: what she sends without network waits on it, sealed, and is written once."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from contact_covid.tracing.models import Draft, Exposure, Health, Stay
from tests.bad_network import BadNetwork, bad_network
from tests.browser import overflow, violations
from tests.journeys.calling import SAVE_STOP, expect_card, next_call
from tests.journeys.calls import ISABELLE, JULIEN, attempts, empty_queue, text, waiting, waiting_index
from tests.journeys.delegating import AMANDINE, entrusted
from tests.journeys.kinds import SignedIn
from tests.journeys.steps import day, fill_index, log_in, log_out, type_login
from tests.journeys.world import HELENE, Patient, World, as_owner, new_colleague
from tests.server import Server

CALLS = "/appels/"
KEPT = "Pas de connexion. Votre saisie est gardée sur cet appareil et partira une fois, dès le retour du réseau."
ON_THE_DEVICE = """() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }])"""
Phone = Callable[[str], Page]


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty_queue()


@pytest.fixture
def network(service: Server) -> Iterator[BadNetwork]:
    with bad_network(service.url) as network:
        yield network


@pytest.fixture
def phone(browser: Browser, network: BadNetwork) -> Iterator[Phone]:
    """The telephone of somebody who has just logged in on it. The test fails on any error of a script."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def take(login: str) -> Page:
        context = browser.new_context(base_url=network.url, viewport={"width": 390, "height": 800})
        contexts.append(context)
        context.set_default_timeout(12_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        log_in(page, login)
        page.wait_for_url("**/accueil/")
        return page

    yield take
    for context in contexts:
        context.close()
    assert errors == []


def expect_kept(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text=KEPT)).to_be_in_viewport()


def on_the_device(page: Page) -> str:
    return str(page.evaluate(ON_THE_DEVICE))


def nothing_left(page: Page) -> None:
    assert on_the_device(page) == "[{},{}]"


def note_a_failure(page: Page, patient: Patient, network: BadNetwork, *, loses: str = CALLS) -> None:
    """A call nobody answered is recorded, and the answer of the service gets lost."""
    next_call(page)
    expect_card(page, patient)
    network.loses = loses
    page.get_by_label("Pas de réponse").check()
    page.get_by_label("Note", exact=True).fill("Zqchevet")
    page.get_by_role("button", name=SAVE_STOP).click()


# --- Sent once -----------------------------------------------------------------------------------------------------


def test_without_network_an_outcome_waits_and_is_sent_once(world: World, phone: Phone, network: BadNetwork) -> None:
    patient, page = waiting(world), phone(JULIEN)
    next_call(page)
    expect_card(page, patient)
    page.context.set_offline(True)
    page.get_by_label("Pas de réponse").check()
    page.get_by_label("Note", exact=True).fill("Zqchevet")
    page.get_by_role("button", name=SAVE_STOP).click()
    expect_kept(page)
    assert (violations(page), overflow(page), attempts(patient)) == ([], 0, [])
    page.context.set_offline(False)
    expect(page.get_by_text("« Pas de réponse »")).to_be_visible()

    assert attempts(patient) == [("no_answer", False)]
    nothing_left(page)


def test_an_answer_that_was_lost_is_asked_for_and_nothing_is_written_twice(
    world: World, phone: Phone, network: BadNetwork
) -> None:
    patient, page = waiting(world), phone(JULIEN)
    note_a_failure(page, patient, network)
    expect_kept(page)
    assert attempts(patient) == [("no_answer", False)]  # it had arrived
    network.loses = ""
    page.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_text("« Pas de réponse »")).to_be_visible()

    assert attempts(patient) == [("no_answer", False)]
    assert len([path for path, _ in network.forms if path.count("-") > 4]) > 1
    nothing_left(page)


def test_a_patient_zero_is_declared_once(world: World, phone: Phone, network: BadNetwork) -> None:
    page = phone(HELENE)
    page.goto("/contact-covid/declarer/")
    before = Draft.objects.count()
    fill_index(page, "Zqreseau")
    network.loses = "/declarer/"
    page.get_by_role("button", name="Enregistrer et passer aux contacts").click()
    expect_kept(page)
    network.loses = ""
    expect(page.get_by_role("heading", level=1)).to_have_text("Les personnes du foyer")  # by itself

    assert Draft.objects.count() == before + 1
    nothing_left(page)


def test_a_contact_named_on_the_telephone_comes_before_the_outcome(
    world: World, phone: Phone, network: BadNetwork
) -> None:
    patient, page = waiting_index(world), phone(JULIEN)
    next_call(page)
    page.get_by_role("button", name="Ajouter un contact").click()
    page.get_by_label("Nom de naissance").fill("Zqnommé")
    page.get_by_label("Prénoms").fill("Jean")
    page.get_by_label("Date du dernier contact").fill(day(-1))
    page.context.set_offline(True)
    page.get_by_role("button", name="Enregistrer ce contact").click()
    expect_kept(page)
    page.get_by_label("Note", exact=True).fill("Zqapres")
    page.get_by_label("Contacts recensés").check()
    page.get_by_role("button", name=SAVE_STOP).click()
    expect(page.get_by_text("Vos 2 saisies sont gardées")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("« Contacts recensés »")).to_be_visible()

    assert Exposure.objects.filter(index_fiche=patient.index_fiche).count() == 2
    sent = [path for path, status in network.forms if status == 200 and "/appels/" in path]
    assert [path.endswith("/contact/") for path in sent[-2:]] == [True, False]
    nothing_left(page)


@pytest.mark.parametrize("lost", [True, False], ids=["answer lost", "no network"])
def test_symptoms_and_places_are_written_once(world: World, phone: Phone, network: BadNetwork, *, lost: bool) -> None:
    patient, page = waiting_index(world), phone(JULIEN)
    next_call(page)
    page.get_by_role("button", name="Vaccination, symptômes, test").click()
    page.get_by_label("Dernier jour avec symptômes").fill(day(0))
    break_off(page, network, lost=lost)
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect_kept(page)
    mend(page, network)
    expect(page.get_by_text("La correction est enregistrée.")).to_be_visible()
    page.get_by_role("button", name="Lieux fréquentés").click()
    page.get_by_label("Type de lieu").select_option("school")
    page.get_by_label("Nom du lieu").fill("École Zqferry")
    page.get_by_label("Premier jour").fill(day(-1))
    break_off(page, network, lost=lost)
    page.get_by_role("button", name="Enregistrer et ajouter un autre lieu").click()
    expect_kept(page)
    mend(page, network)
    expect(page.get_by_text("Le lieu est enregistré.")).to_be_visible()

    assert Health.objects.filter(fiche_id=patient.index_fiche).count() == 1
    assert Stay.objects.filter(fiche_id=patient.index_fiche).count() == 1
    nothing_left(page)


def break_off(page: Page, network: BadNetwork, *, lost: bool) -> None:
    if lost:
        network.loses = CALLS
    else:
        page.context.set_offline(True)


def mend(page: Page, network: BadNetwork) -> None:
    network.loses = ""
    page.context.set_offline(False)


def test_on_a_slow_network_she_is_told_and_a_second_press_writes_nothing_more(
    world: World, phone: Phone, network: BadNetwork
) -> None:
    patient, page = waiting(world), phone(JULIEN)
    network.delay = 6
    note_a_failure(page, patient, network, loses="")
    page.get_by_role("button", name=SAVE_STOP).click(force=True)
    expect(page.get_by_text("Envoi en cours : le réseau est lent.")).to_be_visible()
    expect(page.get_by_text("« Pas de réponse »")).to_be_visible(timeout=15_000)

    assert attempts(patient) == [("no_answer", False)]


def test_after_a_reload_what_waits_is_sent_and_told(world: World, phone: Phone, network: BadNetwork) -> None:
    patient, page = waiting(world), phone(JULIEN)
    note_a_failure(page, patient, network)
    expect_kept(page)
    page.goto("about:blank")
    network.loses = ""
    page.goto("/accueil/")
    expect(page.get_by_text("est enregistrée.")).to_contain_text("Votre saisie de ")
    page.get_by_role("link", name="Voir").click()
    expect(page.get_by_text("« Pas de réponse »")).to_be_visible()

    assert attempts(patient) == [("no_answer", False)]
    nothing_left(page)


def test_two_tabs_that_hold_the_same_text_write_it_once(world: World, phone: Phone, network: BadNetwork) -> None:
    patient, page = waiting(world), phone(JULIEN)
    note_a_failure(page, patient, network)
    expect_kept(page)
    with page.context.expect_page() as opened:
        page.evaluate("window.open('/accueil/')")  # a tab begins with a copy of what its opener keeps
    second = opened.value
    expect_kept(second)
    network.loses = ""
    for tab in (page, second):
        tab.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_text("« Pas de réponse »")).to_be_visible()
    expect(second.get_by_text("est enregistrée.")).to_be_visible()

    assert attempts(patient) == [("no_answer", False)]


def test_what_waits_may_be_changed_before_it_is_sent(world: World, phone: Phone) -> None:
    patient, page = waiting(world), phone(JULIEN)
    next_call(page)
    page.context.set_offline(True)
    page.get_by_label("Pas de réponse").check()
    page.get_by_role("button", name=SAVE_STOP).click()
    expect_kept(page)
    page.get_by_role("button", name="Modifier ma saisie").click()
    page.get_by_label("Faux numéro").check()
    page.get_by_role("button", name=SAVE_STOP).click()
    expect_kept(page)
    page.context.set_offline(False)
    expect(page.get_by_text("« Faux numéro »")).to_be_visible()

    assert attempts(patient) == [("wrong_number", False)]


def test_a_delegated_tracer_s_day_at_a_bedside(
    world: World, phone: Phone, network: BadNetwork, signed_in: SignedIn
) -> None:
    """All that is said during one call, each time without network, or without the answer; then the next person."""
    patient = waiting_index(world)
    entrusted_index = replace(patient, fiche=patient.index_fiche)
    assert "1 fiche confiée." in text(signed_in(ISABELLE).get(entrusted(signed_in(ISABELLE), entrusted_index)))
    page = phone(AMANDINE)
    next_call(page)
    name_a_contact(page, network)
    expect(page.locator("#contacts")).to_contain_text("ZQNOMMÉ Jean")
    page.get_by_role("button", name="Vaccination, symptômes, test").click()
    page.get_by_label("Dernier jour avec symptômes").fill(day(0))
    page.context.set_offline(True)
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect_kept(page)
    page.context.set_offline(False)
    expect(page.get_by_text("La correction est enregistrée.")).to_be_visible()
    network.loses = CALLS
    page.get_by_label("Note", exact=True).fill("Zqchevet")
    page.get_by_label("Contacts recensés").check()
    page.get_by_role("button", name=SAVE_STOP).click()
    expect_kept(page)
    network.loses = ""
    expect(page.get_by_text("« Contacts recensés »")).to_be_visible()

    assert Exposure.objects.filter(index_fiche=patient.index_fiche).count() == 2
    assert Health.objects.filter(fiche_id=patient.index_fiche).count() == 1
    assert attempts(entrusted_index) == [("informed", False)]
    log_out(page)
    nothing_left(page)


def name_a_contact(page: Page, network: BadNetwork) -> None:
    page.get_by_role("button", name="Ajouter un contact").click()
    page.get_by_label("Nom de naissance").fill("Zqnommé")
    page.get_by_label("Prénoms").fill("Jean")
    page.get_by_label("Date du dernier contact").fill(day(-1))
    network.loses = CALLS
    page.get_by_role("button", name="Enregistrer ce contact").click()
    expect_kept(page)
    network.loses = ""


# --- Not taken as it is --------------------------------------------------------------------------------------------


def changed_meanwhile(patient: Patient) -> None:
    as_owner("UPDATE tracing_fiche SET version = version + 1 WHERE id = %s", patient.fiche)


@pytest.mark.parametrize("gone", [False, True], ids=["on its page", "on another page"])
def test_a_fiche_that_changed_meanwhile_is_told_with_the_text(
    world: World, phone: Phone, network: BadNetwork, *, gone: bool
) -> None:
    patient, page = waiting(world), phone(JULIEN)
    next_call(page)
    page.get_by_role("button", name="Corriger la fiche").click()
    page.get_by_label("E-mail").fill("zqneuf@example.org")
    page.context.set_offline(True)
    page.get_by_role("button", name="Enregistrer la correction").click()
    expect_kept(page)
    changed_meanwhile(patient)
    if gone:
        page.goto("about:blank")  # the telephone has let the page go
    page.context.set_offline(False)
    if gone:
        page.goto("/accueil/")
        expect(page.get_by_text("n’a pas pu être enregistrée telle quelle")).to_be_visible()
        page.get_by_text("Ma saisie").click()
        expect(page.get_by_text("zqneuf@example.org")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("button", name="La revoir").click()
    expect(page.get_by_role("heading", name="Cette fiche a été modifiée pendant votre saisie")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("zqneuf@example.org")
    nothing_left(page)
    page.get_by_role("button", name="Enregistrer la correction").click()
    expect(page.get_by_text("La correction est enregistrée.")).to_be_visible()


def test_a_mistake_is_shown_as_ever(world: World, phone: Phone) -> None:
    patient, page = waiting(world), phone(JULIEN)
    next_call(page)
    expect_card(page, patient)
    page.get_by_role("button", name=SAVE_STOP).click()
    expect(page.locator("[data-errsum]")).to_be_focused()
    assert "appels" in page.url
    nothing_left(page)


# --- Nothing readable stays, nobody else sends it ------------------------------------------------------------------


def test_what_waits_is_sealed_and_logging_out_erases_it_once_she_agrees(
    world: World, phone: Phone, network: BadNetwork
) -> None:
    patient, page = waiting(world), phone(JULIEN)
    note_a_failure(page, patient, network)
    expect_kept(page)
    held = on_the_device(page)
    assert '"kept ' in held
    for trait in ("Zqchevet", "no_answer", patient.identity.birth_name, patient.number):
        assert trait not in held
    leave = page.get_by_role("button", name="Se déconnecter", exact=True)
    leave.click()
    expect(page.get_by_text("Une saisie n’est pas encore partie.")).to_be_in_viewport()
    assert violations(page) == []
    page.locator("main").get_by_role("button", name="Rester connecté").click()
    expect_kept(page)
    leave.click()
    page.get_by_role("button", name="Effacer et se déconnecter").click()
    page.wait_for_url("**/connexion/")
    nothing_left(page)


def test_after_a_log_out_nothing_is_left_and_other_tabs_forget_too(
    world: World, phone: Phone, network: BadNetwork
) -> None:
    patient, page = waiting(world), phone(JULIEN)
    second = page.context.new_page()
    second.goto("/accueil/")
    note_a_failure(page, patient, network)
    expect_kept(page)
    assert "kept" in {cookie["name"] for cookie in page.context.cookies()}
    log_out(second)
    second.wait_for_url("**/connexion/")
    nothing_left(page)
    nothing_left(second)

    assert "kept" not in {cookie["name"] for cookie in page.context.cookies()}


def end_sessions(page: Page) -> None:
    page.context.clear_cookies(name="session")


@pytest.mark.parametrize("other", [False, True], ids=["the same account", "another account"])
def test_a_session_that_ended_meanwhile(world: World, phone: Phone, network: BadNetwork, *, other: bool) -> None:
    """What waits is for the account that typed it: nobody else sends it, or reads it."""
    patient, page = waiting(world), phone(JULIEN)
    colleague = new_colleague(world, f"zqchevet-{other}".lower(), of=JULIEN)
    next_call(page)
    expect_card(page, patient)
    end_sessions(page)
    page.get_by_label("Pas de réponse").check()
    page.get_by_label("Note", exact=True).fill("Zqchevet")
    page.get_by_role("button", name=SAVE_STOP).click()
    expect(page.get_by_text("Votre session est terminée.")).to_be_visible()
    assert attempts(patient) == []
    if other:
        log_in(page, colleague)
        page.wait_for_url("**/accueil/")
        page.wait_for_load_state("networkidle")
        assert attempts(patient) == []
        expect(page.get_by_text("Votre saisie")).to_have_count(0)
        end_sessions(page)
        log_in(page, JULIEN)
    else:
        page.get_by_role("link", name="Se reconnecter").click()
        type_login(page, JULIEN)
    expect(page.get_by_text("est enregistrée.")).to_be_visible()
    assert attempts(patient) == [("no_answer", False)]
    nothing_left(page)


def test_a_page_of_one_account_sends_nothing_as_another(world: World, phone: Phone, network: BadNetwork) -> None:
    """She who logs in meanwhile in another tab is not made the author."""
    patient, page = waiting(world), phone(JULIEN)
    next_call(page)
    expect_card(page, patient)
    second = page.context.new_page()
    end_sessions(page)
    log_in(second, new_colleague(world, "zqonglet", of=JULIEN))
    second.wait_for_url("**/accueil/")
    page.get_by_label("Pas de réponse").check()
    page.get_by_role("button", name=SAVE_STOP).click()
    expect(page.get_by_text("Votre session est terminée.")).to_be_visible()
    assert attempts(patient) == []
