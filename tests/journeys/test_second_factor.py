"""The second factor over HTTP, where searching patients asks for one: at the login, at the counter, on one device."""

import base64
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from types import SimpleNamespace
from typing import cast

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from contact_covid.access.enums import Assurance
from contact_covid.accounts.actions.sessions import open_session
from contact_covid.accounts.enums import Step
from contact_covid.accounts.factors import rules
from contact_covid.accounts.models import Account, Post
from tests.journeys.kinds import Visit
from tests.journeys.web import Answer, Visitor
from tests.journeys.world import CLAIRE, HELENE, KARIM, SOPHIE, World, as_owner, new_colleague
from tests.messaging.mail import Keeper, mail_server
from tests.server import Server, wait_until

SEARCH = "/contact-covid/recherche/"
ASKED = "/verification/?suite=%2Fcontact-covid%2Frecherche%2F"


@pytest.fixture(scope="module")
def post_office() -> Iterator[tuple[Keeper, SimpleNamespace]]:
    """A mail server, and where it is."""
    place = SimpleNamespace()
    with mail_server(cast(Settings, place)) as keeper:
        yield keeper, place


@pytest.fixture(scope="module")
def service(world: World, server: Callable[..., Server], post_office: tuple[Keeper, SimpleNamespace]) -> Server:
    """The service as outside a demo: its own default says that a search asks for a second factor."""
    place = post_office[1]
    environment = {"EMAIL_HOST": place.EMAIL_HOST, "EMAIL_PORT": str(place.EMAIL_PORT)}
    return server(world.database, worker=True, SECOND_FACTOR_FOR="fiche.search", **environment)


@pytest.fixture
def mailbox(post_office: tuple[Keeper, SimpleNamespace]) -> Keeper:
    return post_office[0]


def log_in(visitor: Visitor, login: str, suite: str = SEARCH) -> Answer:
    """Up to the first page behind the door."""
    answer = visitor.log_in(login, suite=f"?suite={suite}")
    return visitor.get(answer.location)


def ask_for_mail(visitor: Visitor, mailbox: Keeper, query: str = "") -> str:
    """Has a code mailed by the real worker and reads it in the box."""
    before = len(mailbox.received)
    answer = visitor.post(f"/verification/e-mail/{query}")
    assert "envoye=1" in answer.location
    wait_until(lambda: any(map(codes_in, mailbox.received[before:])), seconds=30)
    [code] = [code for mail in mailbox.received[before:] for code in codes_in(mail)]
    return code


def codes_in(mail: EmailMessage) -> list[str]:
    """The code of a mail; none of a notice that comes late."""
    text = mail.get_body(("plain",))
    assert text is not None
    return re.findall(r"^(\d{6})\r?$", text.get_content(), re.MULTILINE)


def test_a_login_goes_through_the_mailed_code_to_where_it_was_going(
    visitor: Visit, world: World, mailbox: Keeper
) -> None:
    someone, login = visitor(), new_colleague(world, "alix")
    asked = log_in(someone, login)
    assert (asked.status, asked.location) == (302, ASKED)
    page = someone.get(asked.location)
    assert "a•••@example.org" in page.text
    assert login not in page.text
    before = someone.cookies["session"]

    code = ask_for_mail(someone, mailbox, "?suite=/contact-covid/recherche/")
    told = someone.get(f"{ASKED}&envoye=1")
    assert "Un code à 6 chiffres vient d’être envoyé à a•••@example.org" in told.text
    wrong = someone.post(ASKED, {"code": f"{(int(code) + 1) % 1_000_000:06}"})
    assert wrong.title.startswith("Erreur : ")
    assert "Ce code n’est pas le bon" in wrong.text
    empty = someone.post(ASKED, {"code": ""})
    assert "Le champ est requis." in empty.text

    right = someone.post(ASKED, {"code": f" {code[:3]} {code[3:]} "})
    assert (right.status, right.location) == (302, SEARCH)
    assert someone.cookies["session"] != before
    assert someone.get(SEARCH).status == 200
    assert Visitor(f"http://{someone.host}", before).get(SEARCH).location.startswith("/connexion/")
    assert someone.get(ASKED).location == SEARCH  # the way back of the browser
    assert someone.post(ASKED, {"code": code}).location == SEARCH  # the other tab


def test_who_does_not_search_is_asked_nothing(visitor: Visit) -> None:
    physician = visitor()
    assert log_in(physician, HELENE, "/accueil/").status == 200


