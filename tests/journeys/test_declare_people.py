"""Who is declared: with several telephones, under age, without number, abroad, with the state's medical aid."""

import re
from typing import Any

import pytest
from django.test import Client

from contact_covid.core.rules import phone
from contact_covid.core.rules.nir import Nir
from contact_covid.people.models import SearchKey
from contact_covid.people.queries import digests
from contact_covid.people.rules.keys import phone_value
from contact_covid.tracing.models import Fiche
from tests.cast import number_of, person
from tests.journeys.declaring import PATRICK, contact_form, days_ago, errors, index_form, registered, started, text
from tests.journeys.kinds import SignedIn
from tests.journeys.world import HELENE, World

FIRST, SECOND, THIRD = "06 39 98 70 01", "01 99 00 70 02", "06 39 98 70 03"


@pytest.fixture
def helene(signed_in: SignedIn) -> Client:
    return signed_in(HELENE)


def declared(client: Client, number: int, *, index: int, **changes: str) -> str:
    """The page of a contact that was registered with her patient zéro."""
    draft = started(client, index)
    answer = client.post(f"{draft}contact/", contact_form(number, **changes))
    assert answer.status_code == 302, errors(answer)
    page = text(client.post(f"{draft}verifier/", follow=True))
    return str(re.findall(r"/contact-covid/mes-fiches/[0-9a-f-]{36}/", page.partition("Ses contacts")[2])[0])


def fiche_of(path: str) -> Fiche:
    return Fiche.objects.get(id=path.split("/")[3])


def checked(page: str, name: str, value: str = "") -> bool:
    valued = f'value="{value}"[^>]*' if value else ""
    return bool(re.search(rf'name="{name}"[^>]*{valued} checked', page))


def value(page: str, name: str) -> str:
    return str(re.findall(rf'name="{name}" value="([^"]*)"', page)[0])


# --- Several telephones --------------------------------------------------------------------------------------------


def test_three_telephones_are_kept_shown_corrected_and_each_finds_the_person(helene: Client, world: World) -> None:
    path = declared(helene, 802, index=801, phone=FIRST, phone_2=SECOND, phone_3=THIRD)
    page = text(helene.get(path))
    assert f"<dd>{FIRST}, {SECOND}, {THIRD}</dd>" in page
    fiche, form = fiche_of(path), text(helene.get(f"{path}corriger/"))
    assert [value(form, name) for name in ("phone", "phone_2", "phone_3")] == [FIRST, SECOND, THIRD]
    for typed in (FIRST, SECOND, THIRD):
        key = digests(phone_value(phone.parse(typed)), fiche.created_at)
        assert SearchKey.objects.filter(fiche=fiche.id, digest__in=key).exists()

    fewer = contact_form(802, phone="", phone_2=THIRD, phone_3=THIRD, version="1")
    assert helene.post(f"{path}corriger/", fewer).status_code == 302
    page = text(helene.get(path))
    assert f"<dd>{THIRD}</dd>" in page
    assert "téléphone, autres téléphones" in page


def test_a_wrong_second_telephone_is_told_where_it_is(helene: Client) -> None:
    draft = started(helene, 805)
    answer = helene.post(f"{draft}contact/", contact_form(806, phone_2="12"))
    assert errors(answer) == ["Le numéro de téléphone doit contenir 10 chiffres."]
    assert 'id="phone_2-err"' in text(answer)


# --- Minors and their household ------------------------------------------------------------------------------------

CHILD = {"birth_date": days_ago(3000), "nir": ""}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, 2),
        ({"representative": "Zqguard Anne"}, 1),
        ({"representative_phone": "06 39 98 00 77"}, 1),
        ({"representative": "Zqguard Anne", "representative_phone": "06 39 98 00 77"}, 0),
        ({"representative_unknown": "on"}, 0),
        ({"birth_date": days_ago(19 * 366)}, 0),
        ({"birth_date": ""}, 0),
    ],
)
def test_a_minor_has_a_representative_or_nobody_knows_who(helene: Client, given: dict[str, str], missing: int) -> None:
    draft = started(helene, 811)
    answer = helene.post(f"{draft}contact/", contact_form(812, **CHILD | given))
    assert errors(answer) == ["Pour une personne mineure, renseignez-le ou cochez « Non connu »."] * missing


