"""Every address for every role: what the policy says and no more; what is another's answers like what is absent."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.access.enums import Permission, Role
from contact_covid.portal.entry.presenters import FIRST_SCREENS
from contact_covid.portal.errors import ERROR_PAGES
from contact_covid.tracing.actions.registration import register
from contact_covid.tracing.models import Fiche
from tests.cast import dossier, person
from tests.journeys.address_parts import (
    ROUTES,
    may,
    of_counter,
    of_registrant,
    path_of,
)
from tests.journeys.addresses import FORMS_ONLY, MARKS, REACHED
from tests.journeys.kinds import SignedIn
from tests.journeys.web import alike
from tests.journeys.world import CLAIRE, KARIM, LOGINS, REGISTRAR, RODRIGUE, SOPHIE, Patient, World, as_owner, post_at
from tests.weights import LONG, most

# What is not a page of the portal: a mail as it is drawn, alone in its sandbox, and a file.
NO_PAGES = re.compile("/messages/modeles/<.*/(html|lettre)/")
# Decided by hand: what keeps a page from caches, frames, sniffing and other sites.
KEPT_PRIVATE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; "
    "worker-src 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def patient(world: World) -> Patient:
    return world.patient()


def test_each_address_is_marked_as_decided() -> None:
    assert dict(ROUTES) == MARKS
    assert MARKS.keys() >= LONG


def asked(role: Role | None, route: str, permission: Permission | None) -> int:
    """The status of GET that the policy and the route ask for."""
    if permission is not None and role is None:
        return 302
    if not may(role, permission):
        return 403
    if route == "/contact-covid/":
        return 302 if role in FIRST_SCREENS else 403
    if route in REACHED:
        return REACHED[route][0]
    if route in FORMS_ONLY:
        return 405
    if route == "/contact-covid/journal/lignes/":
        return 302  # nothing is asked for
    if route == "/readyz":
        return 503  # no worker beats here
    return 302 if route == "/" or (route == "/connexion/" and role) else 200


@pytest.mark.parametrize("role", [None, *LOGINS])
def test_each_address_answers_as_the_policy_says_light_private_and_framed_by_nobody(
    world: World, patient: Patient, signed_in: SignedIn, role: Role | None
) -> None:
    client, answers = signed_in(LOGINS[role] if role else ""), {}
    registrant = of_registrant(client)
    for route, permission in [*ROUTES, ("/nulle-part/", None), ("/contact-covid/fiche/x/", None)]:
        answer = client.get(path_of(world, patient, route, client, registrant))
        answers[route] = answer.status_code
        if answer.status_code == 302 and permission and role is None:
            assert answer.headers["Location"].startswith("/connexion/?suite=%2F")
        if not NO_PAGES.fullmatch(route):
            assert {name: answer.headers.get(name) for name in KEPT_PRIVATE} == KEPT_PRIVATE, route
            assert len(answer.content) < most(route), route
            assert not re.search(rb"<script>|<style|\sstyle=|\son\w+=|javascript:", answer.content), route
    assert answers.pop("/nulle-part/") == answers.pop("/contact-covid/fiche/x/") == 404
    assert answers == {route: asked(role, route, permission) for route, permission in ROUTES}


def test_an_address_without_a_first_screen_for_the_role_says_so(signed_in: SignedIn) -> None:
    page = signed_in(LOGINS[Role.ADMINISTRATOR]).get("/contact-covid/")

    assert page.status_code == 403
    assert ERROR_PAGES[403].title in page.content.decode()


# --- What belongs to others ----------------------------------------------------------------------------------------


def bodies(client: Client, paths: list[str]) -> set[tuple[int, str]]:
    return {alike(answer.status_code, answer.content.decode()) for answer in map(client.get, paths)}


def fiche_paths(fiche: UUID) -> list[str]:
    paths = [f"/contact-covid/fiche/{fiche}/", f"/contact-covid/fiche/{fiche}/modifier/"]
    return [*paths, f"/contact-covid/mes-delivrances/{fiche}/"]


def find(client: Client, patient: Patient) -> str:
    """The address of the result."""
    return client.post("/contact-covid/recherche/", patient.searched).headers["Location"]


def out_of_reach(world: World, signed_in: SignedIn) -> dict[str, list[str]]:
    """Addresses that exist, or did, and are not Claire's."""
    claire, karim = signed_in(CLAIRE), signed_in(KARIM)
    other, unsearched, long_ago, cancelled = (world.patient() for _ in range(4))
    of_karim = find(karim, other)
    old = find(claire, long_ago)
    as_owner("UPDATE people_lookup SET at = at - interval '31 minutes' WHERE id = %s", old.split("/")[-2])
    find(claire, cancelled)
    served = {name: world.patient() for name in ("elsewhere", "yesterday")}
    for name, client in (("elsewhere", karim), ("yesterday", claire)):
        find(client, served[name])
        client.post(f"{served[name].path}modifier/", {"masks_delivered": "no"})
    as_owner("UPDATE tracing_mask_delivery SET recorded_at = recorded_at - interval '1 day'")
    as_owner(
        "UPDATE people_lookup SET at = at - interval '31 minutes' WHERE fiches = ARRAY[%s]", served["yesterday"].fiche
    )
    as_owner("UPDATE tracing_fiche SET closure = 'cancelled', state = 'cancelled' WHERE id = %s", cancelled.fiche)
    of_colleague = find(signed_in(world.colleague(CLAIRE, last_name="Zéphir", email="zephir@example.org")), other)
    return {
        "found by another pharmacy": [of_karim, *fiche_paths(other.fiche)],
        "found by a colleague": [of_colleague],
        "never searched": fiche_paths(unsearched.fiche),
        "searched half an hour ago": [old, *fiche_paths(long_ago.fiche)],
        "served by another pharmacy": fiche_paths(served["elsewhere"].fiche),
        "served yesterday": fiche_paths(served["yesterday"].fiche),
        "cancelled since": fiche_paths(cancelled.fiche),
        "a patient zéro": fiche_paths(other.index_fiche),
        "absent": [f"/contact-covid/recherche/{uuid4()}/", *fiche_paths(uuid4())],
        "of another kind": [*fiche_paths(UUID(of_karim.split("/")[-2])), f"/contact-covid/recherche/{other.fiche}/"],
    }


