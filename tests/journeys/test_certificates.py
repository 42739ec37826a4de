"""The isolation letter: handed out by who declared the person, verified by who is shown it, void once it is untrue."""

import io
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from pypdf import PdfReader

from contact_covid.core.dates import date_fr
from contact_covid.journal.models import Entry
from contact_covid.tracing.models import Certificate, Contact, IndexCase
from tests.cast import BORN, person, traits
from tests.journeys.declaring import PATRICK, contact_form, days_ago, errors, index_form, registered, started, text
from tests.journeys.kinds import SignedIn
from tests.journeys.world import HELENE

BIRTH = {"birth_date": date_fr(BORN)}


@pytest.fixture
def helene(signed_in: SignedIn) -> Client:
    return signed_in(HELENE)


@pytest.fixture
def somebody() -> Client:
    return Client()


def contact_of(client: Client, path: str) -> str:
    page = text(client.get(path)).partition("Ses contacts")[2]
    return str(re.findall(r"/contact-covid/mes-fiches/[0-9a-f-]{36}/", page)[0])


def words(answer: Any) -> str:
    """What the PDF says, of its one page."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    [page] = PdfReader(io.BytesIO(answer.content)).pages
    return re.sub(r"\s+", " ", page.extract_text())


def handed_out(client: Client, path: str) -> tuple[str, str]:
    """The words of the letter, and the path at which it is verified."""
    said = words(client.post(f"{path}lettre/"))
    # The address may be cut at the end of a line.
    compact = said.replace(" ", "")
    return said, str(re.findall(rf"{re.escape(settings.PUBLIC_URL)}(/document/[\w-]{{22}}/)", compact)[0])


def told(client: Client, path: str, **typed: str) -> str:
    page = text(client.post(path, BIRTH | typed))
    return re.sub(r"<[^>]+>", "", page.partition('role="status"')[2].partition("<form")[0])


def test_a_contact_is_handed_a_letter_that_can_be_verified_without_a_name(helene: Client, somebody: Client) -> None:
    path = registered(helene, 901, 902)
    contact = contact_of(helene, path)
    said, page = handed_out(helene, contact)
    known = Contact.objects.get(fiche_id=UUID(contact.split("/")[3]))
    assert known.isolation_until
    assert person(902).name in said
    assert "isolement" in said.lower()
    assert f"{known.isolation_until.day} " in said
    assert [trait for trait in traits(person(901)) if trait in said.lower().encode()] == []  # of the patient zéro
    assert "date de naissance" in text(somebody.get(page)).lower()
    answer = told(somebody, page)
    assert "Document valable." in answer
    assert f"pour la période du {date_fr(known.last_contact)} au {date_fr(known.isolation_until)}" in answer
    shown = somebody.post(page, BIRTH).content.lower()
    assert [trait for trait in traits(person(902)) if trait in shown] == []


def test_a_patient_zero_is_handed_one_until_she_recovers(helene: Client, somebody: Client) -> None:
    path = registered(helene, 905)
    said, page = handed_out(helene, path)
    assert "jusqu’à ce que son médecin constate la guérison" in said
    assert "à la guérison constatée par le médecin" in told(somebody, page)


def test_who_does_not_know_the_birth_date_and_who_has_no_code_are_answered_alike(
    helene: Client, somebody: Client
) -> None:
    _, page = handed_out(helene, registered(helene, 911))
    wrong, unknown = (told(somebody, path, birth_date="01/02/1970") for path in (page, "/document/" + "x" * 22 + "/"))
    assert wrong == unknown
    assert "Document non reconnu." in wrong
    assert somebody.get(page).status_code == somebody.get("/document/" + "x" * 22 + "/").status_code == 200
    assert errors(somebody.post(page, {"birth_date": ""})) == ["Le champ est requis."]
    assert told(somebody, "/document/%00x/") == unknown


@pytest.mark.parametrize("known", [True, False], ids=["a letter", "no letter"])
def test_birth_dates_are_not_tried_one_after_the_other(helene: Client, somebody: Client, known: bool) -> None:
    page = handed_out(helene, registered(helene, 915))[1] if known else f"/document/{uuid4().hex[:22]}/"
    answers = [told(somebody, page, birth_date="01/02/1970") for _ in range(5)]
    assert {"Document non reconnu." in answer for answer in answers} == {True}
    assert "Trop d’essais." in told(somebody, page)  # though this one is right


def test_pressed_twice_it_is_one_letter_and_the_journal_tells_of_the_reading_and_the_issue(helene: Client) -> None:
    path = registered(helene, 921)
    pages = {handed_out(helene, path)[1] for _ in range(2)}
    fiche = UUID(path.split("/")[3])
    assert len(pages) == Certificate.objects.filter(fiche=fiche).count() == 1
    number = Certificate.objects.get(fiche=fiche).fiche.number
    kinds = list(Entry.objects.filter(fiches__contains=[number]).order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["people.revealed", "tracing.certificate_issued"]
    code = pages.pop().split("/")[2]
    kept = [bytes(value) for row in Certificate.objects.values_list("digest", "birth") for value in row]
    assert [value for value in kept if code.encode() in value] == []


def test_it_is_void_once_the_dates_change_and_once_the_fiche_is_cancelled(helene: Client, somebody: Client) -> None:
    path = registered(helene, 925, 926)
    contact = contact_of(helene, path)
    _, page = handed_out(helene, contact)
    later = contact_form(926, last_contact=days_ago(1), version="1")
    assert helene.post(f"{contact}corriger/", later).status_code == 302
    assert "Document qui n’est plus valable." in told(somebody, page)
    _, renewed = handed_out(helene, contact)
    assert renewed != page
    assert "Document valable." in told(somebody, renewed)
    _, index = handed_out(helene, path)
    helene.post(f"{path}annuler/", {"reason": "error"})
    assert "Document qui n’est plus valable." in told(somebody, index)
    assert "Document qui n’est plus valable." in told(somebody, renewed)
    assert helene.post(f"{path}lettre/").status_code == 404


def test_what_another_practice_declares_is_in_no_letter(helene: Client, signed_in: SignedIn) -> None:
    path = registered(helene, 931, 932)
    contact = contact_of(helene, path)
    before, page = handed_out(helene, contact)
    patrick = signed_in(PATRICK)
    draft = started(patrick, 933)
    patrick.post(f"{draft}contact/", contact_form(932, last_contact=days_ago(0)))
    patrick.post(f"{draft}verifier/")
    assert handed_out(helene, contact) == (before, page)
    assert "Document valable." in told(Client(), page)
    assert signed_in(PATRICK).post(f"{path}lettre/").status_code == 404


def test_without_birth_date_or_after_the_isolation_there_is_no_letter(helene: Client) -> None:
    draft = started(helene, 941)
    helene.post(f"{draft}contact/", contact_form(942, birth_date=""))
    helene.post(f"{draft}contact/", contact_form(943, last_contact=days_ago(60)))
    path = helene.post(f"{draft}verifier/").headers["Location"].partition("?")[0]
    page = text(helene.get(path)).partition("Ses contacts")[2]
    links = dict.fromkeys(re.findall(r"/contact-covid/mes-fiches/[0-9a-f-]{36}/(?=\")", page))
    refusals = [text(helene.post(f"{link}lettre/", follow=True)) for link in links]
    assert sum("La date de naissance n’est pas connue" in refused for refused in refusals) == 1
    assert sum("L’isolement est terminé" in refused for refused in refusals) == 1


def test_the_onset_decides_for_a_patient_zero(helene: Client, somebody: Client) -> None:
    path = registered(helene, 951)
    said, page = handed_out(helene, path)
    assert "depuis le" in said
    case = IndexCase.objects.get(fiche_id=UUID(path.split("/")[3]))
    assert f"du {date_fr(case.onset)} " in told(somebody, page)  # type: ignore[arg-type]
    changed = index_form(951, onset=days_ago(4), version="1")
    assert helene.post(f"{path}corriger/", changed).status_code == 302
    assert "n’est plus valable" in told(somebody, page)
