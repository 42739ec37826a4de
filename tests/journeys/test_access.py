"""Every address for every role: what the policy says and no more; what is another's answers like what is absent."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from contact_covid.access.enums import Assurance, Permission, Role
from contact_covid.access.policy import POLICY
from contact_covid.accounts.models import Account, Invitation, Post
from contact_covid.portal.access import views
from contact_covid.portal.entry.presenters import FIRST_SCREENS
from contact_covid.portal.errors import ERROR_PAGES
from contact_covid.tracing.actions.registration import register
from contact_covid.tracing.models import Exposure, Fiche
from contact_covid.worklist.models import Overflow
from tests.cast import dossier, person
from tests.journeys import agency
from tests.journeys import declaring as declare
from tests.journeys.addresses import FORMS_ONLY, MARKS, PAGES_AND_FORMS, REACHED
from tests.journeys.doubling import of_rights_and_doubles
from tests.journeys.kinds import SignedIn
from tests.journeys.steps import day
from tests.journeys.web import alike
from tests.journeys.world import CLAIRE, KARIM, LOGINS, REGISTRAR, RODRIGUE, SOPHIE, Patient, World, as_owner, post_at

ROUTES = [(route, getattr(view, "permission", None)) for route, view in views()]
# Decided by hand: what each address asks for, None for everybody.
# What is not a page of the portal: a mail as it is drawn, alone in its sandbox, and a file.
NO_PAGES = re.compile("/messages/modeles/<.*/(html|lettre)/")
PAGES = [each for each in ROUTES if not NO_PAGES.fullmatch(each[0])]
NOBODY = {"id": uuid4(), "last_name": "Personne", "created_at": timezone.now()}
AN_AGENT = {"id": uuid4(), "role": Role.PLATFORM_AGENT, "starts_at": timezone.now()}
LIGHT = 15_000
# The forms of a person say all that the decree lists of her, the card all that a call needs, lists whatever is there.
LONG, LONGEST = (
    re.compile("/contact-covid/(declarer/.*|mes-fiches/.+|appels/.*|journal/|ars/.*contact/.*)"),
    18_000,
)
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


@pytest.fixture
def path_of(world: World, patient: Patient) -> Callable[[str, Client], str]:
    """The address of a route with parts that exist, and that this visitor may see if anybody of her role may."""

    def make(route: str, client: Client) -> str:
        searched = "<uuid:lookup>" in route or "/contact-covid/fiche/" in route
        answer = client.post("/contact-covid/recherche/", patient.searched) if searched else HttpResponse()
        result = answer.headers.get("Location", "")
        lookup = re.findall(r"recherche/([0-9a-f-]{36})/", result) or [str(uuid4())]
        parts = {"lookup": lookup[0], "fiche": str(patient.fiche), "alert": str(uuid4()), "number": patient.number}
        parts |= {"ticket": "x" * 43, "token": "x" * 43, "code": "x" * 22, "reason": "expired", "session": str(uuid4())}
        parts |= {"factor": str(uuid4()), "template": "unreachable", "language": "fr"}
        if "<uuid:sampling>" in route or "mes-delivrances/<" in route:
            served = world.patient()
            parts |= {"fiche": str(served.fiche), "sampling": of_counter(client, served)}
        parts |= of_registrant(client) if "<uuid:draft>" in route or "mes-fiches/<" in route else {}
        if "<uuid:lease>" in route:
            person = world.patient()
            of_index = route.endswith("/contact/") or "/lieux/" in route
            parts["lease"] = of_agent(client, person.index_fiche if of_index else person.fiche)
        for whose in ("mes-fiches", "appels") if "<uuid:stay>" in route else ():
            if f"/{whose}/" in route:
                id_ = parts["fiche" if whose == "mes-fiches" else "lease"]
                parts["stay"] = of_place(client, f"/contact-covid/{whose}/{id_}/lieux/")
        if "/ars/" in route or "/demandes/<" in route:
            parts |= of_agency(route)
        if "/equipe/<" in route or "/comptes/<" in route:
            parts |= of_team(client)
        parts |= of_board() if "/tableau/" in route else {}
        parts |= of_rights_and_doubles(route, world)
        if "<uuid:index>" in route:
            parts["fiche"] = parts.get("exposed", parts["fiche"])
        return re.sub(
            r"<\w+:(\w+)>",
            lambda part: {**parts, "postcode": "93100", "token": "x" * 43}.get(part[1], str(uuid4())),
            route,
        )

    return make


def test_each_address_is_marked_as_decided() -> None:
    assert dict(ROUTES) == MARKS


def of_registrant(client: Client) -> dict[str, str]:
    """A draft with a contact and a fiche of whoever may register; ids of nothing for anybody else."""
    answer = client.post(declare.START, declare.index_form(600))
    if "/declarer/" not in answer.headers.get("Location", ""):
        return {"draft": str(uuid4()), "contact": str(uuid4()), "index": str(uuid4())}
    fiche = declare.registered(client, 601, 603).split("/")[3]
    draft = declare.started(client, 600, 602)
    contact = re.findall(r"contact/([0-9a-f-]{36})/", client.get(f"{draft}verifier/").content.decode())[0]
    exposed = str(Exposure.objects.filter(index_fiche=UUID(fiche)).values_list("contact_fiche", flat=True)[0])
    known = {"draft": draft.split("/")[3], "contact": contact, "stay": of_place(client, f"{draft}lieux/")}
    return known | {"fiche": fiche, "index": fiche, "exposed": exposed}


def of_place(client: Client, page: str) -> str:
    """A place named on that page; an id of nothing for whoever may not."""
    client.post(page, declare.stay_form())
    found = re.findall(r"lieux/([0-9a-f-]{36})/", client.get(page).content.decode())
    return str(found[0]) if found else str(uuid4())


def of_counter(client: Client, patient: Patient) -> str:
    """Masks and a sampling that whoever stands at a counter has recorded; the id of the sampling, or of nothing."""
    client.post("/contact-covid/recherche/", patient.searched)
    masks = {"masks_delivered": "no"}
    test = {"test_done": "yes", "test_date": day(0), "test_kind": "pcr", "test_result": "pending"}
    client.post(f"{patient.path}modifier/", masks | test)
    found = re.findall(r"prelevement/([0-9a-f-]{36})/", client.get(patient.path).content.decode())
    return found[0] if found else str(uuid4())


def of_agent(client: Client, fiche: UUID) -> str:
    """The lease of that fiche for whoever may call; an id of nothing for anybody else."""
    answer = client.post("/contact-covid/appels/fiche/", {"fiche": str(fiche)})
    lease = re.findall(r"appels/([0-9a-f-]{36})/", answer.headers.get("Location", "")) or [str(uuid4())]
    return str(lease[0])


@cache
def of_agency(route: str) -> dict[str, str]:
    """A case, her cluster, a signal, a hand-over and a request of one agency, for each address its own."""
    fiche, _ = agency.case()
    held = agency.cluster(fiche)
    parts = {"cluster": held.id, "fiche": fiche.id, "member": uuid4(), "measure": uuid4()}
    if "signal" in route:
        parts["signal"] = agency.signal(name=f"École {held.number}").id
    if "asked" in route:
        parts["asked"] = agency.asked().id if "/demandes/" in route else agency.handed(agency.case()[0])
    return {name: str(id_) for name, id_ in parts.items()}


def of_board() -> dict[str, str]:
    """An agent of the platform, and that the one of Martinique may help it."""
    pair = Overflow.objects.get_or_create(fund="931", helper="972", defaults={"id": uuid4()})[0]
    agent = Post.objects.get(account__email=LOGINS[Role.PLATFORM_AGENT]).account_id
    return {"agent": str(agent), "overflow": str(pair.id)}


def of_team(client: Client) -> dict[str, str]:
    """A platform with an agent, an invitation to it, and an account that is no test's."""
    agent = Post.objects.get(account__email=LOGINS[Role.PLATFORM_AGENT])
    organisation = (agent.practice and agent.practice.organisation_id) or uuid4()
    team = f"/equipe/{organisation}/"
    invited = Invitation.objects.filter(organisation=organisation, closed_at=None)
    if not invited.exists():
        client.post(team, {"email": "invite@example.org", "role": Role.PLATFORM_AGENT.value})
    found = [str(each.id) for each in invited] or [str(uuid4())]
    nobody = Account.objects.get_or_create(email="personne@example.org", defaults=NOBODY)[0]
    post = Post.objects.get_or_create(account=nobody, organisation_id=organisation, defaults=AN_AGENT)[0]
    return {"organisation": str(organisation), "invitation": found[0], "post": str(post.id), "account": str(nobody.id)}


