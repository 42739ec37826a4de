"""« Mot de passe oublié » over HTTP: from the question to the new password, and what a stranger can learn."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from contact_covid.access.actor import SYSTEM
from contact_covid.accounts.actions.closing import disable_account
from contact_covid.accounts.models import Account, MailedLink
from contact_covid.demo.actions.cast import PASSWORD
from contact_covid.messaging.models import Message
from tests.journeys.door import BLOCKED, MINUTES, wrong_steps
from tests.journeys.kinds import Visit
from tests.journeys.web import Answer, Visitor
from tests.journeys.world import HELENE, KARIM, RODRIGUE, World, member
from tests.mails import last_mail, last_token

ASK, BY_NUMBER = "/mot-de-passe/oublie/", "/mot-de-passe/oublie/?par=numero"
MASK = "x•••••••@•••••••"
NEW = "Bateau-Jaune-77"


def ask(visitor: Visitor, login: str, path: str = ASK) -> Answer:
    return visitor.post(path, {"login": login})


@pytest.fixture
def somebody(world: World) -> Callable[[str], str]:
    """An account of its own at Karim's pharmacy, by the first part of its address."""
    return lambda name: world.colleague(KARIM, last_name="Zéphir", email=f"{name}@example.org")


def test_by_e_mail_from_the_door_to_a_new_password(visitor: Visit, somebody: Callable[[str], str]) -> None:
    email, nobody, at_work = somebody("oublieuse"), visitor(), visitor()
    at_work.log_in(email)
    assert f'href="{ASK}"' in nobody.get("/connexion/").text

    sent = ask(nobody, email.upper())
    assert sent.status == 200
    assert f"<b>{email}</b>" in sent.text
    link = f"/mot-de-passe/nouveau/{last_token()}/"
    assert link in last_mail()
    for _ in range(3):
        assert nobody.get(link).status == nobody.send("HEAD", link).status == 200  # a scanner of mails looks first
    refused = nobody.post(link, {"password": "court"})
    assert "Votre mot de passe doit avoir au moins 8 caractères." in refused.text
    assert refused.title.startswith("Erreur : ")

    done = nobody.post(link, {"password": NEW})
    assert (done.status, done.location) == (302, "/mot-de-passe/modifie/")
    page = nobody.get(done.location).text
    assert re.search(r'href="/connexion/">Accéder à amelipro<', page)
    assert "Votre mot de passe amelipro a été modifié" in last_mail()
    assert at_work.get("/accueil/").status == 302
    assert nobody.get(link).status == nobody.post(link, {"password": NEW}).status == 410
    assert nobody.log_in(email, NEW).status == 302


def test_by_number_the_address_is_masked_always_the_same(visitor: Visit) -> None:
    """Of a professional, of nobody, and of one more with another address: one page."""
    numbers = [member(RODRIGUE).number, "999999999", member(HELENE).number]
    answers = [ask(visitor(), number, BY_NUMBER) for number in numbers]

    assert MASK in answers[0].text
    assert len({answer.alike for answer in answers}) == 1


def test_the_reset_lifts_the_block(visitor: Visit, somebody: Callable[[str], str]) -> None:
    email, nobody = somebody("bloquee"), visitor()
    assert BLOCKED.format(MINUTES) in wrong_steps(nobody, email)[-1][1]
    ask(nobody, email)
    nobody.post(f"/mot-de-passe/nouveau/{last_token()}/", {"password": NEW})

    assert nobody.log_in(email, NEW).status == 302


def test_a_shared_address_is_led_to_the_number_by_its_mail(visitor: Visit, somebody: Callable[[str], str]) -> None:
    email = somebody("partagee")
    somebody("partagee")
    ask(visitor(), email)

    [page] = re.findall(r"https?://[^/]+(/\S+)", last_mail())
    assert page == BY_NUMBER
    assert "N° d’Assurance Maladie ou FINESS" in visitor().get(page).text


@pytest.mark.parametrize(
    ("path", "typed", "told"),
    [
        (ASK, "", "Le champ est requis."),
        (ASK, "pas une adresse", "Le format de l’adresse e-mail n’est pas valide."),
        (BY_NUMBER, "", "Le champ est requis."),
        (BY_NUMBER, "12", "Saisissez un n° d’Assurance Maladie"),
        (BY_NUMBER, "claire@example.org", "Saisissez un n° d’Assurance Maladie"),
        (BY_NUMBER, "1" * 41, "Le texte saisi est trop long."),
    ],
    ids=["no address", "not an address", "no number", "short number", "address for a number", "long number"],
)
def test_what_cannot_be_a_login_is_told_with_the_other_way_beside(
    visitor: Visit, path: str, typed: str, told: str
) -> None:
    answer = ask(visitor(), typed, path)

    assert answer.status == 200
    assert told in answer.text
    assert answer.title.startswith("Erreur : ")
    assert ("ou adresse e-mail" if path == BY_NUMBER else "ou N° d’Assurance Maladie ou FINESS") in answer.text


def test_who_asks_learns_nothing_of_an_account(visitor: Visit, somebody: Callable[[str], str]) -> None:
    """Existing, absent, locked, password-less, disabled, shared: five times in a row each, the bodies compared."""
    kinds = {kind: somebody(f"sonde-{kind}") for kind in ("existing", "locked", "no-password", "disabled", "shared")}
    kinds["absent"] = "sonde-absent@example.org"
    somebody("sonde-shared")
    wrong_steps(visitor(), kinds["locked"])
    Account.objects.filter(email=kinds["no-password"]).update(password=make_password(None))
    closed = Account.objects.get(email=kinds["disabled"]).id
    disable_account(actor=SYSTEM, account=closed, now=timezone.now())
    before = Message.objects.count()

    answers = {kind: [ask(visitor(), email) for _ in range(5)] for kind, email in kinds.items()}
    seen = {kind: [(a.status, a.alike[1].replace(kinds[kind], "…")) for a in given] for kind, given in answers.items()}
    assert {kind: found == seen["existing"] for kind, found in seen.items()} == dict.fromkeys(kinds, True)
    assert Message.objects.count() - before == 3 * 4  # three mails an hour to whom there is something to tell
    assert not MailedLink.objects.filter(account=closed).exists()


def test_a_link_that_is_none_says_what_to_do(visitor: Visit) -> None:
    for path in ("/mot-de-passe/nouveau/", f"/mot-de-passe/nouveau/{'x' * 43}/"):
        for answer in (visitor().get(path), visitor().post(path, {"password": NEW})):
            assert answer.status == 410
            assert "Ce lien n’est plus valable" in answer.text
            assert f'href="{ASK}"' in answer.text


def test_the_password_of_before_still_opens_until_the_link_is_used(
    visitor: Visit, somebody: Callable[[str], str]
) -> None:
    email = somebody("tranquille")
    ask(visitor(), email)
    assert visitor().log_in(email, PASSWORD).status == 302
