"""A person's request over HTTP: what the officer sees and when, and what the file holds."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from contact_covid.core.dates import date_fr
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.core.records import format_number
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.outcomes import NOTE_CONTEXT
from contact_covid.worklist.models import Attempt
from tests.cast import person, traits
from tests.journeys.calls import text
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import watched
from tests.journeys.world import DPO, INDEX, Patient, World

START = "/contact-covid/droits/"


@pytest.fixture
def officer(signed_in: SignedIn) -> Client:
    return signed_in(DPO)


def received(officer: Client, patient: Patient, kind: str, **changes: str) -> str:
    """The address of a new request."""
    form = {"kind": kind, "channel": "post", "received_on": date_fr(timezone.localdate()), "name": patient.name}
    form |= {"email": "personne@example.org", "idempotency_key": str(uuid4())}
    answer = officer.post(f"{START}nouvelle/", form | changes)
    assert answer.status_code == 302, text(answer)
    return str(answer.headers["Location"]).partition("?")[0]


def version(officer: Client, address: str) -> dict[str, str]:
    return {"version": re.findall(r'name="version" value="(\d+)"', officer.get(address).content.decode())[0]}


def found(officer: Client, patient: Patient, kind: str, **changes: str) -> str:
    address = received(officer, patient, kind, **changes)
    officer.post(f"{address}identite/", version(officer, address) | {"proof": "id_copy"})
    assert officer.post(f"{address}personne/", patient.searched).status_code == 302
    return address


def test_the_file_is_hers_in_both_forms(world: World, officer: Client) -> None:
    patient = world.patient()
    address = found(officer, patient, "access")
    answers = {kind: officer.post(f"{address}dossier/", {"format": kind}) for kind in ("json", "pdf")}
    paper = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answers["pdf"].content)).pages)
    machine = answers["json"].content.decode()
    others = traits(person(INDEX + patient.serial))
    for kind, told in (("json", machine), ("pdf", paper)):
        joined = re.sub(r"\s+", "", told).lower().encode()
        assert [trait for trait in traits(patient.identity) if trait not in joined] == [], kind
        assert [trait for trait in others if trait in joined] == [], kind
        assert format_number(patient.number) in told
        assert patient.identity.birth_name.lower() not in answers[kind].headers["Content-Disposition"].lower()


def test_the_list_warns_of_the_last_week_and_of_what_is_late(world: World, officer: Client) -> None:
    patient, today = world.patient(), timezone.localdate()
    for days in (1, 27, 40):
        received(officer, patient, "access", received_on=date_fr(today - timedelta(days=days)))
    page = text(officer.get(START))
    assert re.search(r"En retard de \d+ jours", page)
    assert re.search(r"\d+ jours? restants?", page)
    costs = []
    for more in (1, 10):
        for _ in range(more):
            received(officer, patient, "onward")
        with watched() as seen:
            officer.get(START)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 4


def test_a_person_is_shown_while_her_request_is_open_only(world: World, officer: Client) -> None:
    patient = world.patient()
    address = found(officer, patient, "access")
    assert patient.identity.street in text(officer.get(address))
    officer.post(f"{address}repondre/", version(officer, address))
    page = text(officer.get(address))
    assert "Satisfaite" in page
    assert "Refuser la demande" not in page
    assert patient.identity.street not in page
    assert officer.post(f"{address}dossier/", {"format": "pdf"}).status_code == 409


def test_a_search_that_finds_nobody_keeps_what_was_typed(world: World, officer: Client) -> None:
    patient = world.patient()
    address = received(officer, patient, "access")
    officer.post(f"{address}identite/", version(officer, address) | {"proof": "desk"})
    answer = officer.post(f"{address}personne/", patient.searched | {"last_name": "Zqwrong"})
    assert "Personne ne correspond exactement." in text(answer)
    assert 'value="Zqwrong"' in answer.content.decode()
    assert "Indiquez le numéro de sécurité sociale" in text(officer.post(f"{address}personne/", {}))


def test_a_refusal_names_its_reason_and_asks_to_argue_an_interest(world: World, officer: Client) -> None:
    patient = world.patient()
    address = found(officer, patient, "opposition")
    said = version(officer, address) | {"reason": "public_health"}
    assert "Indiquez l’intérêt de santé publique" in text(officer.post(f"{address}refuser/", said))
    assert officer.post(f"{address}refuser/", said | {"ground": "Foyer actif"}).status_code == 302
    page = text(officer.get(address))
    assert "Intérêt public supérieur de santé publique" in page
    assert "Foyer actif" in page


def test_a_form_pressed_twice_is_one_request(world: World, officer: Client) -> None:
    patient, key = world.patient(), str(uuid4())
    assert len({received(officer, patient, "access", idempotency_key=key) for _ in range(2)}) == 1


def noted(patient: Patient, text: str) -> UUID:
    """A call of that person with a note of the agent."""
    now, call = timezone.now(), uuid4()
    note = ring().seal(text.encode(), period=period_of(now), context=f"{NOTE_CONTEXT}{call}")
    fiche = Fiche.objects.get(number=patient.number)
    made = {"account": uuid4(), "place": uuid4(), "outcome": "no_answer", "at": now}
    return Attempt.objects.create(id=call, fiche=fiche, note=note, **made).id


def test_of_the_notes_those_that_the_officer_has_read_and_ticked_are_handed_over(world: World, officer: Client) -> None:
    patient = world.patient()
    given, kept = noted(patient, "Zqgiven"), noted(patient, "Zqkept")
    address = found(officer, patient, "access")
    page = text(officer.get(address))
    assert page.count('name="note"') == 2
    assert str(kept) in page
    told = officer.post(f"{address}dossier/", {"format": "json", "note": [str(given), "zq"]}).content.decode()
    assert "Zqgiven" in told
    assert "Zqkept" not in told
    paper = officer.post(f"{address}dossier/", {"format": "pdf", "note": str(given)}).content
    said = " ".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    assert "note de l’agent : Zqgiven" in said
    assert "une note de l’agent n’est pas remise" in re.sub(r"\s+", " ", said)