def may(role: Role | None, permission: Permission | None) -> bool:
    """Whether that role may once she has given her password."""
    grant = POLICY[permission].get(role) if permission and role else None
    return permission is None or (grant is not None and grant.assurance <= Assurance.PASSWORD)


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
def test_each_address_answers_as_the_policy_says(
    world: World, signed_in: SignedIn, path_of: Callable[[str, Client], str], role: Role | None
) -> None:
    client, answers = signed_in(LOGINS[role] if role else ""), {}
    for route, permission in ROUTES:
        path = path_of(route, client)
        answer = client.get(path)
        answers[route] = answer.status_code
        if answer.status_code == 302 and permission and role is None:
            assert answer.headers["Location"].startswith("/connexion/?suite=%2F")
    assert answers == {route: asked(role, route, permission) for route, permission in ROUTES}


def sent(role: Role | None, route: str, permission: Permission | None) -> set[int]:
    """The statuses of an empty form that the policy and the route ask for."""
    if permission and role is None:
        return {302}
    if not may(role, permission):
        return {403}
    if route in REACHED:
        return {REACHED[route][1]}
    return {200, 302} if route in FORMS_ONLY | PAGES_AND_FORMS else {405}


@pytest.mark.parametrize("role", [None, *LOGINS])
def test_each_form_answers_as_the_policy_says(
    world: World, signed_in: SignedIn, path_of: Callable[[str, Client], str], role: Role | None
) -> None:
    """An empty form: whoever may send it is told what is missing, nobody else learns even that."""
    client = signed_in(LOGINS[role] if role else "")
    # Logging out would end the session that the other tests share.
    answers = {
        route: client.post(path_of(route, client), {}).status_code for route in MARKS if route != "/deconnexion/"
    }
    asked_for = {route: sent(role, route, permission) for route, permission in ROUTES}
    assert {route: status for route, status in answers.items() if status not in asked_for[route]} == {}


def test_an_address_without_a_first_screen_for_the_role_says_so(signed_in: SignedIn) -> None:
    page = signed_in(LOGINS[Role.ADMINISTRATOR]).get("/contact-covid/")

    assert page.status_code == 403
    assert ERROR_PAGES[403].title in page.content.decode()


@pytest.mark.parametrize("role", [None, *LOGINS])
def test_every_answer_is_light_private_and_framed_by_nobody(
    signed_in: SignedIn, path_of: Callable[[str, Client], str], role: Role | None
) -> None:
    client = signed_in(LOGINS[role] if role else "")
    for route, _ in [*PAGES, ("/nulle-part/", None), ("/contact-covid/fiche/x/", None)]:
        answer = client.get(path_of(route, client))
        assert {name: answer.headers.get(name) for name in KEPT_PRIVATE} == KEPT_PRIVATE, route
        assert len(answer.content) < (LONGEST if LONG.fullmatch(route) else LIGHT), route
        assert not re.search(rb"<script>|<style|\sstyle=|\son\w+=|javascript:", answer.content), route


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
