"""« Lieux fréquentés » over HTTP: in the declaration, on the fiche, during the call; who was there too is named."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from contact_covid.tracing.models import Exposure, Stay
from tests.journeys.calls import JULIEN, claimed
from tests.journeys.declaring import (
    PATRICK,
    START,
    contact_form,
    days_ago,
    errors,
    index_form,
    registered,
    started,
    stay_form,
    text,
)
from tests.journeys.kinds import SignedIn
from tests.journeys.world import HELENE, World

SCHOOL = "École Zqferry"


@pytest.fixture
def helene(signed_in: SignedIn) -> Client:
    return signed_in(HELENE)


def place_of(client: Client, page: str) -> str:
    return str(re.findall(rf"{page}([0-9a-f-]{{36}})/\"", text(client.get(page)))[0])


def value(page: str, name: str) -> str:
    return str(re.findall(rf'name="{name}" value="([^"]*)"', page)[0])


def test_places_are_a_step_of_the_declaration_and_are_registered_with_it(helene: Client) -> None:
    draft = started(helene, 1001, 1002)
    page = f"{draft}lieux/"
    assert helene.post(page, stay_form()).headers["Location"] == f"{page}?ajoute"
    assert helene.post(page, stay_form(name="Gare Zqnord", then="done")).headers["Location"] == f"{draft}verifier/"
    first = place_of(helene, page)
    assert helene.post(f"{page}{first}/", stay_form(name="Lycée Zqhugo")).headers["Location"] == f"{draft}verifier/"
    summary = text(helene.get(f"{draft}verifier/"))
    assert "Lycée Zqhugo" in summary
    assert "Gare Zqnord" in summary
    assert SCHOOL not in summary
    assert helene.post(f"{page}{first}/retirer/").headers["Location"] == page
    fiche = helene.post(f"{draft}verifier/").headers["Location"].partition("?")[0]
    assert "Gare Zqnord" in text(helene.get(fiche))
    assert Stay.objects.filter(fiche_id=UUID(fiche.split("/")[3])).count() == 1


MISTAKES = {
    "kind": ("", "Le champ est requis."),
    "name": ("", "Le champ est requis."),
    "since": ("", "Le champ est requis."),
    "until": ("{before}", "Le dernier jour précède le premier : corrigez l’une des deux dates."),
    "postcode": ("00000", "Renseignez un code postal ou un département existant."),
    "country": ("Zqland", "Pays non reconnu : écrivez son nom en français, ex. : Belgique. En France, laissez vide."),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told_at_its_field_and_nothing_is_lost(helene: Client, name: str) -> None:
    typed, sentence = MISTAKES[name]
    answer = helene.post(f"{started(helene, 1005)}lieux/", stay_form() | {name: typed.format(before=days_ago(4))})
    assert (answer.status_code, errors(answer)) == (200, [sentence])
    assert f'id="{name}-err"' in text(answer)
    assert value(text(answer), "group") == "CM2 A"


def test_a_place_before_the_look_back_is_told(helene: Client) -> None:
    draft = started(helene, 1007)
    [told] = errors(helene.post(f"{draft}lieux/", stay_form(since=days_ago(12), until=days_ago(11))))
    assert "n’était pas encore contagieuse" in told


def test_who_was_there_too_is_named_with_the_day_filled_in(helene: Client) -> None:
    draft = started(helene, 1011)
    helene.post(f"{draft}lieux/", stay_form())
    place = place_of(helene, f"{draft}lieux/")
    page = text(helene.get(f"{draft}contact/", {"lieu": place}))
    assert value(page, "last_contact") == days_ago(1)
    assert '<option value="class" selected>' in page
    assert 'name="same_household" checked' not in page
    for unknown in (str(uuid4()), "x"):
        assert helene.get(f"{draft}contact/", {"lieu": unknown}).status_code == 200
    fiche = registered(helene, 1013)
    helene.post(f"{fiche}lieux/", stay_form(kind="gathering"))
    page = text(helene.get(f"{fiche}contact/", {"lieu": place_of(helene, f"{fiche}lieux/")}))
    assert (value(page, "last_contact"), '<option value="closed_space" selected>' in page) == (days_ago(1), True)


def test_places_are_added_corrected_and_taken_out_later_by_the_practice_alone(
    helene: Client, signed_in: SignedIn
) -> None:
    fiche = registered(helene, 1021)
    page, once = f"{fiche}lieux/", {"idempotency_key": str(uuid4()), "then": "done"}
    for _ in range(2):
        assert helene.post(page, stay_form() | once).headers["Location"] == fiche
    assert helene.post(page, stay_form(name="Gare Zqnord") | once).status_code == 409
    place = place_of(helene, page)
    corrected = stay_form(name="Lycée Zqhugo", version="1")
    assert helene.post(f"{page}{place}/", corrected).headers["Location"] == page
    late = helene.post(f"{page}{place}/", stay_form(name="Gare Zqnord", version="1"))
    assert (late.status_code, "modifié pendant votre saisie" in text(late)) == (409, True)
    assert value(text(late), "name") == "Gare Zqnord"
    stranger = signed_in(PATRICK)
    for path in (page, f"{page}{place}/", f"{page}{place}/retirer/"):
        assert stranger.post(path, stay_form()).status_code == 404
    assert "Fiche corrigée : lieux fréquentés" in text(helene.get(fiche))
    for _ in range(2):
        assert helene.post(f"{page}{place}/retirer/").status_code == 302
    assert "Aucun lieu déclaré" in text(helene.get(fiche))


def test_the_platform_names_and_corrects_places_during_the_call(
    helene: Client, signed_in: SignedIn, world: World
) -> None:
    fiche = registered(helene, 1031)
    helene.post(f"{fiche}lieux/", stay_form())
    julien: Any = signed_in(JULIEN)
    card = claimed(julien, UUID(fiche.split("/")[3]))
    assert "Lieux fréquentés" in text(julien.get(card))
    kept = julien.post(f"{card}lieux/", {"then": "open", "note": "zqnote", "outcome": "informed"})
    assert kept.headers["Location"] == f"{card}lieux/"
    assert SCHOOL in text(julien.get(f"{card}lieux/"))
    place = place_of(julien, f"{card}lieux/")
    assert julien.post(f"{card}lieux/{place}/", stay_form(name="Lycée Zqhugo")).status_code == 302
    assert julien.post(f"{card}lieux/", stay_form(name="Gare Zqnord", then="done")).headers["Location"] == card
    assert "zqnote" in text(julien.get(card))
    page = text(julien.get(f"{card}contact/", {"lieu": place}))
    assert value(page, "last_contact") == days_ago(1)
    # The practice sees what it named, as the platform corrected it, and not what the platform added.
    own = text(helene.get(fiche))
    assert ("Lycée Zqhugo" in own, "Gare Zqnord" in own) == (True, False)
    assert julien.post(f"{card}lieux/{place}/retirer/").status_code == 302
    assert Stay.objects.filter(fiche_id=UUID(fiche.split("/")[3])).count() == 1


def test_a_contact_s_fiche_has_no_places(helene: Client, signed_in: SignedIn) -> None:
    fiche = registered(helene, 1041, 1042)
    [contact] = Exposure.objects.filter(index_fiche_id=UUID(fiche.split("/")[3])).values_list(
        "contact_fiche", flat=True
    )
    assert helene.get(f"/contact-covid/mes-fiches/{contact}/lieux/").status_code == 404
    julien: Any = signed_in(JULIEN)
    assert julien.get(f"{claimed(julien, contact)}lieux/").status_code == 404


def test_a_look_back_that_moved_is_told_before_registering(helene: Client) -> None:
    draft = started(helene, 1051)
    helene.post(f"{draft}lieux/", stay_form(since=days_ago(5), until=days_ago(5)))
    assert helene.post(draft, index_form(1051, onset=days_ago(1))).status_code == 302
    answer = helene.post(f"{draft}verifier/")
    assert "n’était pas encore contagieuse" in text(answer)
    assert helene.get(START).status_code == 200
    assert helene.post(draft, contact_form(1052)).status_code == 200
