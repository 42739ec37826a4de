"""The frame around every view: headers, who is there, and the page for what went wrong."""

import re

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.portal.access import local_path
from contact_covid.portal.errors import ERROR_PAGES
from contact_covid.portal.middleware import HEADERS
from tests.portal.conftest import SignIn
from tests.weights import LIGHT

STATIC_PAGES = (
    "/aide/",
    "/a-propos/",
    "/mentions-legales/",
    "/cgu/",
    "/accessibilite/",
    "/configuration/",
    "/hors-ligne/",
)

samples = override_settings(ROOT_URLCONF="tests.portal.sample_urls")


@pytest.mark.parametrize("path", STATIC_PAGES)
def test_a_public_page_is_light_and_needs_no_database(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert len(response.content) < LIGHT
    assert b"style=" not in response.content
    assert b"0811 709 710" in response.content


@pytest.mark.parametrize("path", [*STATIC_PAGES, "/healthz", "/nulle-part/"])
def test_every_answer_carries_the_headers(client: Client, path: str) -> None:
    response = client.get(path)
    headers = response.headers

    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["Content-Length"] == str(len(response.content))
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


@override_settings(PUBLIC_HOST="portail.exemple.fr")
def test_a_public_host_asks_for_tls_for_a_year() -> None:
    assert "max-age=31536000" in Client().get("/healthz").headers["Strict-Transport-Security"]


def test_the_process_answers_for_itself(client: Client) -> None:
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


@pytest.mark.django_db
def test_readiness_names_every_check(client: Client) -> None:
    response = client.get("/readyz")

    body = response.json()
    assert body["status"] == ("ok" if all(body["checks"].values()) else "unready")
    assert response.status_code == (200 if body["status"] == "ok" else 503)
    assert {"database", "migrations", "keys", "worker"} <= body["checks"].keys()


@samples
@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("database", 503),
        ("denied", 403),
        ("absent", 404),
        ("django-absent", 404),
        ("hostile", 400),
        ("quota", 429),
        ("misses", 429),
        ("bug", 500),
    ],
)
def test_a_failure_becomes_a_page_that_says_what_to_do(how: str, status: int) -> None:
    response = Client(raise_request_exception=False).get(f"/panne/{how}/")

    text = response.content.decode()
    assert response.status_code == status
    assert "Que faire" in text
    assert "planted-secret" not in text
    assert response.headers["Cache-Control"] == "no-store"


@samples
def test_too_many_misses_and_too_many_searches_are_told_apart(client: Client) -> None:
    assert "trouvé aucune fiche" in client.get("/panne/misses/").content.decode()
    assert ERROR_PAGES[429].title in client.get("/panne/quota/").content.decode()


@samples
def test_a_page_of_unavailability_says_when_to_come_back(client: Client) -> None:
    assert client.get("/panne/database/").headers["Retry-After"] == "10"


@samples
def test_what_is_absent_and_what_is_forbidden_are_the_same_page(client: Client) -> None:
    pages = {client.get(path).content for path in ("/panne/absent/", "/panne/django-absent/", "/nulle-part/")}

    assert len(pages) == 1


@samples
def test_a_form_address_opened_by_hand_explains_itself(client: Client) -> None:
    response = client.get("/envoyer/")

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert ERROR_PAGES[405].title in response.content.decode()


@samples
def test_a_form_without_its_token_is_refused_with_advice() -> None:
    response = Client(enforce_csrf_checks=True).post("/envoyer/")

    assert response.status_code == 403
    assert "Formulaire expiré" in response.content.decode()


@samples
def test_the_token_of_a_page_is_the_one_its_form_needs() -> None:
    browser = Client(enforce_csrf_checks=True)
    first, second = (_token(browser.get("/formulaire/").content.decode()) for _ in range(2))

    assert first != second  # another guise each time
    for token in (first, second):
        assert browser.post("/envoyer/", {"csrfmiddlewaretoken": token}).content == b"posted"
    wrong = first[:-1] + ("a" if first[-1] != "a" else "b")
    assert browser.post("/envoyer/", {"csrfmiddlewaretoken": wrong}).status_code == 403


@samples
def test_all_forms_of_a_page_share_one_token(client: Client) -> None:
    client.get("/formulaire/")
    tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/formulaire/").content.decode())

    assert len(tokens) == 2
    assert len(set(tokens)) == 1


def _token(page: str) -> str:
    return str(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0])


def test_a_missing_last_slash_is_forgiven_for_pages_that_exist(client: Client) -> None:
    assert client.get("/aide").headers["Location"] == "/aide/"
    assert client.get("/nulle-part").status_code == 404


@samples
def test_a_view_that_somebody_forgot_to_mark_answers_nobody(client: Client) -> None:
    response = client.get("/oubliee/")

    assert response.status_code == 403
    assert b"open to all" not in response.content


@samples
def test_a_stranger_is_asked_who_she_is_and_comes_back(client: Client) -> None:
    assert client.get("/moi/").headers["Location"] == "/entrer/?suite=%2Fmoi%2F"


@samples
@pytest.mark.django_db
def test_a_made_up_cookie_is_a_stranger(client: Client) -> None:
    client.cookies["session"] = "made-up\x7f"

    assert client.get("/moi/").status_code == 302


@samples
@pytest.mark.django_db
def test_the_page_says_who_is_there_and_costs_one_query(sign_in: SignIn) -> None:
    browser = sign_in()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = browser.get("/moi/").content.decode()

    assert len(queries) == 1
    assert "Claire VASSEUR" in page
    assert "Pharmacie &lt;Test&gt;" in page
    assert "Pharmacien – FINESS 970\u00a0200\u00a0002" in page


@samples
@pytest.mark.django_db
def test_a_role_without_the_permission_gets_the_403_page(sign_in: SignIn) -> None:
    assert sign_in(Role.PHARMACIST).get("/alertes/").status_code == 403


@samples
@pytest.mark.django_db
def test_a_role_with_the_permission_gets_the_page(sign_in: SignIn) -> None:
    assert sign_in(Role.DPO).get("/alertes/").content == b"alerts"


@pytest.mark.parametrize(
    "suite",
    [
        "https://mal.exemple/",
        "//mal.exemple/",
        "/\\mal.exemple/",
        "javascript:alert(1)",
        "accueil/",
        "",
        "/\n/mal.exemple",
    ],
)
def test_a_login_never_leads_to_another_site(suite: str) -> None:
    assert local_path(suite, "/accueil/") == "/accueil/"


def test_a_login_leads_back_to_a_page_of_the_portal() -> None:
    assert local_path("/contact-covid/recherche/", "/accueil/") == "/contact-covid/recherche/"


def test_the_gallery_is_not_served_outside_the_demonstration(client: Client) -> None:
    assert client.get("/galerie/").status_code == 404


def test_a_request_has_one_time(client: Client) -> None:
    before = timezone.now()
    request = client.get("/aide/").wsgi_request

    assert before <= request.now <= timezone.now()  # type: ignore[attr-defined]
