"""An organisation's accounts, for its supervisor, who knows no other organisation; any account, for administrators."""

from uuid import UUID, uuid4

import pytest

from contact_covid.access.enums import Role
from contact_covid.accounts.models import Account, Post
from contact_covid.journal.models import Entry
from tests.journeys.invited import NEW_ACCOUNT, PASSWORD
from tests.journeys.kinds import Visit
from tests.journeys.web import Visitor
from tests.journeys.world import ADMINISTRATOR, CLAIRE, World, as_owner, member
from tests.mails import mail_to, path_in
from tests.weights import LIGHT

ISABELLE, THIERRY = "isabelle.fournier@example.org", "thierry.sainte-rose@example.org"
JULIEN = "julien.moreau@example.org"


def team(login: str) -> tuple[UUID, str]:
    """The organisation of that account and the path of its page."""
    post = Post.objects.select_related("practice").get(account__email=login)
    organisation = post.practice.organisation_id if post.practice else None
    assert organisation
    return organisation, f"/equipe/{organisation}/"


def invite(supervisor: Visitor, path: str, email: str, role: Role = Role.PLATFORM_AGENT) -> str:
    """Invites and returns the path in the mail."""
    assert supervisor.post(path, {"email": email, "role": role.value}).location == f"{path}?envoyee=1"
    return path_in(mail_to(email))


def test_a_supervisor_invites_an_agent_and_ends_her_access(visitor: Visit, world: World) -> None:
    isabelle, agent, email = visitor(ISABELLE), visitor(), "nouvel.agent@example.org"
    organisation, path = team(ISABELLE)
    assert isabelle.get("/equipe/").location == path
    link = invite(isabelle, path, email)
    assert "Agent de plateforme" in mail_to(email)
    assert email in isabelle.get(path).text

    assert agent.post(link, NEW_ACCOUNT).location == "/invitation/acceptee/"
    assert agent.log_in(email, PASSWORD).location == "/accueil/"
    assert agent.get("/contact-covid/appels/").status == 200
    post = Post.objects.get(account__email=email)
    assert (post.organisation_id, post.fund_id) == (organisation, "931")
    page = isabelle.get(path).text
    assert "ZÉRAFA" in page
    assert "Julien MOREAU" in page
    assert agent.get(path).status == 403

    assert isabelle.post(f"{path}terminer/{post.id}/").location == f"{path}?terminee=1"
    assert agent.get("/contact-covid/appels/").status == 302
    assert "rattaché à aucune structure ouverte" in visitor().log_in(email, PASSWORD).text
    assert "ZÉRAFA" not in isabelle.get(path).text
    assert isabelle.post(f"{path}terminer/{post.id}/").status == 302  # twice changes nothing
    ended = Entry.objects.get(kind="accounts.post_ended")
    assert (ended.account, ended.detail["account"]) == (world.actor(ISABELLE).account, str(post.account_id))


def test_a_supervisor_never_sees_another_organisation(visitor: Visit) -> None:
    isabelle, thierry = visitor(ISABELLE), visitor(THIERRY)
    _, path = team(ISABELLE)
    _, elsewhere = team(THIERRY)
    invite(isabelle, path, "d-isabelle@example.org")
    invitation = as_owner("SELECT id FROM accounts_invitation WHERE email = 'd-isabelle@example.org'")[0][0]
    julien = Post.objects.get(account__email=JULIEN).id

    def tried(team_path: str, post: UUID, invitation: UUID) -> list[tuple[int, str]]:
        form = {"email": "intrus@example.org", "role": Role.PLATFORM_AGENT.value}
        answers = [thierry.get(team_path), thierry.post(team_path, form)]
        answers += [thierry.post(f"{team_path}terminer/{post}/")]
        answers += [thierry.post(f"{team_path}invitation/{invitation}/{act}/") for act in ("renvoyer", "retirer")]
        return [answer.alike for answer in answers]

    absent = tried(f"/equipe/{uuid4()}/", uuid4(), uuid4())
    assert {status for status, _ in absent} == {404}
    assert tried(path, julien, invitation) == absent
    # Under his own organisation, what belongs to the other one is not there either.
    assert thierry.post(f"{elsewhere}terminer/{julien}/").alike == absent[0]
    assert thierry.post(f"{elsewhere}invitation/{invitation}/retirer/").alike == absent[0]
    assert Post.objects.get(id=julien).ends_at is None
    assert isabelle.get(path_in(mail_to("d-isabelle@example.org"))).status == 200
    # What is no team is absent too, for an administrator as well.
    pharmacy = Post.objects.select_related("practice").get(account__email=CLAIRE).practice
    assert pharmacy
    assert visitor(ADMINISTRATOR).get(f"/equipe/{pharmacy.organisation_id}/").status == 404


def test_a_supervisor_gives_the_roles_of_a_platform_only_and_keeps_her_own_access(visitor: Visit) -> None:
    isabelle = visitor(ISABELLE)
    _, path = team(ISABELLE)
    for role in (Role.ADMINISTRATOR, Role.DPO, Role.PHYSICIAN, Role.SYSTEM):
        page = isabelle.post(path, {"email": "trop@example.org", "role": role.value})
        assert page.status == 200
        assert "Ce choix n’est pas proposé à votre profil" in page.text
    mine = Post.objects.get(account__email=ISABELLE)
    answer = isabelle.post(f"{path}terminer/{mine.id}/")
    assert "Vous ne pouvez pas terminer votre propre accès" in isabelle.get(answer.location).text
    assert isabelle.get("/accueil/").status == 200


