"""The pages of doubles over HTTP: few statements, nothing beyond the area, numbers that lead to the one fiche."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from contact_covid.core.records import format_number
from contact_covid.tracing.models import Distinct, Fiche
from tests.cast import traits
from tests.journeys.calls import JULIEN, KETTY, claimed, text
from tests.journeys.doubling import DOUBLES, doubles
from tests.journeys.kinds import SignedIn
from tests.journeys.officer import fiche_page, text_of
from tests.journeys.statements import watched
from tests.journeys.world import DPO, World


@pytest.fixture
def julien(signed_in: SignedIn) -> Client:
    return signed_in(JULIEN)


def fused(client: Client, address: str, **said: str) -> str:
    page = client.get(address)
    answer = client.post(address, carried(page) | said)
    assert answer.status_code == 302, text(answer)
    return str(answer.headers["Location"])


def carried(page: Any) -> dict[str, str]:
    """The key of the form and the versions of the fiches."""
    found = re.findall(r'name="(idempotency_key|version_first|version_second)" value="([^"]*)"', page.content.decode())
    return dict(found)


def test_the_list_costs_the_same_for_one_and_for_many(world: World, julien: Client) -> None:
    costs = []
    for more in (1, 12):
        for _ in range(more):
            doubles(world)
        with watched() as seen:
            julien.get(DOUBLES)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 9  # with the session


def test_the_list_says_names_numbers_and_why_and_no_other_trait(world: World, julien: Client) -> None:
    first, second = doubles(world)
    page = julien.get(DOUBLES)
    for told in (first.name, format_number(first.number), format_number(second.number)):
        assert told in text(page)
    assert "Même nom et même date de naissance" in text(page)
    names = {first.identity.birth_name.lower().encode(), first.identity.first_names.split()[0].lower().encode()}
    body = page.content.lower()
    assert [each for each in (traits(first.identity) | traits(second.identity)) - names if each in body] == []


def test_another_area_finds_nothing(world: World, signed_in: SignedIn) -> None:
    first, second = doubles(world)
    ketty = signed_in(KETTY)
    address = f"{DOUBLES}{first.fiche}/{second.fiche}/"
    assert {ketty.get(address).status_code, ketty.post(address, {}).status_code} == {404}
    assert ketty.post(f"{address}distinctes/", {}).status_code == 404
    assert ketty.get(f"{DOUBLES}fusion/{uuid4()}/").status_code == 404
    assert format_number(first.number) not in text(ketty.get(DOUBLES))


def test_the_choice_made_is_what_stays_and_pressed_twice_it_is_one(world: World, julien: Client) -> None:
    first, second = doubles(world)
    address = f"{DOUBLES}{first.fiche}/{second.fiche}/"
    page = julien.get(address)
    sent = carried(page) | {"survivor": "second", "address": "first", "phone": "second"}
    answers = [julien.post(address, sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert Fiche.objects.get(id=first.fiche).closure == "cancelled"
    card = text(julien.get(claimed(julien, first.fiche)))  # the number that was said aloud leads to the other fiche
    assert format_number(second.number) in card
    assert first.identity.street in card


def test_two_that_are_one_already_lead_to_the_fusion(world: World, julien: Client, signed_in: SignedIn) -> None:
    first, second = doubles(world)
    address = f"{DOUBLES}{first.fiche}/{second.fiche}/"
    stale = carried(julien.get(address))
    made = fused(julien, address)
    assert julien.get(address).headers["Location"] == made
    assert julien.post(address, stale | {"idempotency_key": str(uuid4())}).headers["Location"] == made
    assert julien.post(f"{address}distinctes/", {}).headers["Location"] == made
    ketty = signed_in(KETTY)
    assert {ketty.get(address).status_code, ketty.post(f"{address}distinctes/", {}).status_code} == {404}
    assert not Distinct.objects.filter(first__in=[first.fiche, second.fiche]).exists()


def test_a_fiche_changed_meanwhile_is_compared_again(world: World, julien: Client) -> None:
    first, second = doubles(world)
    address = f"{DOUBLES}{first.fiche}/{second.fiche}/"
    page = julien.get(address)
    Fiche.objects.filter(id=second.fiche).update(version=9)
    answer = julien.post(address, carried(page) | {"phone": "first"})
    assert answer.status_code == 409
    assert "a été modifiée pendant que vous les compariez" in text(answer)
    assert 'name="phone" value="first" checked' in answer.content.decode()
    assert fused(julien, address, phone="first").endswith("?fait")


def test_twins_stay_two_and_the_page_says_why(world: World, julien: Client) -> None:
    first, second = doubles(world, first_names="Zqtwin")
    page = text(julien.get(f"{DOUBLES}{first.fiche}/{second.fiche}/"))
    assert "des jumeaux restent deux fiches" in page
    assert "Fusionner les deux fiches" not in page


def test_the_journal_of_the_fiche_that_stays_tells_of_both(world: World, julien: Client, signed_in: SignedIn) -> None:
    first, second = doubles(world)
    fused(julien, f"{DOUBLES}{first.fiche}/{second.fiche}/")
    page = text_of(signed_in(DPO), fiche_page(first.number))
    assert "Fiches fusionnées" in page
    assert f"Cette fiche réunit aussi, depuis une fusion, {format_number(second.number)}" in page
    assert page.count("Fiche créée") == 2
