"""A platform lets another organisation call: the supervisor's pages, the tracer's day, and the end of both."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.accounts.models import Invitation, Post
from contact_covid.demo.actions.delegations import load_delegations
from contact_covid.directory.models import Organisation
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.delegations import return_due
from contact_covid.worklist.models import Delegation
from tests.journeys.calls import (
    CALLER,
    FICHE,
    ISABELLE,
    JULIEN,
    NEXT,
    START,
    claimed,
    empty_queue,
    fiche_of,
    lease_in,
    said,
    text,
    waiting,
)
from tests.journeys.delegating import AMANDINE, LIST, PAGE, cpts, entrusted, last_day
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import LEFT_BY_READING, watched, written
from tests.journeys.world import LOGINS, World, as_owner

STEEVE = "steeve.valere@example.org"


@pytest.fixture(autouse=True)
def _quiet(world: World) -> None:
    empty_queue()
    as_owner("UPDATE tracing_fiche SET delegation = NULL, delegated_to = NULL, delegated_until = NULL")
    as_owner("DELETE FROM worklist_delegation")


@pytest.fixture
def isabelle(signed_in: SignedIn) -> Client:
    return signed_in(ISABELLE)


@pytest.fixture
def amandine(signed_in: SignedIn) -> Client:
    return signed_in(AMANDINE)


def over() -> None:
    """The last day has gone by."""
    as_owner("UPDATE worklist_delegation SET since = since - interval '9 days', until = now()")
    as_owner("UPDATE tracing_fiche SET delegated_until = now() WHERE delegated_to IS NOT NULL")


def test_the_tracer_s_day_from_the_list_to_the_next_person(world: World, isabelle: Client, amandine: Client) -> None:
    one, other, hers = (waiting(world) for _ in range(3))
    assert "Aucune fiche ne vous est confiée." in text(amandine.get(START))
    assert amandine.post(NEXT).headers["Location"] == f"{START}?personne="
    assert "2 fiches confiées." in text(isabelle.get(entrusted(isabelle, one, other)))
    page = text(amandine.get(START))
    assert f"Fiches confiées jusqu’au {last_day()} inclus." in page
    assert [each.name in page for each in (one, other, hers)] == [True, True, False]
    card = str(amandine.post(NEXT).headers["Location"])
    first = next(each for each in (one, other) if each.name in text(amandine.get(card)))
    for beside in ("contact", "corriger", "messages", "sante"):
        status = amandine.get(f"{card}{beside}/").status_code
        assert status == (404 if beside == "contact" else 200), beside  # a contact names nobody
    onwards = said(amandine, card, "informed", then="next").headers["Location"]
    assert fiche_of(first).call == "informed"
    following = text(amandine.get(onwards))
    assert (other if first is one else one).name in following
    assert "« Personne informée », enregistré" in following
    amandine.post(f"{START}{lease_in(onwards)}/rendre/")
    assert amandine.post(FICHE, {"fiche": str(hers.fiche)}).status_code == 409


def test_a_caller_is_found_among_what_is_delegated_only(world: World, isabelle: Client, amandine: Client) -> None:
    one, other = waiting(world), waiting(world)
    entrusted(isabelle, one)
    for patient, known in ((one, True), (other, False)):
        page = text(amandine.post(CALLER, {"phone": patient.identity.phone}))
        assert (patient.name in page) is known


def test_the_platform_is_told_who_calls_and_answers_who_rings(
    world: World, isabelle: Client, signed_in: SignedIn
) -> None:
    patient, julien = waiting(world), signed_in(JULIEN)
    entrusted(isabelle, patient)
    assert "1 fiche, dont 1 à appeler" in text(isabelle.get(PAGE))
    name = Organisation.objects.get(id=cpts()).name
    assert f"confiée à {name}" in text(julien.get(f"{START}?sort=creation"))
    assert julien.post(NEXT).headers["Location"] == f"{START}?personne="
    refused = julien.post(FICHE, {"fiche": str(patient.fiche)})
    assert refused.status_code == 409
    assert f"appelle cette personne pour votre plateforme jusqu’au {last_day()}" in text(refused)
    answered = julien.post(FICHE, {"fiche": str(patient.fiche), "entrant": "1"})
    assert patient.name in text(julien.get(answered.headers["Location"]))


@pytest.mark.parametrize("how", ["at the end", "taken back", "all taken back"])
def test_after_the_end_every_address_of_the_tracer_is_absent(
    world: World, isabelle: Client, amandine: Client, how: str
) -> None:
    patient = waiting(world)
    entrusted(isabelle, patient)
    card = claimed(amandine, patient.fiche)
    told = said(amandine, card, "no_answer").headers["Location"]
    card = claimed(amandine, patient.fiche)
    if how == "at the end":
        over()
    elif how == "taken back":
        back = isabelle.post(f"{LIST}reprendre/", {"choisie": [patient.fiche.hex]}).headers["Location"]
        assert "1 fiche reprise par la plateforme" in text(isabelle.get(back))
    else:
        back = isabelle.post(f"{PAGE}{Delegation.objects.get().id}/reprendre/").headers["Location"]
        assert "1 fiche reprise." in text(isabelle.get(back))
    # The beat of an open page says that nothing is kept any more; it names nobody.
    addresses = [card, *(f"{card}{beside}/" for beside in ("contact", "corriger", "messages", "sante", "positif"))]
    assert {amandine.get(address).status_code for address in addresses} == {404}
    assert amandine.post(FICHE, {"fiche": str(patient.fiche)}).status_code == 409
    for page in (amandine.get(told), amandine.get(START), amandine.post(CALLER, {"phone": patient.identity.phone})):
        assert patient.name not in text(page)
        assert patient.number not in text(page).replace("-", "")
    return_due(now=timezone.now())
    assert fiche_of(patient).delegated_to is None
    assert claimed(isabelle, patient.fiche)


def test_a_call_made_at_the_end_is_told_and_counts(world: World, isabelle: Client, amandine: Client) -> None:
    patient = waiting(world)
    entrusted(isabelle, patient)
    card = claimed(amandine, patient.fiche)
    form = amandine.get(card).content.decode()
    key = re.findall(r'name="idempotency_key" value="([^"]*)"', form)[0]
    isabelle.post(f"{PAGE}{Delegation.objects.get().id}/reprendre/")
    assert amandine.post(card, {"idempotency_key": key, "outcome": "informed", "then": "stop"}).status_code == 302
    assert fiche_of(patient).call == "informed"


def test_an_area_is_given_with_its_postcodes(world: World, isabelle: Client, amandine: Client) -> None:
    here, there = (world.patient(identity={"postcode": code}) for code in ("93100", "93500"))
    form = {"organisation": str(cpts()), "department": "93", "postcodes": "93100", "last_day": last_day(31)}
    wrong: dict[str, Callable[[], str]] = {
        "Saisissez des codes postaux": lambda: text(isabelle.post(PAGE, form | {"postcodes": "75011"})),
        "dans plus de 31 jours": lambda: text(isabelle.post(PAGE, form | {"last_day": last_day(32)})),
        "déjà passé": lambda: text(isabelle.post(PAGE, form | {"last_day": last_day(-1)})),
        "Choisissez": lambda: text(isabelle.post(PAGE, form | {"organisation": str(cpts(STEEVE))})),
    }
    for sentence, answer in wrong.items():
        assert sentence in answer()
    assert not Delegation.objects.exists()
    sent = form | {"idempotency_key": "an-area-of-the-test"}
    answers = [isabelle.post(PAGE, sent).headers["Location"] for _ in range(2)]
    assert answers[1] == PAGE
    assert Delegation.objects.count() == 1
    page = text(amandine.get(f"{START}?sort=creation"))
    assert (here.name in page, there.name in page) == (True, False)


def test_the_list_costs_the_same_however_much_is_delegated_and_writes_nothing(
    world: World, isabelle: Client, amandine: Client
) -> None:
    entrusted(isabelle, waiting(world))
    amandine.get(START)
    costs = []
    for _ in range(2):
        for client, page in ((amandine, START), (isabelle, PAGE)):
            with watched() as seen:
                client.get(page)
            costs.append(len(seen))
            assert written(seen) <= LEFT_BY_READING
        entrusted(isabelle, *(waiting(world) for _ in range(3)))
    assert costs[:2] == costs[2:]
    assert max(costs) <= 9


def test_the_supervisor_invites_the_first_tracer_of_an_organisation_of_hers(
    world: World, isabelle: Client, amandine: Client
) -> None:
    team = f"/equipe/{cpts()}/"
    assert team in isabelle.get(PAGE).content.decode()
    form = {"email": "premiere@example.org", "role": Role.DELEGATED_TRACER.value, "idempotency_key": "first-of-them"}
    assert isabelle.post(team, form).status_code == 302
    assert Invitation.objects.get(email="premiere@example.org").organisation_id == cpts()
    assert PAGE in isabelle.get(team).content.decode()
    assert isabelle.get(f"/equipe/{cpts(STEEVE)}/").status_code == 404
    assert isabelle.get(f"/equipe/{uuid4()}/").status_code == 404
    assert amandine.get(team).status_code == 403


@pytest.mark.parametrize("role", [role for role in LOGINS if role is not Role.PLATFORM_SUPERVISOR])
def test_nobody_else_gives_or_takes_back(world: World, signed_in: SignedIn, role: Role) -> None:
    client = signed_in(LOGINS[role])
    patient = waiting(world)
    assert client.post(LIST, {"choisie": [patient.fiche.hex]}).status_code == 403
    assert client.post(f"{LIST}reprendre/", {"choisie": [patient.fiche.hex]}).status_code == 403
    assert client.get(PAGE).status_code == 403
    assert Fiche.objects.get(id=patient.fiche).delegated_to is None


def test_the_demonstration_delegates_some_of_those_who_wait_once(world: World) -> None:
    patients = [waiting(world) for _ in range(3)]
    for _ in range(2):
        load_delegations(now=timezone.now())
    [made] = Delegation.objects.filter(fund="931")
    assert made.organisation == cpts()
    delegated = [fiche_of(each).delegated_to for each in patients]
    assert (delegated.count(made.organisation), delegated.count(None)) == (1, 2)


def test_what_a_tracer_says_is_in_the_name_of_her_organisation(
    world: World, signed_in: SignedIn, isabelle: Client, amandine: Client
) -> None:
    patient, own = waiting(world), waiting(world)
    entrusted(isabelle, patient)
    practice = Post.objects.select_related("practice").get(account__email=AMANDINE).practice
    assert practice
    name = practice.name
    for query, words in (("", "Êtes-vous bien"), ("?entrant=", "à votre écoute")):
        page = text(amandine.get(claimed(amandine, patient.fiche).partition("?")[0] + query))
        assert f"de la structure <b>{name}</b>, pour la plateforme Contact COVID de l’Assurance Maladie" in page
        assert words in page
    julien = signed_in(JULIEN)
    page = text(julien.get(claimed(julien, own.fiche)))
    assert "</b>, de la plateforme Contact COVID de l’Assurance Maladie. Êtes-vous bien" in page
