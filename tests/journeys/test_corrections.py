"""A physician corrects what she declared, and says that she has called whom she calls herself."""

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from contact_covid.core.records import format_number
from contact_covid.messaging.models import Message
from contact_covid.tracing.models import Contact, Exposure, Fiche, IndexCase
from tests.cast import person
from tests.journeys.bad_input import HOSTILE, MARKUP
from tests.journeys.declaring import (
    LIST,
    PATRICK,
    contact_form,
    days_ago,
    errors,
    index_form,
    registered,
    started,
    text,
    today,
)
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import LEFT_BY_READING, watched, written
from tests.journeys.web import TYPE
from tests.journeys.world import HELENE, World, account_name, as_owner

SAMIR = "samir.haddad@example.org"


@pytest.fixture
def helene(signed_in: SignedIn) -> Client:
    return signed_in(HELENE)


def with_contact(client: Client, index: int, contact: int, **changes: str) -> tuple[str, str]:
    """The addresses of a registered patient zéro and of her contact."""
    draft = started(client, index)
    answer = client.post(f"{draft}contact/", contact_form(contact) | changes)
    assert answer.status_code == 302, errors(answer)
    path = client.post(f"{draft}verifier/").headers["Location"].partition("?")[0]
    [other] = set(re.findall(rf'href="({LIST}[0-9a-f-]{{36}}/)"', text(client.get(path)))) - {path}
    return path, other


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(idempotency_key|version)" value="([^"]*)"', page))


def fiche_of(path: str) -> Fiche:
    return Fiche.objects.get(id=path.split("/")[3])


def test_the_form_says_what_was_declared_and_the_correction_is_told(helene: Client) -> None:
    path = registered(helene, 501)
    page = text(helene.get(f"{path}corriger/"))
    for name, value in index_form(501).items():
        assert not value or f'value="{value}"' in page, name
    answer = helene.post(f"{path}corriger/", index_form(501, commune="Bagnolet", onset=days_ago(4)) | hidden(page))
    assert answer.headers["Location"] == f"{path}?corrige"
    page = text(helene.get(f"{path}?corrige"))

    assert "La correction est enregistrée." in page
    assert "Bagnolet" in page
    assert "Fiche corrigée : commune, date des premiers symptômes" in page
    assert account_name(HELENE) in page
    assert IndexCase.objects.get(fiche=fiche_of(path)).window_start.strftime("%d/%m/%Y") == days_ago(6)


def test_a_contact_s_dates_follow_her_corrected_exposure(helene: Client) -> None:
    _, contact = with_contact(helene, 511, 512)
    page = text(helene.get(f"{contact}corriger/"))
    assert f'value="{days_ago(2)}"' in page
    assert '<option value="closed_space" selected>' in page
    action = re.findall(r'<form class="stack" method="post" action="([^"]+)"', page)[0]
    moved = contact_form(
        512, last_contact=days_ago(1), same_household="on", circumstance="", department="972", postcode=""
    )
    assert helene.post(action, moved | hidden(page)).headers["Location"] == f"{contact}?corrige"

    known = Contact.objects.get(fiche=fiche_of(contact))
    assert (known.same_household, known.test_due, fiche_of(contact).department) == (True, today(), "972")


def test_each_exposure_of_a_contact_is_corrected_by_itself(helene: Client) -> None:
    first, contact = with_contact(helene, 521, 529)
    second, same = with_contact(helene, 522, 529, last_contact=days_ago(1))
    assert same == contact
    page = text(helene.get(contact))
    links = re.findall(rf'href="({contact}corriger/[0-9a-f-]+/)"', page)
    assert {link.split("/")[-2] for link in links} == {path.split("/")[3] for path in (first, second)}
    answer = helene.post(f"{contact}corriger/{first.split('/')[3]}/", contact_form(529, last_contact=days_ago(3)))
    assert answer.status_code == 302
    told = Exposure.objects.filter(contact_fiche=fiche_of(contact)).order_by("last_contact")
    assert [exposure.last_contact.strftime("%d/%m/%Y") for exposure in told] == [days_ago(3), days_ago(1)]


def test_a_form_pressed_twice_is_one_correction_and_changed_it_is_told(helene: Client) -> None:
    path = registered(helene, 531)
    form = index_form(531, commune="Bagnolet") | hidden(text(helene.get(f"{path}corriger/")))
    answers = [helene.post(f"{path}corriger/", form) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [f"{path}?corrige"] * 2
    back = helene.post(f"{path}corriger/", form | {"commune": "Pantin"})

    assert (back.status_code, fiche_of(path).version) == (409, 2)
    page = text(back)
    for words in ("Cette fiche est déjà enregistrée", "commune : Bagnolet", 'value="Pantin"', "<title>Erreur : "):
        assert words in page
    assert hidden(page)["idempotency_key"] != form["idempotency_key"]
    assert helene.post(f"{path}corriger/", form | {"commune": "Pantin"} | hidden(page)).status_code == 302


def test_a_key_that_served_another_fiche_is_told(helene: Client) -> None:
    first, second = registered(helene, 541), registered(helene, 542)
    key = {"idempotency_key": str(uuid4())}
    assert helene.post(f"{first}corriger/", index_form(541, commune="Pantin") | key).status_code == 302
    answer = helene.post(f"{second}corriger/", index_form(542, commune="Pantin") | key)
    assert (answer.status_code, "Ce formulaire a déjà servi pour une autre fiche" in text(answer)) == (409, True)
    assert fiche_of(second).version == 1


def test_who_comes_second_is_told_who_changed_what_and_keeps_her_words(
    helene: Client, signed_in: SignedIn, world: World
) -> None:
    path = registered(helene, 551)
    form = index_form(551, commune="Pantin") | hidden(text(helene.get(f"{path}corriger/")))
    colleague = signed_in(world.colleague(HELENE, last_name="Zqcolleague", email="zqcolleague@example.org"))
    assert colleague.post(f"{path}corriger/", index_form(551, phone="06 39 98 77 77")).status_code == 302
    late = helene.post(f"{path}corriger/", form)

    page = text(late)
    assert late.status_code == 409
    assert re.search(r"ZQCOLLEAGUE – [^<]+, le [\d/ :]+ : téléphone\.", page)
    assert "téléphone : 06 39 98 77 77" in page
    assert 'value="Pantin"' in page
    assert "Pantin" not in text(helene.get(path))


def test_on_a_shared_fiche_each_practice_corrects_its_own_words(helene: Client, signed_in: SignedIn) -> None:
    path, contact = with_contact(helene, 561, 562)
    patrick = signed_in(PATRICK)
    assert with_contact(patrick, 561, 562) == (path, contact)
    helene.post(f"{path}corriger/", index_form(561, commune="Zqhers", consent="refuses"))
    for corrected, form in ((path, index_form(561)), (contact, contact_form(562))):
        page = text(patrick.get(f"{corrected}corriger/"))
        assert "Zqhers" not in page
        answer = patrick.post(f"{corrected}corriger/", form | {"commune": "Zqhis"} | hidden(page))
        assert answer.status_code == 302
        assert "Zqhis" in text(patrick.get(corrected))
        assert "Zqhis" not in text(helene.get(corrected))
    assert "Zqhers" not in text(patrick.get(path))
    assert account_name(HELENE) not in text(patrick.get(path))


def test_a_known_person_s_fiche_looks_like_a_new_one(helene: Client, signed_in: SignedIn) -> None:
    """What Patrick sees of people whom Hélène had declared has the same shape as of people nobody knew."""
    with_contact(helene, 571, 572, same_household="on", circumstance="")
    patrick = signed_in(PATRICK)
    pages = [with_contact(patrick, *numbers, department="972") for numbers in ((571, 572), (573, 574))]
    for known, new in zip(*pages, strict=True):
        shapes = [shape(text(patrick.get(path)), path) for path in (known, new)]
        assert shapes[0] == shapes[1]


def shape(page: str, path: str) -> list[str]:
    """The words of a page without what is of the person."""
    of = [person(number) for number in (571, 572, 573, 574)]
    words = re.sub(r"<[^>]+>", "\n", page.partition("<main")[2])
    for each in of:
        for word in (each.name, each.birth_name.upper(), each.first_names, each.email, each.street):
            words = words.replace(word, "·")
    words = re.sub(r"[\dA-Z]{4}-[\dA-Z]{4}|\d[\d :/]*", "·", words)
    return [line.strip() for line in words.splitlines() if line.strip()]


MISTAKES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "index": {
        "birth_name": ("", "Le champ est requis."),
        "phone": ("12", "Le numéro de téléphone doit contenir 10 chiffres."),
        "sampled_on": ("", "Le champ est requis."),
        "postcode": ("", "Renseignez un code postal ou un département."),
        "result_on": (days_ago(5), "Le résultat ne peut pas précéder le prélèvement."),
    },
    "contact": {
        "last_contact": (days_ago(-1), "La date ne peut pas être dans le futur."),
        "circumstance": ("", "Le champ est requis."),
        "nir": ("2 69 05 49 588 157 81", "La clé de contrôle est invalide."),
    },
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in MISTAKES for name in MISTAKES[kind]])
def test_each_mistake_is_told_at_its_field_and_nothing_is_written(helene: Client, kind: str, name: str) -> None:
    value, sentence = MISTAKES[kind][name]
    index, contact = with_contact(helene, 581, 582)
    path, form = (index, index_form(581)) if kind == "index" else (contact, contact_form(582))
    version = fiche_of(path).version
    answer = helene.post(f"{path}corriger/", form | {name: value, "commune": "Pantin"})

    assert (answer.status_code, errors(answer)) == (200, [sentence])
    assert f'id="{name}-err"' in text(answer)
    assert "<title>Erreur : " in text(answer)
    assert 'value="Pantin"' in text(answer)
    assert fiche_of(path).version == version


def test_a_contact_who_would_be_her_own_patient_zero_is_refused(helene: Client) -> None:
    index, contact = with_contact(helene, 591, 592)
    for path, form in ((index, index_form(592)), (contact, contact_form(591))):
        answer = helene.post(f"{path}corriger/", form)
        assert answer.status_code == 200
        assert 'id="birth_name-err"' in text(answer)


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("of", ["index", "contact"])
def test_hostile_values_in_every_field_are_refused_or_harmless(helene: Client, of: str, kind: str) -> None:
    paths = dict(zip(("index", "contact"), with_contact(helene, 601, 602), strict=True))
    form = (index_form(601) if of == "index" else contact_form(602)) | {"idempotency_key": "", "version": ""}
    for name in form:
        value = HOSTILE[kind].encode("utf-8", "surrogatepass") if kind == "half a character" else HOSTILE[kind]
        sent: Any = helene.post(f"{paths[of]}corriger/", urlencode(form | {name: value}), content_type=TYPE)
        page = sent.content.decode()
        assert sent.status_code in {200, 302, 409}, name
        assert not MARKUP.search(page), name


def test_a_fiche_of_another_practice_answers_like_an_absent_one(helene: Client, signed_in: SignedIn) -> None:
    index, contact = with_contact(helene, 611, 612)
    stranger, absent = signed_in(PATRICK), f"{LIST}{uuid4()}/"
    ends = ["corriger/", f"corriger/{index.split('/')[3]}/", "appel/"]
    for end in ends:
        for path in (index, contact, absent):
            assert stranger.post(f"{path}{end}", index_form(619) | {"outcome": "informed"}).status_code == 404
            assert stranger.get(f"{path}{end}").status_code == (405 if end == "appel/" else 404)
    assert helene.get(f"{index}corriger/{contact.split('/')[3]}/").status_code == 404
    assert helene.get(f"{contact}corriger/{uuid4()}/").status_code == 404


def test_a_cancelled_fiche_leads_back_to_itself(helene: Client) -> None:
    path = registered(helene, 621)
    helene.post(f"{path}annuler/", {"reason": "error"})
    assert "Corriger" not in text(helene.get(path)).partition("<main")[2]
    for answer in (helene.get(f"{path}corriger/"), helene.post(f"{path}corriger/", index_form(621, commune="X"))):
        assert answer.headers["Location"] == path


def test_reading_leaves_the_journal_and_nothing_else(helene: Client) -> None:
    index, contact = with_contact(helene, 625, 626, calls_self="on")
    draft = started(helene, 627, 628)
    paths = [LIST, "/contact-covid/declarer/", *(f"{draft}{step}" for step in ("", "contact/", "verifier/"))]
    paths += [f"{path}{end}" for path in (index, contact) for end in ("", "corriger/", "annuler/")]
    for path in [*paths, f"{index}contact/", f"{contact}corriger/{index.split('/')[3]}/"]:
        as_owner("UPDATE accounts_session SET seen_at = seen_at - interval '2 minutes'")
        with watched() as seen:
            assert helene.get(path).status_code == 200, path
        assert written(seen) <= LEFT_BY_READING, path


def test_an_id_that_is_none_is_a_page_that_does_not_exist(helene: Client) -> None:
    for part in ("0", "abc", "' OR 1=1", "%00"):
        for path in (LIST + part, f"{LIST}{part}/corriger", f"{LIST}{uuid4()}/corriger/{part}", f"{LIST}{part}/appel"):
            assert helene.get(f"{path}/").status_code == 404


# --- Who calls herself ---------------------------------------------------------------------------------------------


def test_who_calls_herself_reads_the_instructions_and_says_that_she_called(helene: Client) -> None:
    _, contact = with_contact(helene, 631, 632, calls_self="on")
    page = text(helene.get(contact))
    assert f"jusqu’au {days_ago(-12)}" in page
    assert "J’ai appelé cette personne" in page
    for _ in range(2):
        answer = helene.post(f"{contact}appel/", {"outcome": "informed", "language": "en"})
        assert answer.headers["Location"] == f"{contact}?appele"
    page = text(helene.get(f"{contact}?appele"))
    assert "Consignes données" in page
    assert "Appel fait, consignes données" in page
    assert "Les consignes et la lettre d’isolement lui sont envoyées par courriel" in page
    assert "J’ai appelé cette personne" not in page
    assert fiche_of(contact).attempts == 1
    assert list(Message.objects.filter(fiche=fiche_of(contact).id).values_list("language", flat=True)) == ["en"]


def test_who_cannot_call_leaves_the_call_to_the_platform(helene: Client) -> None:
    _, contact = with_contact(helene, 641, 642, calls_self="on")
    assert fiche_of(contact).callable_from is None
    for _ in range(2):
        assert helene.post(f"{contact}appel/", {"outcome": "platform"}).headers["Location"] == f"{contact}?confie"
    assert fiche_of(contact).callable_from
    assert "J’ai appelé cette personne" not in text(helene.get(contact))
    assert helene.post(f"{contact}appel/", {"outcome": "informed"}).headers["Location"] == contact
    assert helene.post(f"{contact}appel/", {"outcome": "x"}).headers["Location"] == contact
    assert fiche_of(contact).call == "to_call"


def test_a_hospital_declares_corrects_and_calls_from_its_own_account(signed_in: SignedIn) -> None:
    samir = signed_in(SAMIR)
    index, contact = with_contact(samir, 651, 652, calls_self="on")
    assert samir.post(f"{index}corriger/", index_form(651, commune="Pantin")).status_code == 302
    assert samir.post(f"{contact}appel/", {"outcome": "informed"}).status_code == 302
    page = html.unescape(text(samir.get(LIST)))
    for path in (index, contact):
        assert f'data-fiche="{format_number(fiche_of(path).number)}"' in page
