"""A supervisor's teams on their pages, the board and the list filtered by them, and fiches shared out in one."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.accounts.models import Post
from contact_covid.worklist.actions.jobs import run_round
from contact_covid.worklist.models import Assignment, Job, Team, TeamMember
from tests.journeys.calls import ISABELLE, JULIEN, KETTY, START, empty_queue, text, waiting
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import LEFT_BY_READING, watched, written
from tests.journeys.world import World, account_name, as_owner

BOARD = "/contact-covid/tableau/"
TEAMS, NEW = f"{BOARD}equipes/", f"{BOARD}equipes/nouvelle/"
NEW_JOB = "/contact-covid/lots/nouveau/"


@pytest.fixture(autouse=True)
def _quiet(world: World) -> None:
    empty_queue()
    for table in ("team", "assignment"):
        as_owner(f"DELETE FROM worklist_{table}" if table != "team" else "TRUNCATE worklist_team CASCADE")


@pytest.fixture
def isabelle(signed_in: SignedIn) -> Client:
    return signed_in(ISABELLE)


def account(login: str) -> UUID:
    found = Post.objects.filter(account__email=login).values_list("account", flat=True)[0]
    assert isinstance(found, UUID)
    return found


def sent(**said: object) -> dict[str, object]:
    return {"idempotency_key": str(uuid4()), "name": "Équipe du matin", "work": "language:wo", **said}


def made(isabelle: Client, **said: object) -> str:
    form = sent(agents=[str(account(JULIEN))], **said)
    assert isabelle.post(NEW, form).headers["Location"] == f"{TEAMS}?fait=enregistree"
    return f"{TEAMS}{Team.objects.latest('changed_at').id}/"


def test_a_team_is_made_shown_changed_and_deleted(world: World, isabelle: Client) -> None:
    assert "Aucune équipe" in text(isabelle.get(TEAMS))
    page = made(isabelle)
    listed = text(isabelle.get(TEAMS))
    assert ("Équipe du matin" in listed, "Wolof d’abord" in listed, "1 agent" in listed) == (True, True, True)
    form = text(isabelle.get(page))
    assert re.search(rf'value="{account(JULIEN)}" checked', form)
    assert isabelle.post(page, sent(version="1", name="Soir", work="", agents=[])).status_code == 302
    team = Team.objects.get()
    assert (team.name, team.work, TeamMember.objects.count()) == ("Soir", "", 0)
    assert isabelle.post(f"{page}supprimer/").headers["Location"] == f"{TEAMS}?fait=supprimee"
    assert isabelle.get(page).status_code == 404


def test_two_clicks_are_one_team_and_other_words_under_its_key_are_told(world: World, isabelle: Client) -> None:
    form = sent(agents=[])
    assert [isabelle.post(NEW, form).status_code for _ in range(2)] == [302, 302]
    assert Team.objects.count() == 1
    assert isabelle.post(NEW, form | {"name": "Autre"}).status_code == 409


def test_of_two_tabs_the_second_is_told_what_is_stored_and_loses_nothing(world: World, isabelle: Client) -> None:
    page = made(isabelle)
    assert isabelle.post(page, sent(version="1", name="Premier onglet", agents=[])).status_code == 302
    answer = isabelle.post(page, sent(version="1", name="Second onglet", agents=[str(account(JULIEN))]))
    told = text(answer)
    assert answer.status_code == 409
    assert "Cette équipe a été modifiée entre-temps." in told
    assert "Premier onglet, wolof d’abord. Agents : aucun." in told
    assert 'value="Second onglet"' in told
    assert 'name="version" value="2"' in told
    assert Team.objects.get().name == "Premier onglet"
    assert isabelle.post(page, sent(version="2", name="Second onglet", agents=[])).status_code == 302


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": ""}, "Le champ est requis."),
        ({"name": "équipe DU matin"}, "Une autre équipe porte déjà ce nom"),
        ({"work": "language:fr"}, "Sélectionnez"),
        ({"work": "department:2A"}, "Sélectionnez"),
        ({"agents": [str(uuid4())]}, "Sélectionnez"),
    ],
)
def test_wrong_input_is_told_and_kept(world: World, isabelle: Client, said: dict[str, object], told: str) -> None:
    made(isabelle)
    page = text(isabelle.post(NEW, sent(name="Nuit") | said))
    assert "Erreur : " in page
    assert Team.objects.count() == 1
    if "Sélectionnez" not in told:
        assert told in page


def test_the_board_and_the_list_are_filtered_by_team(world: World, isabelle: Client) -> None:
    page = made(isabelle)
    team = page.rstrip("/").rpartition("/")[2].replace("-", "")
    patient, other = waiting(world), waiting(world)
    form = {"act": "assign_team", "to_team": str(UUID(team)), "choisie": [patient.fiche.hex], "idempotency_key": "one"}
    job = isabelle.post(NEW_JOB, form).headers["Location"]
    assert "Répartir dans une équipe : Équipe du matin" in text(isabelle.get(job))
    isabelle.post(job, {"act": "lancer"})
    while run_round(job=Job.objects.latest("at").id, now=timezone.now()):
        pass
    assert Assignment.objects.get().account == account(JULIEN)
    assert "1 fiche attribuée" in text(isabelle.get(job))
    listed = text(isabelle.get(f"{START}?team={team}"))
    assert (patient.name in listed, other.name in listed) == (True, False)
    assert "Seulement : équipe « Équipe du matin »." in listed
    board = text(isabelle.get(f"{BOARD}?equipe={team}")).partition('id="t-agents"')[2]
    assert account_name(JULIEN) in board
    assert f"<b>{account_name(ISABELLE)}</b>" not in board
    isabelle.post(job, {"act": "annuler"})
    while run_round(job=Job.objects.latest("at").id, now=timezone.now()):
        pass
    assert not Assignment.objects.exists()


def test_every_criterion_is_in_the_address_and_stays_over_pages(world: World, isabelle: Client) -> None:
    people = [waiting(world) for _ in range(27)]
    for each in people:
        as_owner("UPDATE tracing_fiche SET language = 'wo' WHERE id = %s", each.fiche)
    form = text(isabelle.get("/contact-covid/appels/filtre/?language=wo&state=to_call"))
    assert '<option value="wo" selected>Wolof' in form
    assert account_name(JULIEN) in form
    page = text(isabelle.get(f"{START}?language=wo&factor=&late=&agent=&sort=creation"))
    assert "Seulement : langue Wolof." in page
    assert 'type="hidden" name="language" value="wo"' in page
    following = re.findall(r'rel="next" href="([^"]+)"', page)[0]
    assert "language=wo" in following
    assert people[0].name in text(isabelle.get(f"{START}{following}"))
    for wrong in ("language=xx", "agent=julien", "team=1", "factor=' OR 1", "late=2", "delegated=%00"):
        assert "Seulement" not in text(isabelle.get(f"{START}?{wrong}"))


def test_a_filtered_list_costs_eight_statements_at_most_and_writes_nothing(world: World, isabelle: Client) -> None:
    waiting(world)
    team = made(isabelle).rstrip("/").rpartition("/")[2].replace("-", "")
    ids = f"agent={account(JULIEN).hex}&delegated={uuid4().hex}&team={team}"
    for query in ("late=1", ids, "language=fr&factor=aged", "choisir=1&state=to_call"):
        with watched() as seen:
            isabelle.get(f"{START}?{query}")
        assert len(seen) <= 8, (query, seen)
        assert written(seen) <= LEFT_BY_READING


def test_an_agent_asks_for_what_is_given_to_her_and_for_nobody_else_s(world: World, signed_in: SignedIn) -> None:
    form = text(signed_in(JULIEN).get("/contact-covid/appels/filtre/"))
    assert ("moi" in form, account_name(ISABELLE) in form.partition("<main")[2]) == (True, False)
    assert "Équipe" not in form.partition("<main")[2]


def test_teams_are_the_supervisors_of_the_platform_only(world: World, isabelle: Client, signed_in: SignedIn) -> None:
    page = made(isabelle)
    julien, elsewhere = signed_in(JULIEN), signed_in("thierry.sainte-rose@example.org")
    for client, status in ((julien, 403), (elsewhere, 404)):
        assert client.get(page).status_code == status
        assert client.post(f"{page}supprimer/").status_code == status
    assert "Équipe du matin" not in text(elsewhere.get(TEAMS))
    assert account_name(KETTY) not in text(isabelle.get(page))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Traitement : Le champ est requis."),
        ({"act": "assign"}, "Agent : Le champ est requis."),
        ({"act": "delegate", "last_day": "31/02/2020"}, "La date saisie est invalide."),
        ({"act": "close_followed", "last_day": "31/02/2020"}, ""),
    ],
)
def test_an_act_without_what_it_needs_is_told(
    world: World, isabelle: Client, said: dict[str, object], told: str
) -> None:
    patient = waiting(world)
    answer = isabelle.post(NEW_JOB, {"choisie": [patient.fiche.hex], "idempotency_key": str(uuid4()), **said})
    assert answer.status_code == (200 if told else 302)
    assert told in text(answer)
    if told:
        assert f'name="choisie" value="{patient.fiche.hex}"' in text(answer)


def test_nothing_ticked_is_nothing_not_everything(world: World, isabelle: Client) -> None:
    waiting(world)
    assert "Aucune fiche à traiter" in text(isabelle.post(NEW_JOB, {"kind": "contact"}))
    answer = isabelle.post(NEW_JOB, {"kind": "contact", "act": "close_followed", "idempotency_key": str(uuid4())})
    assert "Aucune fiche à traiter" in text(isabelle.get(answer.headers["Location"]))
