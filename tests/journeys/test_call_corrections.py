"""What the person called says of herself is corrected in the screen of the call; what was typed there waits."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.core.records import format_number
from contact_covid.core.rules import phone
from contact_covid.journal.models import Entry
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import open_identity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.models import Lease
from tests.cast import number_of, traits
from tests.journeys.bad_input import HOSTILE, MARKUP
from tests.journeys.calls import (
    CARD,
    ISABELLE,
    JULIEN,
    attempts,
    claimed,
    empty_queue,
    expire,
    fiche_of,
    hidden,
    lease_in,
    said,
    text,
    waiting,
    waiting_index,
)
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import LEFT_BY_READING, watched, written
from tests.journeys.web import TYPE
from tests.journeys.world import CLAIRE, HELENE, Patient, World, account_name, as_owner
from tests.weights import most

MOVED = {"postcode": "97200", "commune": "Fort-de-France", "phone": "06 39 98 12 34"}
TYPED = {"outcome": "no_answer", "note": "zqtyped\nligne deux", "language": "en"}


@pytest.fixture
def julien(signed_in: SignedIn) -> Client:
    return signed_in(JULIEN)


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty_queue()


def form_of(client: Client, card: str) -> dict[str, str]:
    """The form of the page as a browser would send it back."""
    page = client.get(f"{card}corriger/").content.decode().partition("<main")[2]
    fields = dict(re.findall(r'<input[^>]*\bname="(\w+)"[^>]*\bvalue="([^"]*)"(?![^>]*type="radio")', page))
    for name in ("nir_holder", "consent"):
        fields[name] = re.findall(rf'type="radio" name="{name}" value="(\w+)"[^>]*checked', page)[0]
    return {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}


def corrected(client: Client, card: str, **changes: str) -> Any:
    return client.post(f"{card}corriger/", form_of(client, card) | changes)


def stored(patient: Patient) -> Identity:
    return open_identity(patient.fiche, SealedIdentity.objects.get(fiche=patient.fiche).value)


def test_the_page_shows_what_is_known_and_the_correction_is_told(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    assert "Corriger la fiche" in text(julien.get(card))
    page = text(julien.get(f"{card}corriger/"))
    identity = patient.identity
    for known in (format_number(patient.number), patient.name, patient.nir, phone.display(identity.phone)):
        assert known in page
    assert f'value="{identity.email}"' in page
    assert f'value="{identity.street}"' in page
    new = {"nir": number_of(7), "nir_holder": "insured", "phone": "06 39 98 12 34", "email": "neuve@example.org"}
    new |= {"street": "3 rue Neuve", "postcode": "93200", "commune": "Saint-Denis", "consent": "refuses"}
    answer = corrected(julien, card, **new)
    assert answer.headers["Location"] == f"{card}?corrige"
    page = text(julien.get(answer.headers["Location"]))
    assert "La correction est enregistrée." in page
    for shown in ("06 39 98 12 34", "neuve@example.org", "3 rue Neuve, 93200 Saint-Denis", "numéro de l’assuré"):
        assert shown in page
    assert "Refuse la communication de son identité : ne la nommez à personne." in page
    assert phone.display(identity.phone) not in page
    [row] = Entry.objects.filter(kind="tracing.updated", fiches__contains=[patient.number])
    assert (row.account, row.purpose) == (world.actor(JULIEN).account, "tracing")
    assert row.detail["fields"][:3] == ["nir", "nir_holder", "phone"]
    assert said(julien, card, "informed").status_code == 302  # the call goes on


def test_the_correction_of_a_patient_zero_who_moves_lets_her_name_contacts(world: World, julien: Client) -> None:
    patient = waiting_index(world)
    card = claimed(julien, patient.index_fiche)
    assert corrected(julien, card, **MOVED).status_code == 302
    assert Fiche.objects.get(id=patient.index_fiche).fund == "972"
    assert julien.get(f"{card}contact/").status_code == 200
    assert julien.get(card).status_code == 200


def test_an_answer_that_was_not_sent_stays(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    assert julien.post(f"{card}corriger/", {"email": ""}).status_code == 302
    after = stored(patient)
    assert (after.email, after.phone, after.nir) == ("", patient.identity.phone, patient.identity.nir)


# --- What was typed on the card ------------------------------------------------------------------------------------


@pytest.mark.parametrize("beside", ["corriger/", "contact/"])
def test_what_was_typed_waits_while_the_agent_is_on_a_page_beside(world: World, julien: Client, beside: str) -> None:
    patient = waiting_index(world)
    card = claimed(julien, patient.index_fiche)
    expire(card)
    answer = julien.post(f"{card}{beside}", hidden(julien.get(card)) | TYPED | {"then": "open"})
    assert answer.headers["Location"] == f"{card}{beside}"
    assert Lease.objects.get(id=lease_in(card)).expires_at > timezone.now()  # kept for her
    assert julien.get(f"{card}{beside}").status_code == 200
    page = julien.get(card).content.decode()
    assert "zqtyped\nligne deux" in page
    assert re.search(r'value="no_answer"[^>]* checked', page)
    assert Fiche.objects.get(id=patient.index_fiche).attempts == 0
    assert said(julien, card, "no_answer").status_code == 302
    again = claimed(julien, patient.index_fiche)
    assert "zqtyped" not in julien.get(again).content.decode().partition('id="issue"')[2].partition("</form>")[0]


def test_a_note_too_long_to_be_kept_is_told_on_the_card(world: World, julien: Client) -> None:
    card = claimed(julien, waiting(world).fiche)
    answer = julien.post(f"{card}corriger/", {"note": "x" * 2_001, "then": "open"})
    page = text(answer)
    assert (answer.status_code, "La note contient au plus 2 000 caractères." in page) == (200, True)
    assert "<title>Erreur : Appel de" in page
    assert "x" * 2_001 in page


# --- Mistakes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("phone", "12", "Le numéro de téléphone doit contenir 10 chiffres."),
        ("email", "personne", "Le format de l’adresse e-mail n’est pas valide."),
        ("nir", "2 69 05 49 588 157 81", "La clé de contrôle est invalide."),
        ("nir_holder", "voisin", "Choisissez une des réponses proposées."),
        ("postcode", "00000", "Renseignez un code postal ou un département existant."),
        ("consent", "peut-être", "Choisissez une des réponses proposées."),
        ("street", "x" * 121, "Le texte saisi est trop long."),
    ],
)
def test_each_mistake_is_told_at_its_field_and_nothing_typed_is_lost(
    world: World, julien: Client, name: str, value: str, sentence: str
) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    answer = corrected(julien, card, **{"commune": "Zqkept"} | {name: value})
    page = text(answer)
    assert answer.status_code == 200
    assert "<title>Erreur : Correction de la fiche" in page
    assert page.count(sentence) == 2
    assert f'id="{name}-err"' in page
    assert 'value="Zqkept"' in page
    assert fiche_of(patient).version == 1


def test_a_contact_who_would_be_her_patient_zero_is_refused(world: World, julien: Client) -> None:
    patient = waiting(world)
    index = open_identity(patient.index_fiche, SealedIdentity.objects.get(fiche=patient.index_fiche).value)
    twin = {"birth_name": index.birth_name, "first_names": index.first_names}
    other = waiting(world, identity=twin | {"nir": number_of(8), "phone": ""})
    met = "UPDATE tracing_exposure SET index_fiche_id = %s WHERE contact_fiche_id = %s"
    as_owner(met, patient.index_fiche, other.fiche)
    card = claimed(julien, other.fiche)
    assert "Cette personne est le patient zéro lui-même." in text(corrected(julien, card, nir=index.nir))
    assert fiche_of(other).version == 1


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_values_in_every_field_are_refused_or_harmless(world: World, julien: Client, kind: str) -> None:
    card = claimed(julien, waiting(world).fiche)
    form = form_of(julien, card) | {"idempotency_key": "", "version": "", "then": ""}
    for name in (*form, "note", "outcome"):
        value = HOSTILE[kind].encode("utf-8", "surrogatepass") if kind == "half a character" else HOSTILE[kind]
        for more in ({}, {"then": "open"}):
            sent: Any = julien.post(f"{card}corriger/", urlencode(form | {name: value} | more), content_type=TYPE)
            assert sent.status_code in {200, 302, 409}, name
            assert not MARKUP.search(sent.content.decode()), name
        assert julien.get(card).status_code == 200


# --- Once, and over nobody -----------------------------------------------------------------------------------------


def test_sent_twice_it_is_written_once(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = form_of(julien, card) | {"commune": "Zqonce"}
    answers = [julien.post(f"{card}corriger/", form) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [f"{card}?corrige"] * 2
    assert fiche_of(patient).version == 2
    changed = julien.post(f"{card}corriger/", form | {"commune": "Zqtwice"})
    page = text(changed)
    assert changed.status_code == 409
    assert "Une autre correction est déjà enregistrée" in page
    assert "commune : Zqonce." in page
    assert 'value="Zqtwice"' in page
    again = dict(re.findall(r'name="(idempotency_key|version)" value="([^"]*)"', page))
    assert julien.post(f"{card}corriger/", form | {"commune": "Zqtwice"} | again).status_code == 302
    assert stored(patient).commune == "Zqtwice"


def test_the_second_writer_is_told_who_changed_what(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = form_of(julien, card) | {"commune": "Zqmine"}
    claire = Client()
    claire.cookies["session"] = world.token(CLAIRE)
    claire.post("/contact-covid/recherche/", patient.searched)
    details = {"phone": "06 39 98 45 45", "street": "8 rue Neuve", "postcode": "93100", "masks_delivered": "no"}
    assert claire.post(f"{patient.path}modifier/", details | {"version": "1"}).status_code == 302
    late = julien.post(f"{card}corriger/", form)
    page = text(late)
    assert late.status_code == 409
    assert "Cette fiche a été modifiée pendant votre saisie" in page
    assert account_name(CLAIRE) in page
    assert "téléphone : 06 39 98 45 45" in page
    assert 'value="Zqmine"' in page
    assert stored(patient).phone == "+33639984545"
    again = dict(re.findall(r'name="(idempotency_key|version)" value="([^"]*)"', page))
    assert julien.post(f"{card}corriger/", form | again).status_code == 302


def test_a_cancelled_fiche_says_so(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    as_owner("UPDATE tracing_fiche SET closure = 'cancelled', state = 'cancelled' WHERE id = %s", patient.fiche)
    answer = corrected(julien, card, commune="Zqx")
    assert (answer.status_code, "Cette fiche est annulée" in text(answer)) == (409, True)


# --- Whose call it is ----------------------------------------------------------------------------------------------


def test_it_is_the_page_of_who_calls_and_of_nobody_else(world: World, julien: Client, signed_in: SignedIn) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    for login, status in ((ISABELLE, 404), (HELENE, 403), (CLAIRE, 403)):
        client = signed_in(login)
        assert client.get(f"{card}corriger/").status_code == status
        assert client.post(f"{card}corriger/", {"phone": ""}).status_code == status
        assert client.post(f"{card}corriger/", {"note": "zq", "then": "open"}).status_code == status
    assert fiche_of(patient).version == 1


def test_a_call_that_is_over_answers_as_its_card_does(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = form_of(julien, card) | {"commune": "Zqafter"}
    said(julien, card, "no_answer")
    assert "Ce qui est enregistré" in text(julien.get(f"{card}corriger/"))
    for sent in (form, TYPED | {"then": "open"}):
        late = julien.post(f"{card}corriger/", sent)
        assert (late.status_code, "Ce qui est enregistré" in text(late)) == (409, True)
    lost = text(julien.post(f"{card}corriger/", form))
    assert "Votre correction n’a pas été enregistrée." in lost
    assert "commune : Zqafter" in lost
    assert attempts(patient) == [("no_answer", False)]
    assert stored(patient).commune == "Montreuil"


def test_when_a_colleague_took_the_person_nothing_is_written_over_her(
    world: World, julien: Client, signed_in: SignedIn
) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = form_of(julien, card) | {"commune": "Zqlate"}
    julien.post(f"{card}corriger/", TYPED | {"then": "open"})
    expire(card)
    claimed(signed_in(ISABELLE), patient.fiche)
    page = text(julien.post(f"{card}corriger/", form))
    assert f"{account_name(ISABELLE)} a repris cette personne à" in page
    assert "commune : Zqlate" in page
    assert "zqtyped" in page  # waits to be joined to the fiche
    assert fiche_of(patient).version == 1


def test_reading_leaves_the_journal_and_nothing_else(world: World, julien: Client) -> None:
    card = claimed(julien, waiting_index(world).index_fiche)
    julien.post(f"{card}corriger/", TYPED | {"then": "open"})
    for page_of in ("", "corriger/", "contact/"):
        path = f"{card}{page_of}"
        julien.get(path)  # what is read once a process
        as_owner("UPDATE accounts_session SET seen_at = seen_at - interval '2 minutes'")
        with watched() as seen:
            page = julien.get(path)
        assert written(seen) <= LEFT_BY_READING, path
        assert len(page.content) < most(f"{CARD}{page_of}"), path
        assert len(seen) <= 8, path


def test_no_trait_stands_in_an_address(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    places = [corrected(julien, card, commune="Zqplace").headers["Location"]]
    places += [julien.post(f"{card}corriger/", TYPED | {"then": "open"}).headers["Location"]]
    assert [trait for trait in traits(patient.identity) for place in places if trait.decode() in place.lower()] == []
    assert all("zq" not in place.lower() for place in places)