def test_an_unknown_representative_is_not_asked_again_at_each_correction(helene: Client) -> None:
    path = declared(helene, 814, index=813, **CHILD, representative_unknown="on")
    page = text(helene.get(f"{path}corriger/"))
    assert checked(page, "representative_unknown")


def test_a_minor_patient_zero_has_one_too(helene: Client) -> None:
    answer = helene.post("/contact-covid/declarer/", index_form(815, birth_date=days_ago(3000), nir=""))
    assert len(errors(answer)) == 2


def household(client: Client, index: dict[str, str], member: str, *contacts: dict[str, str]) -> str:
    draft = client.post("/contact-covid/declarer/", index).headers["Location"].removesuffix("contact/")
    for contact in contacts:
        assert client.post(f"{draft}contact/", contact).status_code == 302
    return text(client.get(f"{draft}contact/", {"foyer": member}))


def test_the_household_is_copied_for_a_child_of_the_patient_zero(helene: Client) -> None:
    page = household(helene, index_form(821), "enfant")
    parent = person(821)
    assert value(page, "representative") == parent.name
    assert value(page, "representative_phone") == phone.display(parent.phone)
    assert value(page, "nir") == Nir(parent.nir).display()
    assert (value(page, "street"), value(page, "fund"), value(page, "birth_name")) == (parent.street, "931", "")
    assert checked(page, "nir_holder", "insured")
    assert checked(page, "same_household")


def test_the_household_is_copied_for_another_adult_without_the_number(helene: Client) -> None:
    page = household(helene, index_form(823), "adulte")
    assert (value(page, "nir"), value(page, "representative"), value(page, "scheme")) == ("", "", "01")
    assert value(page, "phone") == phone.display(person(823).phone)


def test_who_refuses_to_be_named_lends_nothing_but_the_address(helene: Client) -> None:
    index = index_form(825, consent="refuses")
    page = household(helene, index, "enfant")
    form = page.partition("<form")[2]
    assert [value(form, name) for name in ("nir", "representative", "representative_phone")] == ["", "", ""]
    assert value(form, "street") == person(825).street
    home = {"same_household": "on", "circumstance": ""}
    page = household(helene, index_form(826, consent="refuses"), "enfant", contact_form(827, **home))
    assert value(page, "representative") == person(827).name
    assert value(page, "nir") == Nir(person(827).nir).display()


def test_a_child_patient_zero_is_represented_by_nobody_of_her_household_yet(helene: Client) -> None:
    child = index_form(828, **CHILD, representative_unknown="on", nir_holder="insured")
    page = household(helene, child, "enfant")
    assert (value(page, "representative"), value(page, "nir")) == ("", "")


def test_later_additions_copy_the_household_too(helene: Client) -> None:
    path = registered(helene, 831)
    page = text(helene.get(f"{path}contact/", {"foyer": "enfant"}))
    assert value(page, "representative") == person(831).name
    assert helene.get(f"{path}contact/", {"foyer": "voisin"}).status_code == 200


# --- Without number, abroad, with the state's medical aid ----------------------------------------------------------


def test_without_number_the_summary_says_what_follows(helene: Client) -> None:
    draft = started(helene, 841)
    helene.post(f"{draft}contact/", contact_form(842, nir=""))
    assert "une pharmacie ou un laboratoire ne peut pas retrouver sa fiche" in text(helene.get(f"{draft}verifier/"))


ABROAD = {"country": "belgique", "postcode": "1000", "commune": "Bruxelles", "street": "1 rue Haute", "department": ""}


