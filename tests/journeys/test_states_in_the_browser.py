"""Every page in every state it can be in: axe finds nothing, no width scrolls sideways, one heading, a title."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contact_covid.people.enums import AlertKind
from contact_covid.people.models import Alert
from contact_covid.tracing.enums import Consent
from tests import browser as chrome
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import check_page, give_masks, open_fiche, open_form, save, search
from tests.journeys.world import CLAIRE, DPO, KARIM, LOGINS, SOPHIE, Patient, World, as_owner

State = Callable[[World, OpenPage], Page]


def patient_of(world: World) -> Patient:
    return world.patient(
        consent=Consent.REFUSES,
        identity={
            "birth_name": "Hautecloque-Montmorency d’Estrées",
            "first_names": "Marie-Antoinette",
            "email": "une.adresse.tres.longue.qui.ne.finit.pas@un-domaine-tres-long.exemple.fr",
            "street": "1234 bis avenue du Maréchal-de-Lattre-de-Tassigny, bâtiment C, escalier 12, appartement 345",
        },
    )


def at(path: str, login: str = "") -> State:
    def state(world: World, open_page: OpenPage) -> Page:
        page = open_page(login)
        page.goto(path)
        return page

    return state


def refused(times: int) -> State:
    def state(world: World, open_page: OpenPage) -> Page:
        page = open_page()
        page.goto("/connexion/")
        for _ in range(times):
            page.get_by_label("Identifiant").fill(f"personne-{times}@example.org")
            page.locator("#password").fill("Mauvais-Mot-1")
            page.get_by_role("button", name="Vous connecter").click()
            expect(page.get_by_role("alert")).to_be_visible()
            page.wait_for_load_state()
        expect(page.get_by_role("alert")).to_contain_text("bloqué" if times > 2 else "incorrect")
        return page

    return state


def pressed(path: str, button: str, login: str = "") -> State:
    """A form sent empty."""

    def state(world: World, open_page: OpenPage) -> Page:
        page = at(path, login)(world, open_page)
        page.get_by_role("button", name=button).click()
        expect(page.locator("[data-errsum]")).to_be_visible()
        return page

    return state


def found(world: World, open_page: OpenPage) -> Page:
    page = open_page(CLAIRE)
    search(page, patient_of(world))
    return page


def found_none(world: World, open_page: OpenPage) -> Page:
    page = open_page(CLAIRE)
    search(page, world.patient(), first_name="Zoé")
    return page


def found_many(world: World, open_page: OpenPage) -> Page:
    """Second page of three."""
    patients = [world.patient() for _ in range(24)]
    page = open_page(CLAIRE)
    search(page, patients[0])
    lookup = page.url.rstrip("/").split("/")[-1]
    for patient in patients[1:]:
        as_owner("UPDATE people_lookup SET fiches = fiches || %s WHERE id = %s", patient.fiche, lookup)
    page.goto(f"{page.url}?per_page=10&page=2")
    expect(page.locator("tbody tr")).to_have_count(10)
    return page


def fiche(login: str) -> State:
    def state(world: World, open_page: OpenPage) -> Page:
        page = open_page(login)
        open_fiche(page, patient_of(world))
        return page

    return state


def form(login: str) -> State:
    def state(world: World, open_page: OpenPage) -> Page:
        page = open_page(login)
        open_form(page, patient_of(world))
        return page

    return state


def form_refused(login: str) -> State:
    def state(world: World, open_page: OpenPage) -> Page:
        page = form(login)(world, open_page)
        for name in ("phone", "email", "postcode"):
            page.locator(f"#{name}").fill("x")
        page.get_by_role("button", name="Valider").click()
        expect(page.locator("[data-errsum]")).to_be_visible()
        return page

    return state


def corrected(world: World, open_page: OpenPage) -> Page:
    page = open_page(CLAIRE)
    open_form(page, patient_of(world))
    for quantity in (14, 10, None):
        give_masks(page, quantity)
        save(page)
        if quantity:
            page.get_by_role("link", name="Modifier").click()
    return page


def conflict(world: World, open_page: OpenPage) -> Page:
    patient, first, second = patient_of(world), open_page(KARIM), open_page(CLAIRE)
    open_form(first, patient)
    open_form(second, patient)
    give_masks(first, 14)
    save(first)
    give_masks(second, 20)
    second.get_by_role("button", name="Valider").click()
    expect(second.locator("[data-errsum]")).to_be_visible()
    return second


def sampled(world: World, open_page: OpenPage) -> Page:
    """A fiche with a result and a sampling that waits for its own."""
    page = open_page(SOPHIE)
    open_form(page, patient_of(world))
    for result in ("Négatif", "En attente"):
        page.get_by_role("group", name="Test réalisé").get_by_label("Oui", exact=True).check()
        page.get_by_label("RT-PCR").check()
        page.get_by_role("group", name="Résultat").get_by_label(result).check()
        save(page)
        if result == "Négatif":
            page.get_by_role("link", name="Modifier").click()
    return page


def alerts(world: World, open_page: OpenPage) -> Page:
    actor, now = world.actor(CLAIRE), timezone.now()
    kept: dict[str, Any] = {"subject": actor.account, "account": actor.account, "practice": actor.practice, "at": now}
    Alert.objects.bulk_create(
        Alert(id=uuid4(), kind=kind, hour=now, lookups=120, misses=30, **kept) for kind in AlertKind
    )
    page = at("/contact-covid/alertes/", DPO)(world, open_page)
    expect(page.locator("tbody tr")).to_have_count(len(AlertKind))
    return page


class Seen(NamedTuple):
    """How to get there, and what the page is: its heading, and whether it tells of a mistake."""

    state: State
    heading: str
    mistake: bool = False


DOOR, HOME, SEARCH = "Connexion à votre espace professionnel", "Bienvenue sur votre espace", "Recherche de patient"
NAME, FORM, ALERTS = "Hautecloque-Montmorency", "Modification du contact", "Alertes sur les recherches"
STATES = {
    "door": Seen(at("/connexion/"), DOOR),
    "door, session over": Seen(at("/connexion/?suite=/accueil/&perdue=1"), DOOR),
    "door, nothing typed": Seen(pressed("/connexion/", "Vous connecter"), DOOR, mistake=True),
    "door, refused": Seen(refused(1), DOOR, mistake=True),
    "door, blocked": Seen(refused(3), DOOR, mistake=True),
    **{
        f"home of {role}": Seen(at("/accueil/", login), HOME)
        for role, login in LOGINS.items()
        if login in {CLAIRE, DPO}
    },
    "home without service": Seen(at("/accueil/", LOGINS[next(iter(LOGINS))]), HOME),
    "search": Seen(at("/contact-covid/", CLAIRE), SEARCH),
    "search, nothing typed": Seen(pressed("/contact-covid/", "Rechercher", CLAIRE), SEARCH, mistake=True),
    "found": Seen(found, "1 fiche(s) trouvée(s)"),
    "found none": Seen(found_none, "0 fiche(s) trouvée(s)"),
    "found many": Seen(found_many, "24 fiche(s) trouvée(s)"),
    "fiche of a pharmacist": Seen(fiche(CLAIRE), NAME),
    "fiche of a biologist": Seen(fiche(SOPHIE), NAME),
    "form of a pharmacist": Seen(form(CLAIRE), FORM),
    "form of a biologist": Seen(form(SOPHIE), FORM),
    "form refused, pharmacist": Seen(form_refused(CLAIRE), FORM, mistake=True),
    "form refused, biologist": Seen(form_refused(SOPHIE), FORM, mistake=True),
    "fiche corrected": Seen(corrected, NAME),
    "fiche with samplings": Seen(sampled, NAME),
    "conflict": Seen(conflict, FORM, mistake=True),
    "no alerts": Seen(at("/contact-covid/alertes/", DPO), ALERTS),
    "alerts": Seen(alerts, ALERTS),
    "absent": Seen(at(f"/contact-covid/fiche/{uuid4()}/", CLAIRE), "introuvable"),
    "forbidden": Seen(at("/contact-covid/alertes/", CLAIRE), "Accès non autorisé"),
    "for forms only": Seen(at("/session/prolonger/", CLAIRE), "Que faire"),
}


@pytest.mark.parametrize("state", STATES)
def test_a_page_in_this_state_is_for_everybody(world: World, open_page: OpenPage, state: str) -> None:
    seen = STATES[state]
    check_page(seen.state(world, open_page), seen.heading, mistake=seen.mistake)


def test_axe_and_the_ruler_would_see_it(open_page: OpenPage) -> None:
    """The same checks fail on a page that is spoiled."""
    page = open_page(CLAIRE)
    page.goto("/contact-covid/")
    page.evaluate("document.querySelector('label[for=nir]').remove()")
    with pytest.raises(AssertionError, match=r"390.*label: "):
        check_page(page, SEARCH)
    page.goto("/contact-covid/")
    page.evaluate("document.querySelector('h1').append('x'.repeat(400))")
    with pytest.raises(AssertionError, match=r"\(320, "):
        check_page(page, SEARCH)


def test_axe_is_not_waited_for_where_scripts_are_off(open_page: OpenPage) -> None:
    page = open_page(CLAIRE, java_script_enabled=False)
    page.goto("/contact-covid/")
    with pytest.raises(AssertionError, match="axe is a script"):
        chrome.violations(page)


def test_pages_of_a_long_result_are_walked_through(world: World, open_page: OpenPage) -> None:
    page = found_many(world, open_page)

    expect(page).to_have_title(re.compile(r"^24 fiche\(s\) trouvée\(s\), page 2 – "))
    expect(page.get_by_text("Page 2 sur 3")).to_be_visible()
    page.get_by_role("link", name="Page suivante").click()
    expect(page.locator("tbody tr")).to_have_count(4)
    expect(page.get_by_role("link", name="Page suivante")).to_have_count(0)
    page.get_by_role("link", name="Page précédente").click()
    expect(page.get_by_label("Nb fiches/page :")).to_have_value("10")


def test_every_step_of_the_tab_key_shows(world: World, open_page: OpenPage) -> None:
    """From the top to the bottom: skip link, then the page in its order."""
    page = form(CLAIRE)(world, open_page)
    stops = chrome.tab_stops(page)

    assert stops[0].startswith("a Aller au contenu")
    names = ["#same_household", "#phone", "#email", "#street", "#postcode", "#commune", "#masks_delivered"]
    names += ["#masks_quantity", "#masks_date", "Valider", "Annuler"]
    places = [next(n for n, stop in enumerate(stops) if name in stop) for name in names]
    assert places == sorted(places)