def test_an_invitation_taken_back_opens_nothing(visitor: Visit) -> None:
    isabelle = visitor(ISABELLE)
    _, path = team(ISABELLE)
    link = invite(isabelle, path, "retiree@example.org")
    invitation = as_owner("SELECT id FROM accounts_invitation WHERE email = 'retiree@example.org'")[0][0]
    assert isabelle.post(f"{path}invitation/{invitation}/renvoyer/").location == f"{path}?envoyee=1"
    assert visitor().get(link).status == 410
    link = path_in(mail_to("retiree@example.org"))
    assert isabelle.post(f"{path}invitation/{invitation}/retirer/").location == f"{path}?retiree=1"
    assert visitor().get(link).status == 410
    assert visitor().post(link, NEW_ACCOUNT).status == 410
    assert not Account.objects.filter(email="retiree@example.org").exists()
    assert isabelle.post(f"{path}invitation/{invitation}/renvoyer/").status == 404


def test_a_long_team_is_shown_page_by_page(visitor: Visit, world: World) -> None:
    isabelle = visitor(ISABELLE)
    _, path = team(ISABELLE)
    for n in range(24):
        world.colleague(JULIEN, last_name=f"Zlong{n:02d}", email=f"zlong{n}@example.org")
    seen: list[str] = []
    page = isabelle.get(path)
    while "?comptes=" in page.text:
        assert len(page.text.encode()) < LIGHT
        seen.append(page.text)
        page = isabelle.get(path + "?comptes=" + page.text.split("?comptes=")[1].split('"')[0])
    seen.append(page.text)
    assert [sum(f"ZLONG{n:02d}</b>" in text for text in seen) for n in range(24)] == [1] * 24
    assert isabelle.get(f"{path}?comptes=x").status == 404


def test_an_administrator_finds_disables_and_opens_any_account_again(visitor: Visit, world: World) -> None:
    login = world.colleague(CLAIRE, last_name="Zidane", email="zidane@example.org")
    administrator, zidane = visitor(ADMINISTRATOR), Visitor(f"http://{visitor().host}", world.new_token(login))
    assert administrator.get("/equipe/").location == "/comptes/"
    found = administrator.post("/comptes/", {"login": login.upper()})
    account = Account.objects.get(email=login).id
    assert "Dominique ZIDANE" in found.text
    assert f"/comptes/{account}/" in found.text
    by_number = administrator.post("/comptes/", {"login": member(CLAIRE).number})
    assert "Claire VASSEUR" in by_number.text
    page = administrator.get(f"/comptes/{account}/")
    assert "Pharmacien" in page.text
    assert login in page.text

    assert zidane.get("/accueil/").status == 200
    assert administrator.post(f"/comptes/{account}/desactiver/").location == f"/comptes/{account}/"
    assert zidane.get("/accueil/").status == 302
    assert "Désactivé" in administrator.get(f"/comptes/{account}/").text
    assert administrator.post(f"/comptes/{account}/reactiver/").status == 302
    assert visitor().log_in(login, "Tandem-Bleu-2020").location == "/accueil/"
    kinds = Entry.objects.filter(detail__account=str(account)).order_by("id").values_list("kind", flat=True)
    assert {"accounts.disabled", "accounts.enabled"} <= set(kinds)


def test_an_administrator_does_not_shut_herself_out(visitor: Visit, world: World) -> None:
    administrator = visitor(ADMINISTRATOR)
    herself = world.actor(ADMINISTRATOR).account
    assert "C’est votre propre compte" in administrator.get(f"/comptes/{herself}/").text
    administrator.post(f"/comptes/{herself}/desactiver/")
    assert administrator.get("/accueil/").status == 200
    assert administrator.get(f"/comptes/{uuid4()}/").status == 404
    assert administrator.post(f"/comptes/{uuid4()}/desactiver/").status == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Le champ est requis."),
        ({"login": "personne@nulle.part"}, "Aucun résultat"),
        ({"organisation": "Pl"}, "Saisissez au moins 3 caractères"),
        ({"organisation": "zzzz"}, "Aucun résultat"),
    ],
)
def test_a_search_without_result_says_what_to_do(visitor: Visit, typed: dict[str, str], said: str) -> None:
    assert said in visitor(ADMINISTRATOR).post("/comptes/", typed).text


def test_an_administrator_opens_an_organisation_by_its_name_and_invites_its_agents(visitor: Visit) -> None:
    administrator = visitor(ADMINISTRATOR)
    agency = Post.objects.select_related("practice__organisation").filter(role=Role.ARS_AGENT)[0].practice
    assert agency
    assert agency.organisation
    path = f"/equipe/{agency.organisation_id}/"
    assert path in administrator.post("/comptes/", {"organisation": agency.organisation.name[4:12]}).text
    link = invite(administrator, path, "agence@example.org", Role.ARS_AGENT)
    assert visitor().post(link, NEW_ACCOUNT).status == 302
    post = Post.objects.get(account__email="agence@example.org")
    assert (post.role, post.region_id) == (Role.ARS_AGENT, agency.organisation.region_id)


def test_the_home_page_leads_to_what_each_manages(visitor: Visit) -> None:
    links = {
        CLAIRE: ["/mes-delegations/"],
        ISABELLE: ["/equipe/"],
        ADMINISTRATOR: ["/comptes/"],
        JULIEN: [],
    }
    for login, wanted in links.items():
        page = visitor(login).get("/accueil/").text
        assert [path for path in ("/mes-delegations/", "/equipe/", "/comptes/") if f'href="{path}"' in page] == wanted