def test_who_lives_abroad_is_followed_by_the_platform_of_the_practice(signed_in: SignedIn) -> None:
    martinique = signed_in(PATRICK)
    path = declared(martinique, 852, index=851, **ABROAD)
    fiche = fiche_of(path)
    assert (fiche.department, fiche.fund, fiche.region) == ("99", "972", "02")
    page = text(martinique.get(path))
    assert "1 rue Haute, 1000 Bruxelles, Belgique" in page
    assert "la plateforme de votre caisse appelle cette personne" in page
    assert "99 – Étranger" in page
    assert value(text(martinique.get(f"{path}corriger/")), "country") == "Belgique"

    back = contact_form(852, version="1")
    assert martinique.post(f"{path}corriger/", back).status_code == 302
    fiche = fiche_of(path)
    assert (fiche.department, fiche.fund) == ("93", "931")
    assert "Belgique" not in text(martinique.get(path)).partition("Vos enregistrements")[0]


@pytest.mark.parametrize("typed", ["Zqland", "12"])
def test_a_country_that_does_not_exist_is_told(helene: Client, typed: str) -> None:
    draft = started(helene, 861)
    answer = helene.post(f"{draft}contact/", contact_form(862, **ABROAD | {"country": typed}))
    assert [each[:16] for each in errors(answer)] == ["Pays non reconnu"]


def test_france_is_no_country_abroad(helene: Client) -> None:
    path = declared(helene, 866, index=865, country="France")
    assert fiche_of(path).department == "93"


def test_the_state_s_medical_aid_is_said_and_goes_with_a_provisional_number(helene: Client) -> None:
    given: dict[str, Any] = {"coverage": "state_aid", "nir": number_of(872, sex="8")}
    draft = started(helene, 871)
    helene.post(f"{draft}contact/", contact_form(872, **given))
    page = text(helene.get(f"{draft}verifier/"))
    assert "n’a pas de carte Vitale" in page
    assert "(provisoire)" in page
    assert "contredit" not in page
    page = text(helene.post(f"{draft}verifier/", follow=True))
    path = re.findall(r"/contact-covid/mes-fiches/[0-9a-f-]{36}/", page.partition("Ses contacts")[2])[0]
    assert "Bénéficiaire de l’aide médicale d’État" in text(helene.get(path))
    assert '<option value="state_aid" selected>' in text(helene.get(f"{path}corriger/"))
    assert helene.post(f"{path}corriger/", contact_form(872, version="1")).status_code == 302
    page = text(helene.get(path))
    assert "Bénéficiaire de l’aide médicale d’État" not in page
    assert "couverture" in page


# --- What they need while they isolate -----------------------------------------------------------------------------


def test_needs_are_said_of_the_patient_zero_and_of_contacts_and_corrected(helene: Client) -> None:
    draft = helene.post("/contact-covid/declarer/", index_form(881, need_meals="on", need_children="on"))
    path = draft.headers["Location"]
    assert helene.post(path, contact_form(882, need_lodging="on")).status_code == 302
    page = text(helene.get(path.replace("contact/", "verifier/")))
    assert "Courses et repas, Garde d’enfants" in page
    assert "Hébergement pour s’isoler" in page
    page = text(helene.post(path.replace("contact/", "verifier/"), follow=True))
    index, contact = dict.fromkeys(re.findall(r"/contact-covid/mes-fiches/[0-9a-f-]{36}/(?=[\w\"])", page)), ""
    contact = re.findall(r"/contact-covid/mes-fiches/[0-9a-f-]{36}/", page.partition("Ses contacts")[2])[0]
    fiche = next(fiche_of(each) for each in index if fiche_of(each).kind == "index")
    assert (fiche.support_needs, fiche.index_case.social_support) == (["meals", "children"], True)
    assert fiche_of(contact).support_needs == ["lodging"]

    assert checked(text(helene.get(f"{contact}corriger/")), "need_lodging")
    assert helene.post(f"{contact}corriger/", contact_form(882, version="1", need_other="on")).status_code == 302
    assert fiche_of(contact).support_needs == ["other"]
    assert "Fiche corrigée : accompagnement social<" in text(helene.get(contact))