@pytest.mark.parametrize("login", [CLAIRE, SOPHIE], ids=["pharmacist", "biologist"])
def test_a_session_too_weak_for_the_counter_steps_up_and_comes_back(
    visitor: Visit, world: World, mailbox: Keeper, login: str
) -> None:
    """As after the policy was tightened, or a change of post: the session was opened before."""
    someone = Visitor(f"http://{visitor().host}", world.new_token(login))
    assert someone.get("/accueil/").status == 200
    patient = world.patient()
    for sent, lost in ((someone.get(SEARCH), False), (someone.post(SEARCH, patient.searched), True)):
        assert sent.location.startswith(ASKED)
        page = someone.get(sent.location)
        assert ("Votre dernière saisie n’a pas été enregistrée" in page.text) is lost
        assert patient.nir not in sent.location + page.text

    code = ask_for_mail(someone, mailbox, "?suite=/contact-covid/recherche/")
    assert someone.post(ASKED, {"code": code}).location == SEARCH
    assert someone.post(SEARCH, patient.searched).status == 302
    assert someone.get("/verification/?suite=//mal.exemple/").location == "/accueil/"


def test_a_device_is_remembered_for_its_account_alone(visitor: Visit, world: World, mailbox: Keeper) -> None:
    someone, login = visitor(), new_colleague(world, "camille")
    log_in(someone, login)
    code = ask_for_mail(someone, mailbox)
    passed = someone.post(ASKED, {"code": code, "remember": "on"})
    cookie = passed.cookies["proven"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", str(12 * 3600))

    someone.post("/deconnexion/")
    assert log_in(someone, login).status == 200
    assert "Connexion par identifiant, mot de passe et appareil mémorisé" in someone.get("/compte/evenements/").text
    # A colleague at the same computer who knows the password adds no factor of her own.
    aside = someone.get("/compte/verification/").location
    assert aside.startswith(f"{ASKED.partition('?')[0]}?suite=")
    assert someone.get(aside).status == 200
    someone.post("/deconnexion/")
    assert log_in(someone, new_colleague(world, "dany")).location == ASKED
    elsewhere = visitor()
    assert log_in(elsewhere, login).location == ASKED


def test_the_fifth_wrong_code_says_how_long_to_wait(visitor: Visit, world: World, mailbox: Keeper) -> None:
    someone, login = visitor(), new_colleague(world, "eloi")
    log_in(someone, login)
    code = ask_for_mail(someone, mailbox)
    answers = [someone.post(ASKED, {"code": f"{(int(code) + n) % 1_000_000:06}"}).text for n in range(1, 6)]
    assert ["Trop de codes incorrects. Réessayez dans 15 min" in text for text in answers] == [False] * 4 + [True]
    assert "Trop de codes incorrects" in someone.post(ASKED, {"code": code}).text


def test_the_steps_of_a_session_open_no_other_page(visitor: Visit, world: World) -> None:
    someone, login = visitor(), new_colleague(world, "fanny")
    log_in(someone, login)
    for path in ("/accueil/", SEARCH, "/compte/verification/", "/compte/verification/cle/"):
        assert someone.get(path).location.startswith("/verification/?suite=")
    for path in ("application", "cle/demande", "codes-de-secours"):
        assert someone.post(f"/compte/verification/{path}/").location.startswith("/verification/?suite=")


def shown_secret(page: Answer) -> bytes:
    return base64.b32decode(re.findall(r'id="cle">([A-Z2-7 ]+)<', page.text)[0].replace(" ", ""))


def add_application(someone: Visitor, name: str = "Mon téléphone") -> bytes:
    assert someone.post("/compte/verification/application/").location == "/compte/verification/application/"
    secret = shown_secret(someone.get("/compte/verification/application/"))
    code = rules.code_at(secret, rules.step_of(timezone.now()))
    added = someone.post("/compte/verification/application/", {"name": name, "code": code})
    assert added.location == "/compte/verification/?ajoute=1"
    return secret


def test_an_application_is_added_used_renamed_and_removed(visitor: Visit, world: World, mailbox: Keeper) -> None:
    someone, login = visitor(), new_colleague(world, "gael")
    log_in(someone, login)
    code = ask_for_mail(someone, mailbox)
    assert someone.post(ASKED, {"code": code, "add": "1"}).location == "/compte/verification/"
    secret = add_application(someone)
    page = someone.get("/compte/verification/?ajoute=1")
    assert "Mon téléphone" in page.text
    assert "Vous n’avez aucun code de secours." in page.text
    codes = re.findall(
        r"<li>([0-9A-Z]{5}-[0-9A-Z]{5})</li>", someone.post("/compte/verification/codes-de-secours/").text
    )
    assert len(codes) == 10
    sent_again = someone.post("/compte/verification/codes-de-secours/")  # a reload, a second click
    assert "Vos codes de secours ont changé" in sent_again.text
    assert not re.search(r"<li>[0-9A-Z]{5}-[0-9A-Z]{5}</li>", sent_again.text)
    assert re.search(r'name="instead_of" value="[0-9a-f]{64}"', sent_again.text), "from here others can be made"

    again = visitor()
    assert log_in(again, login).location == ASKED
    later = rules.code_at(secret, rules.step_of(timezone.now()) + 1)
    assert again.post(ASKED, {"code": later}).location == SEARCH
    third = visitor()
    log_in(third, login)
    assert "Ce code n’est pas le bon" in third.post(ASKED, {"code": later}).text
    assert third.post(ASKED, {"code": codes[0].lower()}).location == SEARCH

    [factor] = re.findall(r'href="(/compte/verification/[0-9a-f-]{36}/)"', page.text)
    assert "Le champ est requis." in third.post(factor, {"name": " "}).text
    assert third.post(factor, {"name": "<b>Tablette</b>"}).location == "/compte/verification/?renomme=1"
    assert "&lt;b&gt;Tablette&lt;/b&gt;" in third.get("/compte/verification/?renomme=1").text
    post = Post.objects.filter(account__email=KARIM).order_by("id")[0]
    as_sure = open_session(post.account_id, post.id, Assurance.SECOND_FACTOR, (), timezone.now())
    somebody_else = Visitor(f"http://{third.host}", as_sure)
    assert somebody_else.get("/compte/verification/").status == 200
    assert (somebody_else.get(factor).status, somebody_else.post(f"{factor}supprimer/").status) == (404, 404)
    assert third.post(f"{factor}supprimer/").location == "/compte/verification/?supprime=1"
    assert third.post(f"{factor}supprimer/").status == 404  # the second click


def test_without_an_address_of_her_own_the_first_login_adds_an_application(visitor: Visit, world: World) -> None:
    login = new_colleague(world, "hugo")
    as_owner("UPDATE accounts_account SET email = 'partage@example.org' WHERE email = %s", login)
    world.colleague(KARIM, last_name="Autre", email="partage@example.org")
    account = Account.objects.get(email="partage@example.org", last_name="Hugo")
    someone = Visitor(f"http://{visitor().host}", session_with_step(account))
    page = someone.get(someone.get(SEARCH).location)
    assert "Ajoutez un moyen de vérification" in page.text
    assert "Recevoir un code" not in page.text
    add_application(someone)
    assert someone.get(SEARCH).status == 200
    [factor] = re.findall(r'href="(/compte/verification/[0-9a-f-]{36}/)"', someone.get("/compte/verification/").text)
    refused = someone.post(f"{factor}supprimer/")
    assert "ajoutez un autre moyen avant de supprimer le dernier" in refused.text
    assert "Mon téléphone" in refused.text


def session_with_step(account: Account) -> str:
    """As a login by the number of the place opens it."""
    post = Post.objects.get(account=account)
    now = timezone.now() - timedelta(seconds=1)
    return open_session(account.id, post.id, Assurance.PASSWORD, [Step.SECOND_FACTOR], now)


def test_after_another_means_failed_the_code_goes_to_the_page_that_takes_it(
    visitor: Visit, world: World, mailbox: Keeper
) -> None:
    someone = visitor()
    log_in(someone, new_colleague(world, "ailleurs"))
    code = ask_for_mail(someone, mailbox)
    for means in ("cle", "e-mail", "e-mail", "e-mail", "e-mail", "e-mail"):
        page = someone.post(f"/verification/{means}/?suite={SEARCH}")
        if page.status == 200:
            assert f'action="{ASKED}"' in page.text
    assert page.status == 200, "five mails were the most"
    assert someone.post(ASKED, {"code": code}).status == 200, "a later mail made it void"
    assert "Ce code n’est pas le bon" in someone.post(ASKED, {"code": code}).text


def test_an_application_that_comes_too_late_is_told(visitor: Visit, world: World, mailbox: Keeper) -> None:
    someone = visitor()
    log_in(someone, new_colleague(world, "tardive"))
    someone.post("/verification/", {"code": ask_for_mail(someone, mailbox)})
    late = someone.post("/compte/verification/application/", {"name": "Mon téléphone", "code": "123456"})
    assert "L’ajout a expiré ou a déjà été fait." in late.text
    assert "L’ajout a expiré ou a déjà été fait." in someone.get("/compte/verification/application/").text
