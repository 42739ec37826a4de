"""The parts of an address that exist for a visitor, as far as anybody of her role may see them."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from contact_covid.access.enums import Assurance, Permission, Role
from contact_covid.access.policy import POLICY
from contact_covid.accounts.models import Account, Invitation, Post
from contact_covid.portal.access import views
from contact_covid.tracing.models import Exposure, Fiche
from contact_covid.worklist.models import Delegation, Overflow, Team
from tests.journeys import agency
from tests.journeys import declaring as declare
from tests.journeys.doubling import of_rights_and_doubles
from tests.journeys.steps import day
from tests.journeys.world import LOGINS, Patient, World

ROUTES = [(route, getattr(view, "permission", None)) for route, view in views()]

NOBODY = {"id": uuid4(), "last_name": "Personne", "created_at": timezone.now()}
AN_AGENT = {"id": uuid4(), "role": Role.PLATFORM_AGENT, "starts_at": timezone.now()}


def path_of(
    world: World, patient: Patient, route: str, client: Client, registrant: dict[str, str] | None = None
) -> str:
    """The address of a route. ``registrant``: what ``of_registrant`` made before, for visits that change nothing."""
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
    if "<uuid:draft>" in route or "mes-fiches/<" in route:
        parts |= registrant or of_registrant(client)
    if "<uuid:lease>" in route:
        person = world.patient()
        entrusted(person.index_fiche, person.fiche)
        of_index = route.endswith("/contact/") or "/lieux/" in route
        parts["lease"] = of_agent(client, person.index_fiche if of_index else person.fiche)
    for whose in ("mes-fiches", "appels") if "<uuid:stay>" in route else ():
        if f"/{whose}/" in route:
            id_ = parts["fiche" if whose == "mes-fiches" else "lease"]
            parts["stay"] = of_place(client, f"/contact-covid/{whose}/{id_}/lieux/")
    if "/ars/" in route or "/demandes/<" in route or "/transmissions/<" in route:
        parts |= world.once(route, of_agency)
    if "/equipe/<" in route or "/comptes/<" in route:
        parts |= of_team(client)
    parts |= of_board() if "/tableau/" in route else {}
    parts |= {"job": of_job(client)} if "<uuid:job>" in route else {}
    parts |= {"delegation": str(entrusted(UUID(parts["fiche"])))} if "/delegations/" in route else {}
    parts |= of_rights_and_doubles(route, world)
    if "<uuid:index>" in route:
        parts["fiche"] = parts.get("exposed", parts["fiche"])
    return re.sub(
        r"<\w+:(\w+)>",
        lambda part: {**parts, "postcode": "93100", "token": "x" * 43}.get(part[1], str(uuid4())),
        route,
    )


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
    answer = client.post("/contact-covid/appels/fiche/", {"fiche": str(fiche), "entrant": "1"})
    lease = re.findall(r"appels/([0-9a-f-]{36})/", answer.headers.get("Location", "")) or [str(uuid4())]
    return str(lease[0])


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
    """An agent and a team of the platform, and that the one of Martinique may help it."""
    post = Post.objects.select_related("practice").get(account__email=LOGINS[Role.PLATFORM_AGENT])
    place = (post.practice and post.practice.organisation_id) or uuid4()
    made = {"id": uuid4(), "changed_at": timezone.now()}
    team = Team.objects.get_or_create(organisation=place, name="Équipe des adresses", defaults=made)[0]
    pair = Overflow.objects.get_or_create(fund="931", helper="972", defaults={"id": uuid4()})[0]
    return {"agent": str(post.account_id), "overflow": str(pair.id), "team": str(team.id)}


def entrusted(*fiches: UUID) -> UUID:
    """Fiches that the organisation of the delegated tracer calls; its delegation. Who is on the line goes on."""
    post = Post.objects.select_related("practice").get(account__email=LOGINS[Role.DELEGATED_TRACER])
    place, now = post.practice and post.practice.organisation_id, timezone.now()
    assert place
    until = now + timedelta(days=3)
    made = Delegation.objects.create(id=uuid4(), fund="931", organisation=place, by=uuid4(), since=now, until=until)
    Fiche.objects.filter(id__in=fiches).update(delegation=made.id, delegated_to=place, delegated_until=until)
    return made.id


def of_job(client: Client) -> str:
    """An act on many fiches that this visitor prepares; an id of nothing for whoever may not."""
    said = {"act": "close_followed", "tout": "1", "kind": "index", "idempotency_key": str(uuid4())}
    answer = client.post("/contact-covid/lots/nouveau/", said)
    found = re.findall(r"lots/([0-9a-f-]{36})/", answer.headers.get("Location", "")) or [str(uuid4())]
    return str(found[0])


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
