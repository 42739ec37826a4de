"""The card over real TLS: who comes in, who does not and what she is told, and the account created by card."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.utils import timezone
from playwright.sync_api import Page, expect

from contact_covid.access.enums import Role
from contact_covid.accounts.models import Account
from contact_covid.accounts.rules.certificates import Card, CardErrorCode
from contact_covid.demo.actions.cast import PASSWORD, place_members
from contact_covid.demo.rules import cards
from contact_covid.demo.rules.cards import Keyed
from contact_covid.demo.rules.cast import extra
from contact_covid.demo.rules.professional_numbers import practice_number
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.models import Professional
from contact_covid.portal.wording import sentence
from tests.accounts.igc import DAY, Igc
from tests.accounts.newcomers import structure
from tests.journeys import reader as readers
from tests.journeys.kinds import OpenPage, Visit
from tests.journeys.reader import Reader, asked, card_of, come_in, good
from tests.journeys.steps import CONTEXT_IDS, CONTEXTS, arrived, check_page, log_out, type_login
from tests.journeys.world import HELENE, World, as_owner, member
from tests.mails import last_mail, last_token
from tests.server import Server

OWN_PASSWORD = "Vélo-Orange-42"


@pytest.fixture(scope="module")
def reader(world: World, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return readers.prepare(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def service(world: World, reader: Reader, server: Callable[..., Server]) -> Iterator[Server]:
    """The portal, and the card endpoint beside it."""
    portal = server(world.database, **reader.environment)
    with readers.running(reader, portal.environment):
        yield portal


def test_a_card_opens_the_door_and_leads_where_one_was_going(visitor: Visit, reader: Reader) -> None:
    helene = visitor()
    helene.cookies["session"] = planted = "planted-by-somebody-else"
    assert come_in(helene, reader, good(reader), "?suite=/contact-covid/mes-fiches/") == "/contact-covid/mes-fiches/"
    assert helene.cookies["session"] != planted
    assert "Dr Hélène MARCHAND" in helene.get("/accueil/").text
    assert come_in(visitor(), reader, good(reader), "?suite=//elsewhere.example/") == "/accueil/"


def test_a_ticket_serves_the_browser_that_asked_once(visitor: Visit, reader: Reader) -> None:
    """Stolen or planted, the address of the return opens nothing elsewhere; loaded twice, it leads home."""
    helene, stranger = visitor(), visitor()
    asked(stranger)
    back = urlsplit(reader.show(asked(helene), good(reader))).path

    assert stranger.get(back).location == "/connexion/carte/refus/ticket_over/"
    assert visitor().get(back).location == "/connexion/carte/refus/ticket_over/"
    assert helene.get(back).location == "/accueil/"
    assert helene.get(back).location == "/accueil/"
    helene.cookies.pop("session")
    assert helene.get(back).location == "/connexion/carte/refus/ticket_over/"


def test_two_tabs_may_ask_at_once(visitor: Visit, reader: Reader) -> None:
    helene = visitor()
    first, second = asked(helene), asked(helene)
    assert urlsplit(reader.show(first, good(reader))).path
    assert helene.get(urlsplit(reader.show(second, good(reader))).path).location == "/accueil/"


def with_card(open_page: OpenPage, reader: Reader, shown: Keyed, **options: Any) -> Page:
    """A page of a browser whose reader holds that card."""
    content = readers.pem(shown)
    certificate = {"origin": reader.url, "cert": content, "key": content}
    return open_page(**options, ignore_https_errors=True, client_certificates=[certificate])


def by_card(page: Page) -> None:
    page.get_by_role("link", name="Vous connecter par carte CPS").click()


def test_three_wrong_passwords_block_and_the_card_lifts_the_block(open_page: OpenPage, reader: Reader) -> None:
    page = with_card(open_page, reader, good(reader))
    page.goto("/connexion/")
    wrong = "Faux-Mot-1"
    for password, told in ((wrong, "incorrect"), (wrong, "incorrect"), (wrong, "bloqué"), (PASSWORD, "bloqué")):
        type_login(page, HELENE, password)
        page.wait_for_load_state()
        expect(page.get_by_role("alert")).to_contain_text(told)
    expect(page.get_by_role("alert")).to_contain_text(
        re.compile(r"réessayer dans 1[45] min ou .* avec votre carte CPS")
    )
    by_card(page)
    page.wait_for_url("**/accueil/")
    expect(page.get_by_role("banner")).to_contain_text("Dr Hélène MARCHAND")
    log_out(page)
    type_login(page, HELENE)
    page.wait_for_url("**/accueil/")


def test_an_expired_card_is_told_in_the_browser(open_page: OpenPage, reader: Reader) -> None:
    now = timezone.now()
    expired = cards.card(reader.igc.persons, card_of(member(HELENE)), since=now - 3 * DAY, until=now - DAY)
    page = with_card(open_page, reader, expired)
    page.goto("/connexion/")
    by_card(page)
    expect(page.get_by_role("alert")).to_contain_text(sentence(CardErrorCode.EXPIRED))
    arrived(page, "Que faire", mistake=True)


def _shifted(since: timedelta, until: timedelta) -> Callable[[Reader], Keyed]:
    now = timezone.now()
    return lambda reader: cards.card(reader.igc.persons, card_of(member(HELENE)), since=now + since, until=now + until)


def _lost(reader: Reader) -> Keyed:
    card = good(reader)
    reader.publish(card)
    return card


def _of_a_structure(reader: Reader) -> Keyed:
    return good(reader, Card("Extract RASS", "RASS", "Extract"))


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (lambda _: None, CardErrorCode.NONE_GIVEN),
        (_shifted(-3 * DAY, -DAY), CardErrorCode.EXPIRED),
        (_shifted(DAY, 3 * DAY), CardErrorCode.NOT_YET_VALID),
        (_lost, CardErrorCode.REVOKED),
        (_of_a_structure, CardErrorCode.NO_PERSON),
    ],
    ids=["none", "expired", "not yet valid", "lost", "of a structure"],
)
def test_a_card_that_is_not_good_is_told_why_and_what_to_do(
    visitor: Visit, reader: Reader, card: Callable[[Reader], Keyed | None], code: CardErrorCode
) -> None:
    somebody = visitor()
    path = come_in(somebody, reader, card(reader))
    page = somebody.get(path)
    assert page.status == 403
    assert page.title.startswith("Erreur : ")
    assert sentence(code) in page.text
    assert "Que faire" in page.text
    assert "session" not in somebody.cookies


def test_a_list_that_is_out_of_date_opens_nothing(visitor: Visit, reader: Reader) -> None:
    written = "issuer, content, issued_at, expires_at, fetched_at"
    as_owner(f"CREATE TABLE kept AS SELECT {written} FROM accounts_revocation_list")
    as_owner("DELETE FROM accounts_revocation_list")
    try:
        assert come_in(visitor(), reader, good(reader)) == "/connexion/carte/refus/list_stale/"
    finally:
        as_owner("INSERT INTO accounts_revocation_list SELECT * FROM kept")
        as_owner("DROP TABLE kept")
    assert come_in(visitor(), reader, good(reader)) == "/accueil/"


def _rogue(reader: Reader) -> Keyed:
    return Igc(timezone.now()).card(card_of(member(HELENE)))


def _for_servers(reader: Reader) -> Keyed:
    now, use = timezone.now(), ExtendedKeyUsageOID.SERVER_AUTH
    return cards.card(reader.igc.persons, card_of(member(HELENE)), since=now - DAY, until=now + DAY, use=use)


@pytest.mark.parametrize("card", [_rogue, _for_servers])
def test_what_tls_refuses_gets_no_further(visitor: Visit, reader: Reader, card: Callable[[Reader], Keyed]) -> None:
    address = asked(visitor())
    with pytest.raises(OSError):  # noqa: PT011 - the handshake fails, or the connection is cut
        reader.show(address, card(reader))


def test_a_certificate_in_a_header_is_not_believed(visitor: Visit, reader: Reader) -> None:
    """Neither by the endpoint, which reads its own handshake, nor by the portal, which reads no certificate."""
    forged = quote(good(reader).certificate.public_bytes(Encoding.PEM).decode())
    headers = {"X-Client-Certificate": forged, "X-SSL-Client-Cert": forged, "X-SSL-Client-Verify": "SUCCESS"}
    somebody = visitor()
    assert reader.show(asked(somebody), None, **headers).endswith("/connexion/carte/refus/none_given/")
    for path in ("/accueil/", "/connexion/carte/retour/x/"):
        assert "session" not in somebody.send("GET", path, headers=headers).cookies


def test_the_endpoint_has_nothing_else(service: Server, reader: Reader) -> None:
    for path in ("/accueil/", "/static/portal/ui.css", "/?defi=zz"):
        assert reader.show(f"{reader.url}{path}", good(reader)).startswith(f"{service.url}/")


# --- Creation ------------------------------------------------------------------------------------------------------


def newcomer(number: int, title: str = "") -> Card:
    """The card of a pharmacist who has a place and no account."""
    who = [*extra(Role.PHARMACIST, number)][-1]
    place_members(members=[who], now=timezone.now())
    card = card_of(who)
    return Card(card.national_id, card.last_name, card.first_name, title or card.title)


@pytest.mark.parametrize("context", CONTEXTS, ids=CONTEXT_IDS)
def test_an_account_is_created_by_card(open_page: OpenPage, reader: Reader, context: dict[str, Any]) -> None:
    holder = newcomer(1 + CONTEXTS.index(context))
    look = check_page if context == CONTEXTS[0] else arrived  # the first sees to all widths itself
    email = f"officine{CONTEXTS.index(context)}@example.org"
    page = with_card(open_page, reader, good(reader, holder), **context)
    page.goto("/connexion/")
    by_card(page)
    expect(page.get_by_text("Vous êtes sur le point de créer un compte personnel")).to_be_visible()
    look(page, "Votre carte est reconnue")
    page.get_by_role("link", name="Continuer").click()
    name = Professional.objects.get(national_id=holder.national_id).display_name
    expect(page.get_by_text(name)).to_be_visible()
    page.locator("#email").fill("pas une adresse")
    page.locator("#password").fill("court")
    page.get_by_role("button", name="Créer un compte").click()
    expect(page).to_have_title(re.compile("^Erreur : "))
    expect(page.locator("#email")).to_have_value("pas une adresse")
    look(page, "Vos identifiants", mistake=True)

    page.locator("#email").fill(email.upper())
    page.locator("#password").fill(OWN_PASSWORD)
    if context.get("java_script_enabled", True):
        expect(page.locator("[data-rule].met")).to_have_count(4)
    page.get_by_label("J’autorise l’Assurance Maladie").check()
    page.get_by_label("J’ai lu et j’accepte les conditions").check()
    page.get_by_role("button", name="Créer un compte").click()
    look(page, "Un mail vient de vous être envoyé")
    expect(page.get_by_text(email)).to_be_visible()

    assert "Valider adresse e-mail" in last_mail()
    for _ in range(2):  # what follows links in mails creates nothing
        page.goto(f"/compte/creer/valider/{last_token()}/")
    assert not Account.objects.filter(email=email).exists()
    look(page, "Valider votre adresse e-mail")
    page.get_by_role("button", name="Valider adresse e-mail").click()
    expect(page.get_by_text("Le compte vient d’être créé.")).to_be_visible()
    look(page, "Créer votre compte")
    page.get_by_role("link", name="Accéder à amelipro").click()
    type_login(page, email, OWN_PASSWORD)
    expect(page.get_by_text(name).first).to_be_visible()
    page.goto(f"/compte/creer/valider/{last_token()}/")
    expect(page.get_by_text("Ce lien n’est plus valable")).to_be_visible()


def test_the_card_of_a_structure_creates_its_account_and_opens_it(open_page: OpenPage, reader: Reader) -> None:
    finess = practice_number("75", 8)
    place = structure(OrganisationKind.PHARMACY, finess, timezone.now())
    shown = good(reader, Card(f"3{finess}/1234", "Petit", "Anne", "Préparatrice"))
    page = with_card(open_page, reader, shown)
    page.goto("/connexion/")
    by_card(page)
    page.get_by_role("link", name="Continuer").click()
    expect(page.get_by_text(place.name)).to_be_visible()
    expect(page.get_by_text(finess)).to_be_visible()
    page.locator("#email").fill("marche@officine.example")
    page.locator("#password").fill(OWN_PASSWORD)
    page.get_by_label("J’autorise l’Assurance Maladie").check()
    page.get_by_label("J’ai lu et j’accepte les conditions").check()
    page.get_by_role("button", name="Créer un compte").click()
    expect(page.get_by_role("heading", name="Un mail vient de vous être envoyé")).to_be_visible()
    page.goto(f"/compte/creer/valider/{last_token()}/")
    page.get_by_role("button", name="Valider adresse e-mail").click()
    expect(page.get_by_text("Le compte vient d’être créé.")).to_be_visible()

    page.goto("/connexion/")
    by_card(page)
    page.wait_for_url("**/accueil/")
    expect(page.get_by_role("banner")).to_contain_text(place.name)


@pytest.mark.parametrize("title", ["Directeur d’établissement", "Directrice"])
def test_a_director_creates_no_account_by_card(visitor: Visit, reader: Reader, title: str) -> None:
    somebody = visitor()
    assert come_in(somebody, reader, good(reader, newcomer(9, title=title))) == "/connexion/carte/refus/director/"
    page = somebody.get("/connexion/carte/refus/director/")
    assert page.status == 403
    assert "n’est pas ouverte aux directeurs d’établissement" in page.text


def test_a_card_without_a_place_is_told(visitor: Visit, reader: Reader) -> None:
    card = Card("810000000009", "Zéphyr", "Ada", "Médecin")
    assert come_in(visitor(), reader, good(reader, card)) == "/connexion/carte/refus/no_place/"


def test_nobody_creates_an_account_without_having_shown_a_card(visitor: Visit) -> None:
    somebody = visitor()
    assert somebody.get("/compte/creer/carte/").location == "/connexion/carte/refus/ticket_over/"
    somebody.post("/compte/creer/", {"number": "939075057"})  # a creation is under way, without a card
    assert somebody.get("/compte/creer/carte/").location == "/connexion/carte/refus/ticket_over/"


def test_what_a_card_is_refused_for_reads_well_in_the_browser(open_page: OpenPage) -> None:
    page = open_page()
    for code in CardErrorCode:
        page.goto(f"/connexion/carte/refus/{code.name.lower()}/")
        expect(page.get_by_role("alert")).to_contain_text(sentence(code))
    check_page(page, "Connexion par carte CPS impossible", mistake=True)
