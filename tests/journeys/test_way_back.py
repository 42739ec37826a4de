"""Where one is led after a login, and what is sent twice: to a page that shows something, and written once."""

from urllib.parse import quote

import pytest

from contact_covid.portal.access import local_path
from tests.journeys.invited import by_card
from tests.journeys.kinds import Visit
from tests.journeys.steps import day
from tests.journeys.web import Visitor
from tests.journeys.world import CLAIRE, World, as_owner
from tests.mails import mail_to

LIST = "/mes-delegations/"
CLOSE = "/compte/sessions/01234567-89ab-cdef-0123-456789abcdef/"
SECURITY = "/compte/connexion-et-securite/"


@pytest.mark.parametrize("path", ["/accueil/", "/accueil/?structure=1", SECURITY, "/nulle-part/"])
def test_a_page_of_the_portal_is_led_back_to(path: str) -> None:
    assert local_path(path, "") == path


@pytest.mark.parametrize("path", [CLOSE, "/verification/e-mail/", "//elsewhere.example/", "https://elsewhere", "x"])
def test_elsewhere_and_where_forms_only_are_sent_is_not(path: str) -> None:
    assert local_path(path, "/accueil/") == "/accueil/"


def test_a_form_whose_session_has_ended_leads_back_to_its_page(visitor: Visit) -> None:
    nobody = visitor()
    sent = nobody.post(CLOSE, Referer=f"http://{nobody.host}{SECURITY}")
    assert sent.location == f"/connexion/?suite={quote(SECURITY, safe='')}&perdue=1"
    foreign = nobody.post(CLOSE, Referer="https://elsewhere.example/accueil/")
    assert foreign.location == f"/connexion/?suite={quote(CLOSE, safe='')}&perdue=1"
    page = nobody.get(foreign.location)
    assert "Votre dernière saisie n’a pas été enregistrée" in page.text
    assert CLOSE not in page.text, "that address answers nobody who comes from a login"


def test_an_invitation_sent_twice_is_one(visitor: Visit, world: World) -> None:
    claire = Visitor(f"http://{visitor().host}", by_card(CLAIRE))
    key = claire.get(LIST).field("idempotency_key")
    form = {"email": "deux-fois@example.org", "kind": "replacement", "since": day(0), "until": day(30)}
    form["idempotency_key"] = key
    assert [claire.post(LIST, form).location for _ in range(2)] == [f"{LIST}?envoyee=1"] * 2
    assert mail_to("deux-fois@example.org")
    sent = as_owner("SELECT count(*) FROM accounts_invitation WHERE email = 'deux-fois@example.org'")
    assert sent == [(1,)]

    other = claire.post(LIST, form | {"email": "autre@example.org"})
    assert other.status == 409
    assert "Ce formulaire a déjà été envoyé avec d’autres réponses." in other.text
    assert as_owner("SELECT count(*) FROM accounts_invitation WHERE email = 'autre@example.org'") == [(0,)]
    again = form | {"email": "autre@example.org", "idempotency_key": other.field("idempotency_key")}
    assert claire.post(LIST, again).location == f"{LIST}?envoyee=1"
    assert as_owner("SELECT count(*) FROM accounts_invitation WHERE email = 'autre@example.org'") == [(1,)]


def test_a_referer_that_is_no_address_breaks_nothing(visitor: Visit) -> None:
    nobody = visitor()
    assert nobody.get("/accueil/", Referer="http://[").location == "/connexion/?suite=%2Faccueil%2F"
    assert nobody.post(CLOSE, Referer="http://[").location == f"/connexion/?suite={quote(CLOSE, safe='')}&perdue=1"
