"""A physician declares a patient zéro and her contacts, leaves, comes back, goes back, presses twice; then follows."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from contact_covid.core.rules.nir import Nir
from contact_covid.tracing.models import Contact, Draft, Exposure, Fiche, IndexCase
from tests.cast import person
from tests.journeys.bad_input import HOSTILE, MARKUP
from tests.journeys.declaring import (
    LIST,
    PATRICK,
    START,
    contact_form,
    days_ago,
    errors,
    index_form,
    registered,
    started,
    text,
    today,
    typed,
)
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import watched
from tests.journeys.web import TYPE
from tests.journeys.world import HELENE, World, as_owner
from tests.weights import most


def numbers(page: str) -> list[str]:
    return re.findall(r'data-fiche="([^"]+)"', page)


@pytest.fixture
def helene(signed_in: SignedIn) -> Client:
    return signed_in(HELENE)


# --- The walk ------------------------------------------------------------------------------------------------------


def test_declaring_with_the_contract_s_fields_makes_the_fiches(helene: Client) -> None:
    draft = started(helene, 101)
    household = {"same_household": "on", "same_address": "on", "circumstance": "", "postcode": "", "street": ""}
    assert helene.post(f"{draft}contact/", contact_form(102, **household)).headers["Location"] == f"{draft}contact/"
    last = contact_form(103, postcode="", commune="", street="", department="972", calls_self="on", then="done", nir="")
    assert helene.post(f"{draft}contact/", last).headers["Location"] == f"{draft}lieux/"
    answer = helene.post(f"{draft}verifier/", follow=True)

    assert len(numbers(text(answer))) == 3
    [index] = IndexCase.objects.filter(fiche__number=numbers(text(answer))[0].replace("-", ""))
    assert (index.onset, index.test_kind) == (today() - timedelta(days=3), "pcr")
    first, second = Exposure.objects.filter(index_fiche=index.fiche_id).order_by("-same_household")
    assert (first.circumstance, first.same_household) == ("household", True)
    assert [fiche.department for fiche in (first.contact_fiche, second.contact_fiche)] == ["93", "972"]
    assert Contact.objects.get(fiche=second.contact_fiche_id).calls_self


def test_every_step_shows_what_is_kept_and_leads_back(helene: Client) -> None:
    draft = started(helene, 111, 112)
    page = text(helene.get(f"{draft}verifier/"))
    link = re.findall(rf"{draft}contact/[0-9a-f-]{{36}}/", page)[0]
    for path, of in ((draft, 111), (link, 112)):
        form = text(helene.get(path))
        assert [value for value in typed(person(of)).values() if value and f'value="{value}"' not in form] == []
    corrected = contact_form(112, last_contact=days_ago(1))
    assert helene.post(link, corrected | {"version": "2"}).headers["Location"] == f"{draft}verifier/"
    assert f"Dernier contact</dt><dd>{days_ago(1)}" in text(helene.get(f"{draft}verifier/"))
    assert helene.post(f"{link}retirer/").headers["Location"] == f"{draft}verifier/"
    assert "Aucun contact saisi" in text(helene.get(f"{draft}verifier/"))


def test_a_declaration_left_in_the_middle_is_offered_again_to_its_author_only(
    signed_in: SignedIn, world: World, helene: Client
) -> None:
    draft = started(helene, 121, 122)
    helene.cookies.clear()
    back = signed_in(HELENE)
    page = text(back.get(START))
    assert f"{draft}verifier/" in page
    assert "1 contact · saisie aujourd’hui, effacée le " in page
    assert "Il manque : aucun lieu" in page
    assert draft not in text(signed_in(PATRICK).get(START))
    assert back.post(f"{draft}abandonner/").headers["Location"] == START
    assert draft not in text(back.get(START))


def test_a_session_that_ends_in_the_middle_leads_back_to_the_step_and_keeps_the_others(
    world: World, helene: Client
) -> None:
    draft = started(helene, 125, 126)
    helene.cookies.clear()
    answer = helene.post(f"{draft}contact/", contact_form(127))
    assert answer.headers["Location"] == f"/connexion/?{urlencode({'suite': f'{draft}contact/', 'perdue': '1'})}"
    helene.cookies["session"] = world.new_token(HELENE)
    assert person(126).name in text(helene.get(f"{draft}contact/"))
    assert helene.post(f"{draft}contact/", contact_form(127)).status_code == 302


def test_a_declaration_of_somebody_else_is_absent_at_each_step(signed_in: SignedIn, helene: Client) -> None:
    draft = started(helene, 131, 132)
    stranger = signed_in(PATRICK)
    contact = re.findall(r"contact/([0-9a-f-]{36})/", text(helene.get(f"{draft}verifier/")))[0]
    before = Draft.objects.get(id=draft.split("/")[-2]).version
    steps = ["", "contact/", f"contact/{contact}/", f"contact/{contact}/retirer/", "verifier/", "abandonner/"]
    for step in steps:
        absent = f"{START}{uuid4()}/{step}"
        form = index_form(139) if not step else contact_form(139)
        assert stranger.post(f"{draft}{step}", form).status_code == stranger.post(absent, form).status_code == 404
        assert stranger.get(f"{draft}{step}").status_code in {404, 405}
    assert Draft.objects.get(id=draft.split("/")[-2]).version == before


# --- Twice, back, two tabs -----------------------------------------------------------------------------------------


def test_a_form_sent_twice_is_one_draft_and_one_contact(helene: Client) -> None:
    key = {"idempotency_key": str(uuid4())}
    first, second = (helene.post(START, index_form(141) | key) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    path, key = first.headers["Location"], {"idempotency_key": str(uuid4())}
    answers = [helene.post(path, contact_form(142) | key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert text(helene.get(path)).count('<li class="on"><a') == 1


def test_registering_twice_or_from_an_old_page_leads_to_the_one_fiche(helene: Client) -> None:
    draft = started(helene, 151, 152)
    first, second = (helene.post(f"{draft}verifier/", {"version": "2"}) for _ in range(2))
    old = [helene.get(f"{draft}{step}") for step in ("", "contact/", "verifier/")]
    old += [helene.post(f"{draft}contact/", contact_form(153))]

    assert first.headers["Location"].startswith(LIST)
    assert {answer.headers["Location"] for answer in [second, *old]} == {first.headers["Location"]}
    assert Fiche.objects.filter(id=first.headers["Location"].split("/")[3]).exists()


def test_the_way_back_to_the_first_form_corrects_the_draft(helene: Client) -> None:
    key = {"idempotency_key": str(uuid4())}
    path = helene.post(START, index_form(161) | key).headers["Location"]
    again = helene.post(START, index_form(161, commune="Bagnolet") | key)
    assert again.headers["Location"] == path
    helene.post(path, contact_form(162))
    late = helene.post(START, index_form(161, commune="Pantin") | key)

    assert late.status_code == 409
    assert "Cette déclaration est déjà commencée" in text(late)
    assert 'value="Pantin"' in text(late)
    assert "Bagnolet" in text(helene.get(path.replace("contact/", "verifier/")))
    action, version = path.removesuffix("contact/"), re.findall(r'name="version" value="(\d+)"', text(late))[0]
    assert f'action="{action}"' in text(late)
    assert helene.post(action, index_form(161, commune="Pantin", version=version)).status_code == 302
    assert "Pantin" in text(helene.get(f"{action}verifier/"))


def test_a_second_tab_is_told_and_nothing_is_overwritten(helene: Client) -> None:
    draft = started(helene, 171, 172)
    helene.post(f"{draft}contact/", contact_form(173))
    stale = helene.post(f"{draft}verifier/", {"version": "2"})
    late = helene.post(draft, index_form(171, commune="Pantin", version="2"))

    assert (stale.status_code, late.status_code) == (409, 409)
    for answer in (stale, late):
        assert "modifiée dans un autre onglet" in text(answer)
    assert "Pantin" not in text(helene.get(f"{draft}verifier/"))
    version = re.findall(r'name="version" value="(\d+)"', text(stale))[0]
    assert len(numbers(text(helene.post(f"{draft}verifier/", {"version": version}, follow=True)))) == 3


# --- Mistakes ------------------------------------------------------------------------------------------------------

INDEX_MISTAKES = {
    "birth_name": ("", "Le champ est requis."),
    "first_names": ("---", "La valeur saisie n’est pas valide."),
    "birth_date": ("31/02/1990", "La date saisie est invalide."),
    "sex": ("X", "Choisissez une des réponses proposées."),
    "nir": ("2 69 05 49 588 157 81", "La clé de contrôle est invalide."),
    "nir_holder": ("neighbour", "Choisissez une des réponses proposées."),
    "phone": ("12", "Le numéro de téléphone doit contenir 10 chiffres."),
    "email": ("nobody", "Le format de l’adresse e-mail n’est pas valide."),
    "postcode": ("", "Renseignez un code postal ou un département."),
    "scheme": ("77", "Choisissez une des réponses proposées."),
    "fund": ("12", "La valeur saisie n’est pas valide."),
    "centre": ("x", "La valeur saisie n’est pas valide."),
    "onset": ("", "Renseignez la date des premiers symptômes, ou cochez « Sans symptôme »."),
    "no_symptoms": ("maybe", "Choisissez une des réponses proposées."),
    "sampled_on": ("", "Le champ est requis."),
    "result_on": ("{before}", "Le résultat ne peut pas précéder le prélèvement."),
    "test_kind": ("", "Le champ est requis."),
    "consent": ("", "Le champ est requis."),
}


@pytest.mark.parametrize("name", INDEX_MISTAKES)
def test_each_mistake_on_the_patient_zero_is_told_at_its_field(helene: Client, name: str) -> None:
    value, sentence = INDEX_MISTAKES[name]
    before = Draft.objects.count()
    answer = helene.post(START, index_form(201) | {name: value.format(before=days_ago(5))})

    assert (answer.status_code, errors(answer)) == (200, [sentence])
    assert f'id="{name}-err"' in text(answer)
    assert "<title>Erreur : " in text(answer)
    assert f'value="{person(201).birth_name}"' in text(answer) or name == "birth_name"
    assert Draft.objects.count() == before


def test_symptoms_are_dated_or_denied_not_both(helene: Client) -> None:
    both = helene.post(START, index_form(202, no_symptoms="on"))
    assert errors(both) == [INDEX_MISTAKES["onset"][1]]
    assert helene.post(START, index_form(202, no_symptoms="on", onset="")).status_code == 302


CONTACT_MISTAKES = {
    "birth_name": ("", "Le champ est requis."),
    "last_contact": ("", "Le champ est requis."),
    "circumstance": ("", "Le champ est requis."),
    "postcode": ("", "Renseignez un code postal ou un département."),
    "department": ("999", "Renseignez un code postal ou un département existant."),
    "same_household": ("maybe", "Choisissez une des réponses proposées."),
    "birth_date": ("{tomorrow}", "La date ne peut pas être dans le futur."),
}


@pytest.mark.parametrize("name", CONTACT_MISTAKES)
def test_each_mistake_on_a_contact_is_told_at_its_field(helene: Client, name: str) -> None:
    value, sentence = CONTACT_MISTAKES[name]
    draft = started(helene, 211)
    answer = helene.post(f"{draft}contact/", contact_form(212) | {name: value.format(tomorrow=days_ago(-1))})

    assert (answer.status_code, errors(answer)) == (200, [sentence])
    assert text(helene.get(f"{draft}contact/")).count('<li class="on"><a') == 0


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("step", ["index", "contact"])
def test_hostile_values_in_every_field_are_refused_or_harmless(helene: Client, step: str, kind: str) -> None:
    draft = started(helene, 221)
    form, path = (index_form(222), START) if step == "index" else (contact_form(222), f"{draft}contact/")
    for name in form:
        value = HOSTILE[kind].encode("utf-8", "surrogatepass") if kind == "half a character" else HOSTILE[kind]
        sent: Any = helene.post(path, urlencode(form | {name: value}), content_type=TYPE)
        answer: HttpResponse = sent
        page = answer.content.decode()
        assert answer.status_code in {200, 302}, name
        assert not MARKUP.search(page), name
        assert answer.status_code == 302 or page.split("<title>")[1].startswith("Erreur : "), name


def test_a_number_that_contradicts_the_person_is_shown_before_registering(helene: Client) -> None:
    draft = started(helene, 231)
    helene.post(draft, index_form(231, sex="M", birth_date="04/06/1970"))
    page = text(helene.get(f"{draft}verifier/"))
    for word in ("sexe indiqué", "année de naissance", "mois de naissance"):
        assert f"contredit l’{word}" in page or f"contredit le {word}" in page
    assert helene.post(f"{draft}verifier/").status_code == 302


def test_a_child_under_a_parent_s_number_is_declared_with_her_representative(helene: Client) -> None:
    draft = started(helene, 241)
    child = {"birth_date": days_ago(3000), "nir_holder": "insured", "sex": "F"}
    helene.post(f"{draft}contact/", contact_form(242, **child, representative_unknown="on"))
    page = text(helene.get(f"{draft}verifier/"))
    assert "son représentant légal n’est pas renseigné" in page
    assert "contredit" not in page
    link = re.findall(rf"{draft}contact/[0-9a-f-]{{36}}/", page)[0]
    guardian = {"representative": "Zqguard Anne", "representative_phone": "06 39 98 00 77"}
    helene.post(link, contact_form(242, **child, **guardian))
    page = text(helene.get(f"{draft}verifier/"))
    assert "Zqguard Anne, 06 39 98 00 77" in page
    assert "n’est pas renseigné" not in page


# --- Afterwards ----------------------------------------------------------------------------------------------------


def test_the_list_names_and_numbers_without_nir_phone_or_address(helene: Client) -> None:
    registered(helene, 301, 302)
    page = text(helene.get(LIST))
    for number in (301, 302):
        shown = person(number)
        assert shown.name in page
        secret = [shown.nir, Nir(shown.nir).display(), shown.phone[-9:], shown.street, shown.email]
        assert [word for word in secret if word in page] == []
    assert len(numbers(page)) >= 2


def test_a_known_person_is_answered_exactly_like_a_new_one(signed_in: SignedIn, helene: Client) -> None:
    registered(helene, 311, 312)
    fiche = registered(signed_in(PATRICK), 311, 312)
    new = registered(signed_in(PATRICK), 313, 314)
    pages = [text(signed_in(PATRICK).get(f"{path}?enregistre")) for path in (fiche, new)]
    assert [len(numbers(page)) for page in pages] == [2, 2]
    assert len({re.sub(r"\s+", " ", re.sub(r">[^<]*<", "><", page)).count("<tr>") for page in pages}) == 1


def test_a_fiche_of_another_practice_answers_like_one_that_is_absent(signed_in: SignedIn, helene: Client) -> None:
    path = registered(helene, 321, 322)
    stranger = signed_in(PATRICK)
    absent = f"{LIST}{uuid4()}/"
    assert {stranger.get(each).status_code for each in (path, absent, f"{path}contact/", f"{absent}contact/")} == {404}
    assert stranger.post(f"{path}contact/", contact_form(329)).status_code == 404


def test_contacts_are_added_later_once(helene: Client) -> None:
    path = registered(helene, 331, 332)
    key = {"idempotency_key": str(uuid4()), "then": "done"}
    answers = [helene.post(f"{path}contact/", contact_form(333) | key) for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [f"{path}?ajoute"] * 2
    assert len(numbers(text(helene.get(path)))) == 3
    conflict = helene.post(f"{path}contact/", contact_form(334) | key)
    assert conflict.status_code == 409
    assert len(numbers(text(helene.get(path)))) == 3


@pytest.mark.parametrize("text_", ["x", "9" * 40, "-", "1-2", "99999999999999999-0", "1589356800000000-zz", "\0"])
def test_a_place_in_the_list_that_makes_no_sense_is_its_beginning(helene: Client, text_: str) -> None:
    answer = helene.get(LIST, {"apres": text_, "page": text_})
    assert answer.status_code == 200


WRITES = {"start": 4, "contact": 7, "register": 10}
READS = {"form": 2, "list": 3, "fiche": 7, "correct": 4, "contact": 3, "verify": 3}


def test_what_the_pages_cost(helene: Client) -> None:
    for known in Draft.objects.values_list("id", flat=True):
        as_owner("DELETE FROM tracing_draft WHERE id = %s", known)
    fiche = registered(helene, 341, 342, 343)
    paths = {"form": START, "list": LIST, "fiche": fiche, "correct": f"{fiche}corriger/"}
    found = {}
    for name, path in paths.items():
        helene.get(path)
        with watched() as seen:
            helene.get(path)
        found[name] = len(seen)
    draft = started(helene, 344, 345)
    for name, step in (("contact", "contact/"), ("verify", "verifier/")):
        with watched() as seen:
            helene.get(f"{draft}{step}")
        found[name] = len(seen)
    assert found == READS


def test_cancelling_asks_why_and_happens_once(helene: Client, signed_in: SignedIn) -> None:
    path = registered(helene, 351, 352)
    contact = re.findall(rf"{LIST}[0-9a-f-]{{36}}/", text(helene.get(path)).partition("Ses contacts")[2])[0]
    assert errors(helene.post(f"{path}annuler/")) == ["Le champ est requis."]
    assert signed_in(PATRICK).post(f"{path}annuler/", {"reason": "error"}).status_code == 404
    assert helene.post(f"{path}annuler/", {"reason": "error", "version": "77"}).status_code == 409
    for _ in range(2):
        answer = helene.post(f"{path}annuler/", {"reason": "error", "version": "1"})
        assert answer.headers["Location"].startswith(path)

    for each in (path, contact):
        assert "Annulée" in text(helene.get(each))
    assert helene.get(f"{path}contact/").status_code == 404


def test_what_others_declared_too_is_cancelled_by_the_platform_only(helene: Client, signed_in: SignedIn) -> None:
    path = registered(helene, 361, 362)
    registered(signed_in(PATRICK), 361)
    answer = helene.post(f"{path}annuler/", {"reason": "error"})
    assert (answer.status_code, "ne peut pas être annulée ici" in text(answer)) == (409, True)
    assert "Annulée" not in text(helene.get(path))


def test_pages_stay_light(helene: Client) -> None:
    draft = started(helene, 371, *range(372, 376))
    for number in range(380, 406):
        registered(helene, number)
    fiche = registered(helene, 406, 407, 408)
    drafts, fiches = "/contact-covid/declarer/<uuid:draft>/", "/contact-covid/mes-fiches/<uuid:fiche>/"
    pages = {START: START, LIST: LIST, fiche: fiches}
    pages |= {f"{draft}{step}": f"{drafts}{step}" for step in ("contact/", "verifier/")}
    pages |= {f"{fiche}{step}": f"{fiches}{step}" for step in ("corriger/", "contact/")}
    sizes = {route: len(helene.get(path).content) for path, route in pages.items()}
    assert {route: size for route, size in sizes.items() if size >= most(route)} == {}


def test_what_a_step_costs(helene: Client) -> None:
    started(helene, 411, 412)  # what is read once a process
    found = {}
    with watched() as seen:
        draft = helene.post(START, index_form(413)).headers["Location"].removesuffix("contact/")
    found["start"] = len(seen)
    with watched() as seen:
        helene.post(f"{draft}contact/", contact_form(414))
    found["contact"] = len(seen)
    for number in (415, 416):
        helene.post(f"{draft}contact/", contact_form(number))
    with watched() as seen:
        helene.post(f"{draft}verifier/")
    found["register"] = len(seen)

    assert found == WRITES
