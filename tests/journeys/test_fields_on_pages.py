"""Field by field: what a counter's pages show of a fiche is what ``access/fields.py`` says, and nobody else sees any.

A person whose every trait occurs nowhere else, tested and given masks, is walked up to by each role.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.access.fields import FIELDS, shown
from contact_covid.clusters.enums import HandOverReason, HandOverState
from contact_covid.clusters.models import HandOver
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.core.rules import phone
from contact_covid.messaging.enums import Language
from contact_covid.messaging.rules.rendering import day_in_words
from contact_covid.people.enums import Quality
from contact_covid.portal.access import views
from contact_covid.portal.clusters.presenters import fund_name
from contact_covid.tracing import enums, models
from contact_covid.tracing.actions.counter import Visit, record_visits
from contact_covid.tracing.enums import Circumstance, Consent, StayKind
from contact_covid.tracing.models import Contact, Exposure, Fiche, IndexCase, MaskDelivery, Stay
from contact_covid.tracing.rules import counter
from contact_covid.tracing.rules.stays import NamedStay, StayDetails
from tests.cast import person, token, traits
from tests.journeys import agency
from tests.journeys.calls import ISABELLE, JULIEN, claimed
from tests.journeys.calls import START as CALLS
from tests.journeys.following import HOME, entered, there
from tests.journeys.world import CLAIRE, INDEX, LOGINS, SOPHIE, Patient, World, account_name, as_owner

PLATFORM = (Role.PLATFORM_AGENT, Role.PLATFORM_SUPERVISOR)
DELIVERIES = "/contact-covid/mes-delivrances/"
COUNTERS = {Role.PHARMACIST: CLAIRE, Role.BIOLOGIST: SOPHIE}


STAY = NamedStay(StayKind.OTHER, date(2020, 2, 3), date(2020, 2, 4), "", StayDetails(name="Zqplace"))


@pytest.fixture(scope="module")
def patient(world: World) -> Patient:
    """Registered, tested and given masks on days of their own; the patient zéro agrees to be named, she refuses."""
    now = timezone.now()
    registered = now - timedelta(days=5)
    patient = world.patient(
        at=registered,
        index={"onset": day(-19), "sampled_on": day(-18), "result_on": day(-17), "stays": [STAY]},
        identity={
            "phones": ("+33639980066",),
            "used_name": token(9_999).capitalize(),
            "quality": Quality.BENEFICIARY,
            "representative": token(9_998).capitalize(),
            "representative_phone": "+33639980055",
        },
        consent=Consent.REFUSES,
        department="93",
        same_household=True,
        circumstance=Circumstance.CARE,
        last_contact=day(-12),
    )
    antigen = (enums.TestKind.ANTIGEN, enums.TestResult.NEGATIVE, day(-2), enums.SamplingPlace.HOME)
    for login, visit in (
        (SOPHIE, Visit(patient.fiche, test=counter.TestDone(True, day(-3), *antigen))),
        (CLAIRE, Visit(patient.fiche, masks=counter.Masks(True, 77, day(-4)))),
    ):
        world.find(login, patient)
        record_visits(actor=world.actor(login), visits=[visit], now=timezone.now())
    as_owner("UPDATE tracing_contact SET test_due = %s WHERE fiche_id = %s", day(-7), patient.fiche)
    health = [day(-200), day(-31), day(-30), day(-29), day(-28)]
    as_owner("INSERT INTO tracing_health VALUES (%s, %s, %s, %s, %s, %s)", patient.fiche, *health)
    return patient


def day(offset: int) -> date:
    return timezone.now().astimezone(PARIS).date() + timedelta(days=offset)


@pytest.fixture(scope="module")
def pages_of(world: World, patient: Patient) -> Callable[[str], str]:
    """All that somebody at a counter is shown of the patient."""

    def make(login: str) -> str:
        client = Client()
        client.cookies["session"] = world.token(login)
        result = client.post("/contact-covid/recherche/", patient.searched).headers["Location"]
        paths = [result, patient.path, f"{patient.path}modifier/", f"{patient.path}modifier/?acte"]
        sampling = models.Test.objects.get(fiche=patient.fiche).sampling
        paths += [f"{patient.path}prelevement/{sampling}/", DELIVERIES, f"{DELIVERIES}{patient.fiche}/"]
        return "\n".join(client.get(path).content.decode() for path in paths)

    return make


# Field → how it would show. A field that shows as a word any page may hold is listed below instead.
def tokens(world: World, patient: Patient) -> dict[tuple[str, str], str]:
    identity, fiche = patient.identity, Fiche.objects.get(id=patient.fiche)
    rows: Mapping[str, Any] = {
        "index_case": IndexCase.objects.get(fiche=patient.index_fiche),
        "contact": Contact.objects.get(fiche=patient.fiche),
        "health": models.Health.objects.get(fiche=patient.fiche),
        "dates_computed": models.DatesComputed.objects.filter(fiche=patient.fiche)[0],
        "exposure": Exposure.objects.get(contact_fiche=patient.fiche),
        "test": models.Test.objects.get(fiche=patient.fiche),
        "mask_delivery": MaskDelivery.objects.get(fiche=patient.fiche),
        "fiche": fiche,
        "stay": Stay.objects.get(fiche=patient.index_fiche),
    }
    found = {
        (entity, field): _text(getattr(row, f"{field}_id", None) or getattr(row, field))
        for entity, row in {**rows, "identity": identity}.items()
        for field in FIELDS[entity]
        if (entity, field) not in PLAIN
    }
    return found | {
        ("identity", "used_name"): identity.used_name.upper(),
        ("identity", "first_names"): identity.first_names.split()[0],
        ("identity", "nir"): patient.nir,
        ("identity", "phone"): phone.display(identity.phone),
        ("identity", "representative_phone"): phone.display(identity.representative_phone),
        ("identity", "phones"): phone.display("+33639980066"),
        ("identity", "quality"): "Bénéficiaire",
        ("identity", "sex"): "Féminin",
        ("identity", "scheme"): "Régime général",
        ("identity", "fund"): "Caisse primaire de la Seine-Saint-Denis",
        ("identity", "centre"): "centre 1021",
        ("fiche", "number"): format_number(patient.number),
        ("fiche", "department"): "93 – Seine-Saint-Denis",
        ("fiche", "consent"): "Refuse la communication de son identité",
        ("fiche", "test"): "Test négatif",
        ("fiche", "version"): f'name="version" value="{fiche.version}"',
        ("fiche", "state"): "Statut : ",
        ("contact", "same_household"): 'name="same_household" checked',
        ("stay", "value"): "Zqplace",
        ("exposure", "circumstance"): Circumstance.CARE.label,
        ("test", "kind"): "Antigénique le",
        ("test", "result"): "résultat : négatif",
        ("test", "place"): " à domicile, résultat",
        ("test", "done"): "Test réalisé</b>",
        ("test", "practice"): "Laboratoire du Canal",
        ("test", "account"): account_name(SOPHIE),
        ("mask_delivery", "quantity"): "77 masques",
        ("mask_delivery", "delivered"): "Masques délivrés</b>",
        ("mask_delivery", "practice"): "Pharmacie des Trois-Îlets, saisi",
    }


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return datetime_fr(value)
    return date_fr(value) if isinstance(value, date) else str(value)


# Shown or not, these cannot be told from the rest of a page: a yes or no, a code of one letter, today's date.
PLAIN = {
    ("identity", "nir_holder"), ("fiche", "kind"), ("fiche", "call"), ("fiche", "closure"), ("fiche", "fund"),
    ("fiche", "region"), ("fiche", "doubtful"), ("fiche", "callable_from"), ("fiche", "attempts"),
    ("fiche", "language"), ("fiche", "onward_opposed"),
    ("fiche", "delegation"), ("fiche", "delegated_to"), ("fiche", "delegated_until"),
    ("fiche", "counts_from"), ("fiche", "told_at"),
    ("fiche", "call_reason"), ("fiche", "closure_reason"), ("index_case", "test_kind"), ("index_case", "health_worker"),
    ("index_case", "social_support"), ("index_case", "isolation_until"), ("index_case", "was_contact"),
    ("contact", "fiche"), ("contact", "cohabitant_recovers"), ("contact", "told_on"), ("health", "fiche"),
    ("dates_computed", "fiche"), ("dates_computed", "computed_at"), ("dates_computed", "window_start"),
    ("contact", "calls_self"), ("exposure", "contact_fiche"), ("exposure", "same_household"), ("exposure", "consent"),
    ("exposure", "created_at"), ("exposure", "calls_self"), ("exposure", "co_exposed"), ("test", "fiche"),
    ("test", "recorded_at"), ("test", "superseded_at"), ("mask_delivery", "protocol"), ("mask_delivery", "fiche"),
    ("mask_delivery", "recorded_at"), ("mask_delivery", "superseded_at"), ("mask_delivery", "account"),
    ("stay", "fiche"), ("stay", "kind"), ("stay", "version"), ("stay", "department"), ("stay", "period"),
    ("stay", "places"), ("stay", "created_at"), ("stay", "author_account"),
    ("stay", "author_practice"), ("identity", "country"), ("fiche", "support_needs"),
}  # fmt: skip
# Rows of the third level, which this patient has none of: ``test_clusters`` looks for them on their own pages.
OF_THE_AGENCY = {"hand_over", "signal", "cluster", "cluster_member", "cluster_measure", "cluster_note"}
OF_THE_AGENCY |= {"closing_report", "platform_request", "request_note"}
# Rows of a secure link, which this patient was not sent: ``test_follow`` and ``test_health`` look for them.
OF_A_LINK = {"secure_link", "person_session", "diary_entry"}
# Open to the role, but its pages have no use for it (yet): no harm, nothing to find.
UNUSED = {
    ("identity", "birth_name"),  # the name in use is shown
    ("identity", "sex"),
    ("fiche", "urgent_at"),
    ("test", "id"),
    ("test", "account"),
    ("mask_delivery", "id"),
}


@pytest.mark.parametrize("role", COUNTERS)
def test_a_counter_sees_the_fields_of_its_table_and_no_other(
    world: World, patient: Patient, pages_of: Callable[[str], str], role: Role
) -> None:
    pages = pages_of(COUNTERS[role])
    planted = tokens(world, patient)

    seen = {cell for cell, text in planted.items() if text in pages}
    allowed = {cell for cell in planted if shown(role, *cell)}
    assert seen - allowed == set()
    assert allowed - seen - UNUSED == set()


def test_every_field_is_looked_for_or_told_why_not(world: World, patient: Patient) -> None:
    beside = OF_THE_AGENCY | OF_A_LINK | {"certificate", "support_request"}
    every = {(entity, field) for entity, fields in FIELDS.items() for field in fields if entity not in beside}
    planted = tokens(world, patient)

    assert planted.keys() | PLAIN == every
    assert planted.keys() & PLAIN == set()
    assert {cell for cell, text in planted.items() if text in ("", "None")} == set()


def test_the_patient_zero_is_named_nowhere(world: World, patient: Patient, pages_of: Callable[[str], str]) -> None:
    """Although she agreed: a counter has no need of her."""
    index = traits(person(INDEX + patient.serial))
    for login in COUNTERS.values():
        pages = pages_of(login).lower().encode()
        assert [trait for trait in index if trait in pages] == []


@pytest.mark.parametrize("login", [JULIEN, ISABELLE], ids=["agent", "supervisor"])
def test_the_platform_sees_the_fields_of_its_table_and_no_other(world: World, patient: Patient, login: str) -> None:
    """On the list and on the card of the person; who recorded her test and her masks stays out of both."""
    client = Client()
    client.cookies["session"] = world.token(login)
    card = claimed(client, patient.fiche)
    pages = "\n".join(client.get(path).content.decode() for path in (f"{CALLS}?sort=creation", card))
    client.post(f"{card}rendre/")
    planted = tokens(world, patient)

    seen = {cell for cell, text in planted.items() if text in pages}
    assert {cell for cell in seen if not shown(world.actor(login).role, *cell)} == set()
    told = {("identity", field) for field in ("used_name", "nir", "phone", "street", "representative")}
    assert told | {("fiche", "number"), ("contact", "isolation_until"), ("contact", "protocol")} <= seen


def _signed_in(world: World, login: str) -> Client:
    client = Client()
    client.cookies["session"] = world.token(login)
    return client


@pytest.mark.usefixtures("world")
def test_a_person_sees_the_fields_of_her_table_and_no_other() -> None:
    """On her own pages: a patient zéro who has named a place, and what of her case follows from her days."""
    made = entered(7_990, 7_991, onset=day(-6), sampled_on=day(-5), result_on=day(-4))
    client, fiche = there(made.index.id), made.index
    days = {"since": day(-3), "until": day(-2)}
    place = {"kind": "school", "name": "Zqschool"} | {name: each.isoformat() for name, each in days.items()}
    assert client.post(f"{HOME}lieux/", place | {"idempotency_key": "place"}).status_code == 302
    paths = [f"{HOME}{page}" for page in ("", "contacts/", "lieux/", "symptomes/")]
    pages = "\n".join(client.get(path).content.decode() for path in paths)
    case = IndexCase.objects.get(fiche=fiche)
    told = {field: getattr(case, field) for field in ("onset", "sampled_on", "result_on", "window_start")}
    planted = {("index_case", field): _in_words(each) for field, each in told.items()}
    planted |= {("stay", field): _in_words(each) for field, each in days.items()} | {("stay", "value"): "Zqschool"}
    planted |= {("fiche", "id"): str(fiche.id), ("exposure", "contact_fiche"): str(made.contacts[0].id)}
    planted |= {("identity", "nir"): person(7_990).nir, ("identity", "phone"): phone.display(person(7_990).phone)}

    seen = {cell for cell, text in planted.items() if text in pages}
    assert {cell for cell in seen if not shown(Role.PERSON, *cell)} == set()
    assert {("index_case", "window_start"), *(("stay", field) for field in ("since", "until", "value"))} <= seen


def _in_words(each: date) -> str:
    return day_in_words(each, Language.FRENCH)


def test_the_list_of_an_area_shows_name_and_number_only(world: World, patient: Patient) -> None:
    client = Client()
    client.cookies["session"] = world.token(JULIEN)
    page = client.get(f"{CALLS}?sort=creation").content.decode()
    planted = tokens(world, patient)

    seen = {field for (entity, field), text in planted.items() if entity == "identity" and text in page}
    assert seen == {"used_name", "first_names"}


@pytest.mark.parametrize("role", [None, *(role for role in LOGINS if role not in {*COUNTERS, *PLATFORM})])
def test_nobody_else_is_served_a_byte_of_either(world: World, patient: Patient, role: Role | None) -> None:
    client = Client()
    if role:
        client.cookies["session"] = world.token(LOGINS[role])
    secrets = traits(patient.identity) | traits(person(INDEX + patient.serial)) | {patient.number.lower().encode()}
    lookup = world.find(CLAIRE, patient)
    parts: dict[str, UUID | str] = {
        "fiche": patient.fiche,
        "lookup": lookup,
        "alert": patient.fiche,
        "postcode": "93100",
    }
    parts |= {"draft": patient.fiche, "contact": patient.fiche, "lease": patient.fiche, "index": patient.index_fiche}
    parts |= dict.fromkeys(("factor", "session", "invitation", "organisation", "post", "account"), patient.fiche)
    parts |= dict.fromkeys(("stay", "asked", "signal", "cluster", "member", "measure"), patient.fiche)
    parts |= dict.fromkeys(("agent", "overflow", "batch", "team", "job", "delegation"), patient.fiche)
    parts |= {"first": patient.fiche, "second": patient.index_fiche, "merge": patient.fiche}
    parts["sampling"] = models.Test.objects.get(fiche=patient.fiche).sampling
    parts |= {"template": "unreachable", "language": "fr"}
    parts |= {"number": "K7M42QXD", "ticket": "x" * 43, "token": "x" * 43, "code": "x" * 22, "reason": "expired"}
    for route, _ in views():
        path = re.sub(r"<\w+:(\w+)>", lambda part: str(parts[part[1]]), route)
        for answer in (client.get(path), client.post(path, patient.searched) if "deconnexion" not in path else None):
            if answer is not None:
                body = answer.content.lower() + str(answer.headers).lower().encode()
                assert [secret for secret in secrets if secret in body] == [], route


def test_planted_traits_are_found_where_they_are(patient: Patient, pages_of: Callable[[str], str]) -> None:
    """The walks above would see a leak: the same search finds the patient on the pages that may show her."""
    pages = re.sub(r"(?<=\d) (?=\d)", "", pages_of(CLAIRE)).lower().encode()

    assert [trait for trait in traits(patient.identity) if trait not in pages] == []


@pytest.mark.parametrize("login", COUNTERS.values(), ids=COUNTERS)
@pytest.mark.parametrize("consent", Consent)
def test_who_refuses_is_marked_as_such(world: World, login: str, consent: Consent) -> None:
    patient = world.patient(consent=consent)
    world.find(login, patient)
    client = Client()
    client.cookies["session"] = world.token(login)

    marked = "Refuse la communication de son identité" in client.get(patient.path).content.decode()
    assert marked is (consent is Consent.REFUSES)


def of_hand_over(asked: HandOver) -> dict[tuple[str, str], str]:
    """Field → how it would show, of one that waits for its answer."""
    return {
        ("hand_over", "fiche"): format_number(asked.fiche.number),
        ("hand_over", "fund"): fund_name(asked.fund),
        ("hand_over", "reason"): HandOverReason(asked.reason).label,
        ("hand_over", "state"): HandOverState(asked.state).label,
        ("hand_over", "asked_at"): datetime_fr(asked.asked_at),
        ("hand_over", "answer_due_at"): datetime_fr(asked.answer_due_at),
        ("hand_over", "asked_by"): account_name(ISABELLE),
    }


def test_the_agency_sees_the_fields_of_its_table_and_no_other(world: World, patient: Patient) -> None:
    """Of a case that was handed over and is in a cluster, of her contact, and of where she was. The last test here: the
    agency may open them from then on."""
    case = Fiche.objects.get(id=patient.index_fiche)
    asked, cluster = HandOver.objects.get(id=agency.handed(case)), agency.cluster(case)
    client = Client()
    client.cookies["session"] = world.token(agency.MATHILDE)
    paths = [agency.START, f"{agency.START}transmissions/", f"{agency.START}transmissions/{asked.id}/"]
    paths += [agency.path(cluster), agency.path(cluster, "personnes/")]
    paths += [f"{agency.START}fiche/{fiche}/" for fiche in (case.id, patient.fiche)]
    pages = "\n".join(client.get(path).content.decode() for path in paths)
    card = claimed(agent := _signed_in(world, JULIEN), case.id)
    of_agent = agent.get(card).content.decode()
    agent.post(f"{card}rendre/")
    planted = tokens(world, patient) | of_hand_over(asked)
    del planted["index_case", "fiche"]  # the same id as ``cluster_member.fiche``

    seen = {cell for cell, text in planted.items() if text in pages}
    assert {cell for cell in seen if not shown(Role.ARS_AGENT, *cell)} == set()
    stays = {("stay", "since"), ("stay", "until"), ("stay", "value")}
    of_case = {("index_case", "onset"), ("index_case", "window_start"), ("identity", "phone")}
    assert stays | of_case | (of_hand_over(asked).keys() - {("hand_over", "asked_by")}) <= seen
    clock = {cell for cell, text in of_hand_over(asked).items() if text in of_agent}
    assert {cell for cell in clock if not shown(Role.PLATFORM_AGENT, *cell)} == {("hand_over", "fiche")}  # her number
    assert {("hand_over", "state"), ("hand_over", "answer_due_at")} <= clock
