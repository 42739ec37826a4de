"""What a page costs and leaves behind: reading writes the journal only; few statements; no trait in a log."""

import re
from collections.abc import Mapping

import pytest
from django.test import Client

from contact_covid.accounts.models import Account
from contact_covid.directory.queries import department_of
from tests.cast import traits
from tests.journeys.bad_input import DETAILS
from tests.journeys.calls import JULIEN, claimed
from tests.journeys.calls import START as CALLS
from tests.journeys.kinds import SignedIn, Visit
from tests.journeys.statements import LEFT_BY_READING, watched, written
from tests.journeys.steps import day
from tests.journeys.world import CLAIRE, DPO, SOPHIE, Patient, World, as_owner
from tests.server import Server

ROWS = "/contact-covid/journal/lignes/"


@pytest.fixture
def patient(world: World) -> Patient:
    return world.patient()


def result_of(client: Client, patient: Patient) -> str:
    return client.post("/contact-covid/recherche/", patient.searched).headers["Location"]


def test_reading_leaves_the_journal_and_nothing_else(world: World, signed_in: SignedIn, patient: Patient) -> None:
    for login in (CLAIRE, SOPHIE, DPO, JULIEN):
        client, account = signed_in(login), Account.objects.get(email=login).id
        paths = ["/", "/accueil/", "/connexion/", "/contact-covid/", "/aide/", "/readyz", "/nulle-part/"]
        if login == DPO:
            paths += ["/contact-covid/alertes/", "/contact-covid/recherche/", "/contact-covid/journal/"]
            paths += [f"/contact-covid/journal/fiche/{patient.number}/", f"{ROWS}?fiche={patient.number}"]
        elif login == JULIEN:
            card = claimed(client, patient.fiche)
            paths += [CALLS, f"{CALLS}?personne", f"{CALLS}appelant/", card]
        else:
            result = result_of(client, patient)
            paths += ["/contact-covid/recherche/", result, f"{result}?per_page=10", patient.path]
            paths += [f"{patient.path}modifier/", f"/contact-covid/fiche/{patient.index_fiche}/"]
        for path in paths:
            # Long ago enough for the session to note the use.
            as_owner(
                "UPDATE accounts_session SET seen_at = seen_at - interval '2 minutes' WHERE account_id = %s", account
            )
            with watched() as seen:
                client.get(path)
            assert written(seen) <= LEFT_BY_READING, path


def test_the_watch_would_see_a_writing(signed_in: SignedIn, patient: Patient) -> None:
    with watched() as seen:
        result_of(signed_in(CLAIRE), patient)

    assert {"people_lookup", "people_lookup_tally"} <= written(seen)


READS = {"home": 2, "search": 1, "result": 3, "fiche": 3, "form": 3, "absent": 2, "front door": 1}


@pytest.mark.parametrize("login", [CLAIRE, SOPHIE], ids=["pharmacist", "biologist"])
def test_a_page_is_three_statements_at_most(signed_in: SignedIn, patient: Patient, login: str) -> None:
    client = signed_in(login)
    paths = {
        "home": "/accueil/",
        "search": "/contact-covid/recherche/",
        "result": result_of(client, patient),
        "fiche": patient.path,
        "form": f"{patient.path}modifier/",
        "absent": f"/contact-covid/fiche/{patient.index_fiche}/",
        "front door": "/",
    }
    for path in paths.values():  # what is read once a process
        client.get(path)
    found = {}
    for name, path in paths.items():
        with watched() as seen:
            client.get(path)
        found[name] = len(seen)

    assert found == READS


def test_a_writing_is_five_statements_at_most(signed_in: SignedIn, patient: Patient) -> None:
    claire, sophie = signed_in(CLAIRE), signed_in(SOPHIE)
    masks = {"masks_delivered": "yes", "masks_quantity": "5", "masks_date": "{today}"}
    test = {"test_done": "yes", "test_kind": "pcr", "test_result": "negative", "test_date": "{today}"}
    department_of("93100")  # what is read once a process
    found = {}
    with watched() as seen:
        result_of(claire, patient)
    found["search"] = len(seen)
    result_of(sophie, patient)
    for name, client, form in (
        ("masks", claire, masks),
        ("masks and address", claire, masks | DETAILS | {"masks_quantity": "6", "same_household": ""}),
        ("test", sophie, test),
    ):
        found[name] = saved(client, patient, form)

    assert found == {"search": 3, "masks": 4, "masks and address": 5, "test": 4}


