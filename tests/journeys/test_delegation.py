"""A holder names who acts for her; the delegate acts under her own name, until the date or at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contact_covid.access.enums import Role
from contact_covid.accounts.models import Account, Post
from contact_covid.core.dates import date_fr
from contact_covid.core.period import PARIS
from contact_covid.demo.actions.cast import PASSWORD as DEMO_PASSWORD
from contact_covid.journal.models import Entry
from tests.journeys import declaring as declare
from tests.journeys.invited import NEW_ACCOUNT, PASSWORD, by_card, invitations_on
from tests.journeys.kinds import Visit
from tests.journeys.steps import day
from tests.journeys.web import Answer, Visitor
from tests.journeys.world import CLAIRE, HELENE, KARIM, SOPHIE, World, as_owner, member, post_at
from tests.mails import mail_to, path_in

LIST = "/mes-delegations/"


def named(email: str, kind: str = "replacement", since: int = 0, until: int = 30) -> dict[str, str]:
    return {"email": email, "kind": kind, "since": day(since), "until": day(until)}


@pytest.fixture
def holder(visitor: Visit, world: World) -> Callable[[str], Visitor]:
    def make(login: str) -> Visitor:
        return Visitor(f"http://{visitor().host}", by_card(login))

    return make


def accepted(holder: Visitor, visitor: Visit, email: str, kind: str = "replacement") -> Visitor:
    """A delegate who has just created her account, logged in."""
    assert holder.post(LIST, named(email, kind)).status == 302
    delegate = visitor()
    assert delegate.post(path_in(mail_to(email)), NEW_ACCOUNT).location == "/invitation/acceptee/"
    assert delegate.log_in(email, PASSWORD).location == "/accueil/"
    return delegate


def test_a_replacement_acts_for_the_holder_under_her_own_name(
    visitor: Visit, world: World, holder: Callable[[str], Visitor]
) -> None:
    claire, email = holder(CLAIRE), "remplacante@example.org"
    assert claire.post(LIST, named(email)).location == f"{LIST}?envoyee=1"
    mail = mail_to(email)
    assert "Claire VASSEUR" in mail
    assert "Remplaçant" in mail
    page = claire.get(f"{LIST}?envoyee=1")
    assert "Invitation envoyée" in page.text

    nobody, path = visitor(), path_in(mail)
    for _ in range(3):  # a look uses nothing
        offered = nobody.get(path)
        assert offered.status == 200
        assert member(CLAIRE).organisation.name in offered.text
    assert nobody.post(path, NEW_ACCOUNT).location == "/invitation/acceptee/"
    assert "Connectez-vous" in nobody.get("/invitation/acceptee/").text
    assert nobody.get(path).status == 410
    assert nobody.post(path, NEW_ACCOUNT).status == 410

    assert nobody.log_in(email, PASSWORD).location == "/accueil/"
    patient = world.patient()
    found = nobody.post("/contact-covid/recherche/", patient.searched)
    assert patient.name in nobody.get(found.location).text
    herself = Account.objects.get(email=email)
    entry = Entry.objects.filter(kind="people.searched").latest("id")
    assert (entry.account, entry.practice) == (herself.id, world.actor(CLAIRE).practice)
    told = Entry.objects.get(kind="accounts.invitation_accepted", account=herself.id)
    assert told.detail["holder"] == str(world.actor(CLAIRE).account)
    assert "ZÉRAFA" in claire.get(LIST).text
    assert "En cours" in claire.get(LIST).text

    by_number = visitor()
    assert by_number.log_in(member(CLAIRE).number, DEMO_PASSWORD).location == "/accueil/"
    assert "Claire VASSEUR" in by_number.get("/accueil/").text

    [invitation, *_] = invitations_on(claire.get(LIST))
    assert claire.post(f"{LIST}{invitation}/terminer/").location == f"{LIST}?terminee=1"
    assert nobody.get("/accueil/").status == 302
    assert "rattaché à aucune structure ouverte" in visitor().log_in(email, PASSWORD).text
    assert "Terminée" in claire.get(LIST).text
    assert claire.post(f"{LIST}{invitation}/terminer/").status == 302  # twice changes nothing
    assert Entry.objects.filter(kind="accounts.invitation_ended").count() == 1


def test_a_password_does_not_name_a_delegate_and_the_page_says_what_does(visitor: Visit) -> None:
    for page in (visitor(CLAIRE).get(LIST), visitor(CLAIRE).post(LIST, named("x@example.org"))):
        assert page.status == 403
        assert "carte CPS ou avec Pro Santé Connect" in page.text
    assert "Votre profil ne donne pas accès" in visitor(member_of(Role.DPO)).get(LIST).text


def member_of(role: Role) -> str:
    return Account.objects.filter(posts__role=role)[0].email


def test_a_delegate_cannot_delegate_even_by_card(
    visitor: Visit, world: World, holder: Callable[[str], Visitor]
) -> None:
    email = "sous-delegation@example.org"
    accepted(holder(CLAIRE), visitor, email)
    delegate = holder(email)
    assert delegate.get("/contact-covid/recherche/").status == 200
    assert delegate.get(LIST).status == 403
    assert delegate.post(LIST, named("autre@example.org")).status == 403
    with pytest.raises(StopIteration):
        mail_to("autre@example.org")


def test_a_delegation_ends_at_its_date_by_itself(visitor: Visit, holder: Callable[[str], Visitor]) -> None:
    email = "jusqu-au@example.org"
    claire = holder(CLAIRE)
    delegate = accepted(claire, visitor, email)
    post = Post.objects.get(account__email=email)
    assert post.ends_at
    assert date_fr(post.ends_at.astimezone(PARIS) - timedelta(days=1)) == day(30)
    as_owner("UPDATE accounts_post SET ends_at = now() WHERE id = %s", post.id)
    assert delegate.get("/accueil/").status == 302
    assert "Terminée" in claire.get(LIST).text


def test_a_secretary_registers_for_the_holder_and_sees_her_fiches(
    visitor: Visit, world: World, holder: Callable[[str], Visitor]
) -> None:
    helene = holder(HELENE)
    secretary = accepted(helene, visitor, "secretariat@example.org", "secretary")
    assert "Secrétaire" in secretary.get("/accueil/").text
    started = secretary.post(declare.START, declare.index_form(880))
    assert "/declarer/" in started.location
    assert secretary.get("/contact-covid/mes-fiches/").status == 200
    assert secretary.get("/contact-covid/recherche/").status == 403


def test_an_accountant_sees_no_patient_at_all(visitor: Visit, holder: Callable[[str], Visitor]) -> None:
    accountant = accepted(holder(HELENE), visitor, "comptable@example.org", "accountant")
    home = accountant.get("/accueil/")
    assert "Comptable" in home.text
    assert "Aucun service n’est ouvert à votre profil" in home.text
    for path in ("/contact-covid/declarer/", "/contact-covid/mes-fiches/", "/contact-covid/recherche/"):
        assert accountant.get(path).status == 403


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": ""}, "Le champ est requis."),
        ({"email": "pas une adresse"}, "Le format de l’adresse e-mail n’est pas valide."),
        ({"email": CLAIRE.upper()}, "Cette adresse est celle de votre compte"),
        ({"kind": "secretary"}, "Ce choix n’est pas proposé à votre profil"),
        ({"kind": "administrator"}, "Choisissez une des réponses proposées."),
        ({"since": day(-1)}, "La date de début est passée"),
        ({"until": day(-1)}, "La fin est avant le début"),
        ({"until": day(400)}, "Une délégation dure un an au plus."),
        ({"until": "31/02/2030"}, "La date saisie est invalide."),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    holder: Callable[[str], Visitor], typed: dict[str, str], said: str
) -> None:
    page = holder(CLAIRE).post(LIST, named("erreur@example.org") | typed)
    assert page.status == 200
    assert "<title>Erreur : Mes délégations" in page.text
    assert said in page.text
    assert f'value="{day(0)}"' in page.text or "since" in typed


def test_a_link_is_good_for_a_day_and_the_next_one_replaces_it(
    visitor: Visit, holder: Callable[[str], Visitor]
) -> None:
    claire, email, nobody = holder(CLAIRE), "relance@example.org", visitor()
    claire.post(LIST, named(email))
    first = path_in(mail_to(email))
    [invitation, *_] = invitations_on(claire.get(LIST))
    as_owner("UPDATE accounts_mailed_link SET expires_at = now() WHERE invitation_id = %s", invitation)
    as_owner("UPDATE accounts_invitation SET sent_at = now() - interval '24 hours' WHERE id = %s", invitation)
    assert nobody.get(first).status == 410
    assert "Invitation expirée" in claire.get(LIST).text

    assert claire.post(f"{LIST}{invitation}/renvoyer/").location == f"{LIST}?envoyee=1"
    second = path_in(mail_to(email))
    assert claire.post(f"{LIST}{invitation}/renvoyer/").status == 302
    assert nobody.get(second).status == 410
    third = path_in(mail_to(email))
    assert nobody.get(third).status == 200
    claire.post(f"{LIST}{invitation}/terminer/")
    assert nobody.get(third).status == 410
    assert claire.post(f"{LIST}{invitation}/renvoyer/").status == 404


def test_what_another_holder_delegated_answers_like_what_is_absent(
    visitor: Visit, holder: Callable[[str], Visitor]
) -> None:
    claire, karim = holder(CLAIRE), holder(KARIM)
    claire.post(LIST, named("de-claire@example.org"))
    [invitation, *_] = invitations_on(claire.get(LIST))
    absent = "00000000-0000-7000-8000-000000000000"

    def tried(which: object) -> list[tuple[int, str]]:
        return [karim.post(f"{LIST}{which}/{act}/").alike for act in ("renvoyer", "terminer")]

    assert tried(invitation) == tried(absent)
    assert tried(absent)[0][0] == 404
    assert "de-claire@example.org" not in karim.get(LIST).text
    with post_at(CLAIRE, KARIM):  # the same place is not the same holder
        assert tried(invitation) == tried(absent)


def test_a_delegate_with_an_account_adds_the_post_to_it(
    visitor: Visit, world: World, holder: Callable[[str], Visitor]
) -> None:
    world.colleague(SOPHIE, last_name="Zédé", email="zede@example.org")
    holder(CLAIRE).post(LIST, named("zede@example.org"))
    path = path_in(mail_to("zede@example.org"))
    stranger = visitor()
    assert "Créer votre compte" not in stranger.get(path).text
    taken = stranger.post(path, NEW_ACCOUNT)
    assert "Un compte utilise déjà cette adresse e-mail." in taken.text
    assert stranger.post(path, {"own": "1"}).location.startswith("/connexion/?suite=")

    zede = Visitor(f"http://{stranger.host}", world.token("zede@example.org"))
    assert "Accepter avec votre compte" in zede.get(path).text
    assert zede.post(path, {"own": "1"}).location == "/invitation/acceptee/"
    posts = Post.objects.filter(account__email="zede@example.org").order_by("id")
    assert [post.role for post in posts] == [Role.BIOLOGIST, Role.PHARMACIST]
    assert visitor().log_in("zede@example.org", DEMO_PASSWORD).location == "/accueil/"


def test_nobody_accepts_her_own_invitation(holder: Callable[[str], Visitor]) -> None:
    claire = holder(CLAIRE)
    claire.post(LIST, named("moi-bis@example.org"))
    answer = claire.post(path_in(mail_to("moi-bis@example.org")), {"own": "1"})
    assert "vient de votre propre compte" in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"last_name": ""}, "Le champ est requis."),
        ({"password": "court", "confirmation": "court"}, "Votre mot de passe doit avoir au moins 8 caractères."),
        ({"password": "Zérafa-Inès-1", "confirmation": "Zérafa-Inès-1"}, "ressemble trop à votre nom"),
        ({"confirmation": "Autre-Chose-9"}, "Les deux mots de passe sont différents."),
    ],
)
def test_a_wrong_new_account_is_told_and_the_link_is_whole(
    visitor: Visit, holder: Callable[[str], Visitor], typed: dict[str, str], said: str
) -> None:
    email = "a-corriger@example.org"
    holder(CLAIRE).post(LIST, named(email))
    nobody, path = visitor(), path_in(mail_to(email))
    page: Answer = nobody.post(path, NEW_ACCOUNT | typed)
    assert page.status == 200
    assert said in page.text
    assert PASSWORD not in page.text
    assert 'value="Inès"' in page.text
    assert nobody.get(path).status == 200
    assert not Account.objects.filter(email=email).exists()


def test_a_disabled_holder_has_no_delegates_any_more(
    visitor: Visit, world: World, holder: Callable[[str], Visitor]
) -> None:
    login = world.colleague(KARIM, last_name="Zola", email="zola@example.org")
    delegate = accepted(holder(login), visitor, "chez-zola@example.org")
    administrator = visitor(member_of(Role.ADMINISTRATOR))
    account = Account.objects.get(email=login).id
    assert administrator.post(f"/comptes/{account}/desactiver/").status == 302
    assert delegate.get("/accueil/").status == 302