def test_what_is_anothers_answers_like_what_is_absent(world: World, signed_in: SignedIn) -> None:
    claire = signed_in(CLAIRE)
    pages = {why: bodies(claire, paths) for why, paths in out_of_reach(world, signed_in).items()}

    [absent] = pages["absent"]
    assert absent[0] == 404
    assert {why: found == {absent} for why, found in pages.items()} == dict.fromkeys(pages, True)


def test_nothing_can_be_written_on_what_is_anothers(world: World, signed_in: SignedIn) -> None:
    claire = signed_in(CLAIRE)
    form = {"masks_delivered": "no", "postcode": "93100", "version": "1"}
    before = list(Fiche.objects.order_by("id").values("id", "version"))
    paths = [path for paths in out_of_reach(world, signed_in).values() for path in paths if path.endswith("/modifier/")]
    answers = {alike(answer.status_code, answer.content.decode()) for answer in (claire.post(p, form) for p in paths)}

    assert len(answers) == 1
    assert {status for status, _ in answers} == {404}
    known = {row["id"] for row in before}
    assert [row for row in Fiche.objects.order_by("id").values("id", "version") if row["id"] in known] == before


def test_what_claire_found_at_one_practice_is_not_open_from_another(world: World, signed_in: SignedIn) -> None:
    patient, claire = world.patient(), signed_in(CLAIRE)
    result = find(claire, patient)
    assert claire.get(patient.path).status_code == 200

    with post_at(CLAIRE, KARIM):
        assert {status for status, _ in bodies(claire, [result, *fiche_paths(patient.fiche)])} == {404}


def test_a_patient_zero_is_found_by_nobody_at_the_counter(world: World, signed_in: SignedIn) -> None:
    """Neither number nor name of a patient zéro leads anywhere, unless she is a contact herself."""
    now = timezone.now()
    index = person(70_000)
    day = timezone.localdate(now)
    register(
        actor=REGISTRAR,
        dossiers=[dossier(index, onset=day - timedelta(days=2), sampled_on=day, result_on=day)],
        now=now,
    )
    for login in (CLAIRE, SOPHIE):
        client = signed_in(login)
        page = client.get(find(client, Patient(index, uuid4(), "", uuid4()))).content.decode()
        assert "0 fiche(s) trouvée(s)" in page


@pytest.mark.parametrize("login", [CLAIRE, RODRIGUE], ids=["pharmacist", "biologist"])
def test_an_act_of_the_other_profession_is_not_taken(world: World, signed_in: SignedIn, login: str) -> None:
    """Fields of the other counter's block in the form are not looked at."""
    patient, client = world.patient(), signed_in(login)
    find(client, patient)
    both = {"masks_delivered": "no", "test_done": "no", "version": "1"}
    other = {"test_date": "13/05/2020", "test_kind": "pcr", "test_result": "positive"}
    answer = client.post(f"{patient.path}modifier/", both | other)

    assert answer.status_code == 302
    counted = as_owner(
        "SELECT (SELECT count(*) FROM tracing_test WHERE fiche_id = %s),"
        " (SELECT count(*) FROM tracing_mask_delivery WHERE fiche_id = %s)",
        patient.fiche,
        patient.fiche,
    )
    assert counted == [(0, 1) if login == CLAIRE else (1, 0)]


def test_a_sampling_is_open_to_the_laboratory_that_took_it(world: World, signed_in: SignedIn) -> None:
    """Another one sees it on the fiche that it found, and no way to write on it; no sampling is reached by its id."""
    patient, sophie, rodrigue = world.patient(), signed_in(SOPHIE), signed_in(RODRIGUE)
    sampling = of_counter(sophie, patient)
    find(rodrigue, patient)
    page = rodrigue.get(patient.path).content.decode()
    assert "RT-PCR le " in page
    assert sampling not in page

    path = f"{patient.path}prelevement/{sampling}/"
    assert sophie.get(path).status_code == 200
    others = [path, f"{patient.path}prelevement/{uuid4()}/", f"{world.patient().path}prelevement/{sampling}/"]
    [absent] = bodies(rodrigue, others)
    assert absent[0] == 404
    form = {"test_done": "no"}
    assert {rodrigue.post(each, form).status_code for each in others} == {404}