def saved(client: Client, patient: Patient, form: Mapping[str, str]) -> int:
    """How many statements it took to send the form as the page gave it."""
    page = client.get(f"{patient.path}modifier/").content.decode()
    hidden = dict(re.findall(r'name="(idempotency_key|version|masks_date|test_date)" value="([^"]*)"', page))
    today = hidden.get("masks_date") or hidden["test_date"]
    fields = hidden | {name: value.format(today=today) for name, value in form.items()}
    with watched() as seen:
        answer = client.post(f"{patient.path}modifier/", {name: value for name, value in fields.items() if value})
    assert answer.status_code == 302
    return len(seen)


def test_what_comes_after_costs_no_more(signed_in: SignedIn, patient: Patient) -> None:
    """The result of a sampling, the deliveries of the day however many, one of them corrected."""
    claire, sophie = signed_in(CLAIRE), signed_in(SOPHIE)
    for client in (claire, sophie):
        result_of(client, patient)
    saved(sophie, patient, {"test_done": "yes", "test_kind": "pcr", "test_result": "pending", "test_date": "{today}"})
    for quantity in (5, 6, 7):
        saved(claire, patient, {"masks_delivered": "yes", "masks_quantity": str(quantity), "masks_date": "{today}"})
    [sampling] = set(re.findall(r"prelevement/[0-9a-f-]{36}/", sophie.get(patient.path).content.decode()))
    deliveries = "/contact-covid/mes-delivrances/"
    paths = {sophie: [f"{patient.path}{sampling}"], claire: [deliveries, f"{deliveries}{patient.fiche}/"]}
    found = []
    for client, path in [(client, path) for client, own in paths.items() for path in own]:
        with watched() as seen:
            client.get(path)
        found.append((len(seen), written(seen) - LEFT_BY_READING))
    assert found == [(3, set())] * 3

    test = {"test_done": "yes", "test_kind": "pcr", "test_result": "negative", "test_date": day(0)}
    with watched() as seen:
        assert sophie.post(f"{patient.path}{sampling}", test).status_code == 302
    assert len(seen) == 5  # one more than with the version that the page gave: nobody compares, so it waits its turn


def test_no_trait_of_a_patient_in_a_log_or_an_address(world: World, service: Server, visitor: Visit) -> None:
    """The whole walk, mistakes and faults included; the browser tells no address to other sites."""
    patient, claire = world.patient(), visitor(CLAIRE)
    path = f"{patient.path}modifier/"
    answers = [claire.post("/contact-covid/recherche/", patient.searched)]
    answers += [claire.post("/contact-covid/recherche/", patient.searched | {"first_name": "x" * 200})]
    answers += [claire.get(answers[0].location), claire.get(patient.path), claire.get(path)]
    answers += [claire.post(path, {"phone": patient.identity.phone, "email": patient.identity.email, "version": "x"})]
    answers += [claire.post(path, {"street": patient.identity.street, "masks_delivered": "no", "postcode": "93100"})]
    body = f"nir={patient.identity.nir}".encode()
    answers += [
        claire.send("POST", path, body),
        claire.send("POST", path, body, {"Content-Type": "multipart/form-data"}),
    ]
    with pytest.raises(AssertionError):
        check_none(patient, answers[2].text)

    check_none(patient, service.log)
    check_none(patient, "\n".join(answer.location for answer in answers))
    assert {answer.headers["referrer-policy"] for answer in answers} == {"same-origin"}


def check_none(patient: Patient, text: str) -> None:
    digits = re.sub(r"\D", "", patient.nir)
    assert not [trait for trait in traits(patient.identity) if trait in text.lower().encode()]
    assert digits[:13] not in re.sub(r"[\s.]", "", text)
