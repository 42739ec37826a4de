"""Measles from the declaration to the call over HTTP, beside Covid-19: another disease is a folder and a setting."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.core.dates import date_fr
from contact_covid.messaging.enums import Language, Template
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import Exposure, Fiche
from tests.journeys import declaring as declare
from tests.journeys.calls import JULIEN, claimed, text
from tests.journeys.kinds import SignedIn
from tests.journeys.world import LOGINS, World

HELENE = LOGINS[Role.PHYSICIAN]


@pytest.fixture(autouse=True)
def both_are_followed() -> Iterator[None]:
    with override_settings(DISEASES=("covid19", "measles")):
        yield


def declared(signed_in: SignedIn, number: int) -> tuple[Fiche, Fiche]:
    """A patient zéro of measles and her contact, as the physician declares them."""
    helene = signed_in(HELENE)
    draft = helene.post(declare.START, declare.index_form(number) | {"disease": "measles"}).headers["Location"]
    address = draft.partition("contact/")[0]
    helene.post(f"{address}contact/", declare.contact_form(number + 1))
    page = helene.get(f"{address}verifier/").content.decode()
    assert "Rougeole" in page
    hidden = dict(re.findall(r'name="(version|idempotency_key)" value="([^"]*)"', page))
    helene.post(f"{address}verifier/", hidden)
    index = Fiche.objects.filter(disease="measles", kind=FicheKind.INDEX).latest("created_at")
    return index, Exposure.objects.get(index_fiche=index).contact_fiche


def test_a_physician_declares_it_and_answers_its_questions(world: World, signed_in: SignedIn) -> None:
    index, contact = declared(signed_in, 8_101)
    helene = signed_in(HELENE)
    page = text(helene.get(f"/contact-covid/mes-fiches/{contact.id}/"))
    assert "Rougeole" in page
    assert "Questions sur la maladie" in page
    address = f"/contact-covid/mes-fiches/{contact.id}/questions/"
    shown = helene.get(address)
    assert "Doses de vaccin contre la rougeole (ROR)" in text(shown)
    key = {"idempotency_key": str(uuid4()), "version": "0"}
    wrong = helene.post(
        address, key | {"protected_on": date_fr(timezone.localdate() + timedelta(days=1)), "doses": "two"}
    )
    assert "ne peut pas être dans le futur" in text(wrong)
    assert helene.post(address, key | {"doses": "two", "pregnant": "no"}).status_code == 302
    assert 'value="two" selected' in helene.get(address).content.decode()
    stale = helene.post(address, {"idempotency_key": str(uuid4()), "version": "0", "doses": "one"})
    assert stale.status_code == 409
    assert 'value="one" selected' in stale.content.decode()
    assert index.disease == contact.disease == "measles"


def test_an_agent_says_what_is_said_of_measles(world: World, signed_in: SignedIn) -> None:
    _, contact = declared(signed_in, 8_111)
    julien = signed_in(JULIEN)
    card = claimed(julien, contact.id)
    page = text(julien.get(card.partition("?")[0]))
    assert "Rougeole" in page
    assert "Vaccin ROR avant le" in page
    assert "Masque" in page
    assert "aucun" in page
    assert "Covid-19" not in page
    assert "Questions sur la maladie" in page


def test_she_is_written_to_about_measles_and_nothing_else() -> None:
    from contact_covid.messaging.rules.person_contents import instructions
    from contact_covid.messaging.rules.rendering import Frame, render

    frame = Frame("amelipro", "0 809 000 000", "3608", 3)
    content = instructions(
        "K7M42QXD", {"name": "Zq", "street": "", "postcode": "", "commune": ""}, department="93",
        last_contact=date(2020, 5, 10), isolation_until=None, mask_until=None, tests=[], told_on=date(2020, 5, 11),
        index_agrees=False, index_name="", disease="measles",
    )  # fmt: skip
    assert content.template is Template.INSTRUCTIONS
    for language in (Language.FRENCH, Language.ENGLISH):
        words = render(content, language, frame)
        for said in (words.text, words.html):
            assert "72" in said
            assert not re.search(r"covid-19|masques?\b|masks?\b|2020-546", said.replace("Contact COVID", ""), re.I)


def test_the_filter_of_the_list_offers_it(world: World, signed_in: SignedIn) -> None:
    _, contact = declared(signed_in, 8_121)
    julien = signed_in(JULIEN)
    assert "Rougeole" in text(julien.get("/contact-covid/appels/filtre/"))
    number = f"{contact.number[:4]}-{contact.number[4:]}"
    assert number in text(julien.get("/contact-covid/appels/?disease=measles&sort=creation"))
    assert number not in text(julien.get("/contact-covid/appels/?disease=covid19&sort=creation"))
