"""Acts on many fiches, from the list to the result: prepared, started, followed, stopped, undone."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.worklist.actions.jobs import run_round
from contact_covid.worklist.models import Job
from tests.journeys.calls import ISABELLE, JULIEN, START, claimed, empty_queue, fiche_of, text, waiting
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import LEFT_BY_READING, watched, written
from tests.journeys.world import Patient, World, as_owner

JOBS = "/contact-covid/lots/"
NEW = f"{JOBS}nouveau/"


@pytest.fixture(autouse=True)
def _quiet(world: World) -> None:
    empty_queue()


@pytest.fixture
def isabelle(signed_in: SignedIn) -> Client:
    return signed_in(ISABELLE)


def unreachable(world: World) -> Patient:
    patient = waiting(world)
    as_owner(
        "UPDATE tracing_fiche SET call = 'unreachable', state = 'unreachable', call_reason = 'ladder' WHERE id = %s",
        patient.fiche,
    )
    return patient


def prepared(isabelle: Client, *patients: Patient, act: str = "close_unreachable") -> str:
    said = {"act": act, "choisie": [each.fiche.hex for each in patients], "idempotency_key": str(uuid4())}
    answer = isabelle.post(NEW, said)
    assert re.fullmatch(rf"{JOBS}[0-9a-f-]+/", answer.headers["Location"])
    return str(answer.headers["Location"])


def run() -> None:
    """What the worker does of the last one."""
    while run_round(job=Job.objects.latest("at").id, now=timezone.now()):
        pass


def test_many_are_closed_from_the_list_and_opened_again(world: World, isabelle: Client, signed_in: SignedIn) -> None:
    one, other, held = unreachable(world), unreachable(world), unreachable(world)
    claimed(signed_in(JULIEN), held.fiche)
    assert "Autre traitement des fiches choisies" in text(isabelle.get(f"{START}?choisir=1&state=unreachable"))
    page = prepared(isabelle, one, other, held)
    before = text(isabelle.get(page))
    assert "Lancer pour 2 fiches" in before
    assert "1 fiche : quelqu’un l’appelle en ce moment" in before
    assert one.name not in before  # counts only: nobody is named
    assert fiche_of(one).closure == "open"
    assert isabelle.post(page, {"act": "lancer"}).headers["Location"] == page
    assert "Vous pouvez quitter cette page" in text(isabelle.get(page))
    run()
    assert "2 fiches clôturées" in text(isabelle.get(page))
    assert {fiche_of(each).closure_reason for each in (one, other)} == {"unreachable"}
    isabelle.post(page, {"act": "annuler"})
    run()
    assert "2 fiches rouvertes" in text(isabelle.get(page))
    assert {fiche_of(each).closure for each in (one, other, held)} == {"open"}
    assert page in isabelle.get(JOBS).content.decode()


def test_a_message_to_all_of_a_filter_goes_once(world: World, isabelle: Client) -> None:
    patient = unreachable(world)
    assert re.search(r"<b>\d+ fiches?</b> de la liste : Injoignable", text(isabelle.get(f"{NEW}?state=unreachable")))
    said = {"act": "ask_to_call", "tout": "1", "state": "unreachable", "idempotency_key": "once"}
    page = str(isabelle.post(NEW, said).headers["Location"])
    assert isabelle.post(NEW, said).headers["Location"] == page  # two clicks are one job
    assert isabelle.post(NEW, said | {"act": "instructions"}).status_code == 409
    for _ in range(2):
        isabelle.post(page, {"act": "lancer"})
        run()
    assert as_owner("SELECT count(*) FROM messaging_message WHERE number = %s", patient.number) == [(1,)]
    assert "Rouvrir" not in text(isabelle.get(page))


def test_a_job_that_touches_nobody_says_why_and_is_not_started(world: World, isabelle: Client) -> None:
    page = prepared(isabelle, waiting(world))
    told = text(isabelle.get(page))
    assert "Aucune fiche à traiter." in told
    assert "son état ne s’y prête pas" in told
    assert 'value="lancer"' not in told


def test_a_page_of_a_job_costs_the_same_and_writes_nothing(world: World, isabelle: Client) -> None:
    costs = []
    for count in (1, 4):
        page = prepared(isabelle, *(unreachable(world) for _ in range(count)))
        for address in (page, JOBS):
            with watched() as seen:
                isabelle.get(address)
            costs.append(len(seen))
            assert written(seen) <= LEFT_BY_READING
    assert costs[:2] == costs[2:]
    assert max(costs) <= 8


def test_only_the_supervisor_of_the_fund_prepares_sees_and_decides(
    world: World, isabelle: Client, signed_in: SignedIn
) -> None:
    patient = unreachable(world)
    page = prepared(isabelle, patient)
    elsewhere = signed_in("thierry.sainte-rose@example.org")
    assert elsewhere.get(page).status_code == 404
    assert elsewhere.post(page, {"act": "lancer"}).status_code == 404
    assert "Aucune fiche à traiter." in text(elsewhere.get(prepared(elsewhere, patient)))
    assert signed_in(JULIEN).post(page, {"act": "lancer"}).status_code == 403
    assert Job.objects.filter(state="preview").count() >= 2
