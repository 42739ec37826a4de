"""The first login over HTTP: one login for all places, the window about the services; then from place to place."""

import re

import pytest
from django.utils import timezone

from contact_covid.accounts.models import Account, LoginGuard, Post
from contact_covid.demo.actions.cast import PASSWORD, load_members
from contact_covid.demo.rules.cast import newcomer
from tests.journeys.kinds import Visit
from tests.journeys.web import Visitor
from tests.journeys.world import CLAIRE, HELENE, World, member
from tests.mails import last_mail, last_token

STEP, CHOOSE, WAIT = "/premiere-connexion/", "/premiere-connexion/identifiants/", "/premiere-connexion/validation/"
NEW = "Bateau-Jaune-77"
MINE = "odile.renard@example.org"


@pytest.fixture
def number(world: World) -> str:
    """The AM number by which the newcomer of the demo logs in for the first time."""
    load_members(members=[newcomer()], now=timezone.now())
    LoginGuard.objects.all().delete()  # as if no mail had left within the hour
    account = Account.objects.filter(professional__national_id=newcomer().professional.national_id)
    account.update(email="", one_login_at=None, welcomed_at=None, password=Account.objects.get(email=CLAIRE).password)
    return newcomer().number


def entered(visitor: Visitor, login: str, password: str = PASSWORD) -> Visitor:
    assert visitor.log_in(login, password).status == 302
    return visitor


def test_from_the_number_of_a_practice_to_one_login(visitor: Visit, number: str) -> None:
    odile = entered(visitor(), number)
    assert odile.get("/accueil/").location == odile.get("/contact-covid/").location == STEP
    window = odile.get(STEP).text
    for place in newcomer().places:
        assert place.organisation.name in window
    assert re.search(rf'href="{CHOOSE}">Continuer<', window)
    assert "Valider et continuer" in odile.get(CHOOSE).text

    wrong = odile.post(CHOOSE, {"email": "odile", "password": "court"})
    assert "Le format de l’adresse e-mail n’est pas valide." in wrong.text
    assert odile.post(CHOOSE, {"email": MINE.upper(), "password": NEW}).location == WAIT
    assert MINE in odile.get(WAIT).text
    assert odile.get(STEP).location == WAIT
    assert odile.get("/accueil/").location == STEP

    telephone, link = visitor(), f"/premiere-connexion/adresse/{last_token()}/"
    assert link in last_mail()
    for _ in range(3):
        assert "Valider adresse e-mail" in telephone.get(link).text  # looking confirms nothing
    assert odile.get("/accueil/").location == STEP
    assert telephone.post(link).location == "/premiere-connexion/validee/"
    assert telephone.post(link).status == 410
    assert odile.get(WAIT).location == odile.get(STEP).location == odile.get(CHOOSE).location == "/accueil/"
    assert odile.get("/accueil/").status == 200
    for login in (MINE, *(place.number for place in newcomer().places)):
        assert entered(visitor(), login, NEW).get("/accueil/").status == 200


def test_who_waits_corrects_the_address(visitor: Visit, number: str) -> None:
    odile = entered(visitor(), number)
    odile.post(CHOOSE, {"email": "odile.renart@example.org", "password": NEW})
    assert "pas encore validée" in odile.get(f"{WAIT}?valide=1").text
    assert "Le format de l’adresse e-mail n’est pas valide." in odile.post(WAIT, {"email": "odile@"}).text
    again = odile.post(WAIT, {"email": MINE})
    assert f"<b>{MINE}</b>" in odile.get(again.location).text
    odile.post(WAIT, {"email": MINE})
    assert "Trois messages ont déjà été envoyés." in odile.post(WAIT, {"email": MINE}).text


def test_the_address_of_another_is_answered_like_any_other(visitor: Visit, number: str) -> None:
    odile, pages = entered(visitor(), number), []
    odile.post(CHOOSE, {"email": MINE, "password": NEW})
    for email in (MINE, CLAIRE):
        answer = odile.post(WAIT, {"email": email})
        pages.append([text.alike[1].replace(email, "…") for text in (odile.get(answer.location), odile.get(WAIT))])
    free, taken = pages
    assert free == taken
    assert "Elle appartient déjà à un autre compte" in last_mail()


# --- The window about the services --------------------------------------------------------------------------------


def test_the_services_are_shown_once_and_hide_no_page(visitor: Visit, world: World) -> None:
    email = world.colleague(CLAIRE, last_name="Nouvelle", email="nouvelle@example.org")
    nouvelle = entered(visitor(), email)
    assert "Bienvenue sur amelipro" in nouvelle.get("/accueil/").text
    direct = nouvelle.get("/contact-covid/recherche/")
    assert direct.status == 200
    assert "Bienvenue sur amelipro" not in direct.text
    assert "Bienvenue sur amelipro" in nouvelle.get("/accueil/").text

    assert nouvelle.post("/accueil/bienvenue/").location == "/accueil/"
    assert "Bienvenue sur amelipro" not in nouvelle.get("/accueil/").text
    assert "Bienvenue sur amelipro" not in entered(visitor(), email).get("/accueil/").text
    assert "Bienvenue sur amelipro" not in visitor(CLAIRE).get("/accueil/").text


# --- From place to place -------------------------------------------------------------------------------------------


def test_another_practice_is_chosen_and_everything_follows(visitor: Visit) -> None:
    helene = entered(visitor(), HELENE)
    first, second = (place.organisation.name for place in member(HELENE).places)
    before = helene.cookies["session"]
    page = helene.get("/structures/").text
    assert first in page
    assert second in page

    answer = helene.post("/structures/", {"post": helene.get("/structures/").field("post")})
    assert helene.cookies["session"] != before
    assert f"Vous travaillez maintenant au nom de <b>{second}</b>" in helene.get(answer.location).text
    assert Visitor(f"http://{helene.host}", before).get("/accueil/").status == 302
    assert f"<span>{second}</span>" in helene.get("/contact-covid/declarer/").text


def test_the_place_of_another_or_of_nobody_is_not_chosen(visitor: Visit) -> None:
    helene = entered(visitor(), HELENE)
    others = str(Post.objects.filter(account__email=CLAIRE)[0].id)
    answers = [helene.post("/structures/", {"post": post}) for post in (others, others[:-1] + "0", "", "x")]
    assert all("Cette structure ne vous est plus ouverte" in answer.text for answer in answers)
    assert len({answer.alike for answer in answers}) == 1
    assert helene.get("/accueil/").status == 200


def test_who_has_one_place_is_told_so(visitor: Visit) -> None:
    assert "rattaché à une seule structure" in visitor(CLAIRE).get("/structures/").text
