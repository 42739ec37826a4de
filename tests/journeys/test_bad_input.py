"""Malformed, over-long and hostile input in every field: refused with a sentence, shown harmless, nothing written."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from contact_covid.portal.errors import ERROR_PAGES, FORM_EXPIRED
from contact_covid.tracing.models import Fiche
from tests.journeys.bad_input import DETAILS, HOSTILE, MARKUP
from tests.journeys.kinds import SignedIn, Visit
from tests.journeys.steps import day
from tests.journeys.web import CSRF, TYPE
from tests.journeys.world import CLAIRE, SOPHIE, Patient, World

MASKS = {"masks_delivered": "yes", "masks_quantity": "14", "masks_date": "13/05/2020"}
TEST = {"test_done": "yes", "test_date": "13/05/2020", "test_kind": "pcr", "test_result": "pending"}
TEST |= {"test_place": "home", "test_result_date": ""}
HIDDEN = {"idempotency_key": "", "version": "0"}
SEARCH = {"nir": "", "last_name": "Dorval", "first_name": "Christophe", "per_page": "25"}
LOGIN = {"login": "personne@exemple.fr", "password": "Tandem-Bleu-2020"}
# Form → who fills it in, and fields whose values alone would not be written: the day is long ago, the version stale.
FORMS = {"login": ("", LOGIN), "search": (CLAIRE, SEARCH), "masks": (CLAIRE, DETAILS | MASKS | HIDDEN)}
FORMS["test"] = (SOPHIE, DETAILS | TEST | HIDDEN)


@pytest.fixture(scope="module")
def patient(world: World) -> Patient:
    return world.patient()


@pytest.fixture(autouse=True)
def _no_quota(settings: Any) -> None:
    settings.QUOTAS_ENFORCED = False


@pytest.fixture
def send(signed_in: SignedIn, patient: Patient) -> Callable[..., HttpResponse]:
    """Sends a form: ``send("masks", postcode="…")``; the fiche was found before."""
    clients = {login: signed_in(login) for login, _ in FORMS.values()}
    for login in (CLAIRE, SOPHIE):
        clients[login].post("/contact-covid/recherche/", patient.searched)

    def send_one(form: str, fields: Mapping[str, Any]) -> HttpResponse:
        paths = {"login": "/connexion/", "search": "/contact-covid/recherche/"}
        path = paths.get(form, f"{patient.path}modifier/")
        sent: Any = clients[FORMS[form][0]].post(path, urlencode(fields), content_type=TYPE)
        return sent  # type: ignore[no-any-return]

    return send_one


@pytest.fixture
def unwritten(patient: Patient) -> Iterator[None]:
    """Fails when the patient's fiche was written on."""
    before = Fiche.objects.filter(id=patient.fiche).values().get()
    yield
    assert Fiche.objects.filter(id=patient.fiche).values().get() == before


def check_harmless(response: HttpResponse) -> None:
    page = response.content.decode()
    assert response.status_code in {200, 302, 409}
    assert not MARKUP.search(page)
    assert "\0" not in page
    assert "Set-Cookie" not in str(response.headers) or "stolen" not in str(response.headers)
    if response.status_code == 200:
        assert page.split("<title>")[1].startswith("Erreur : ")


EVERY_FIELD = [(form, name) for form, (_, fields) in FORMS.items() for name in fields]


@pytest.mark.usefixtures("unwritten")
@pytest.mark.parametrize(("form", "name"), EVERY_FIELD)
def test_hostile_values_are_refused_or_harmless(send: Callable[..., HttpResponse], form: str, name: str) -> None:
    for value in HOSTILE.values():
        check_harmless(send(form, FORMS[form][1] | {name: value.encode("utf-8", "surrogatepass")}))


SENTENCES = [
    ("login", "login", "", "Identifiant", "Le champ est requis."),
    ("login", "password", "", "Mot de passe", "Le champ est requis."),
    ("search", "nir", "", "Numéro de sécurité sociale", "Le champ est requis."),
    ("search", "nir", "12345", "Numéro de sécurité sociale", "Le numéro de sécurité sociale est invalide."),
    ("search", "nir", "123456789012244", "Numéro de sécurité sociale", "La clé de contrôle est invalide."),
    ("search", "last_name", " ", "Nom", "Le champ est requis."),
    ("search", "last_name", "x" * 101, "Nom", "Le texte saisi est trop long."),
    ("search", "last_name", "--", "Nom", "La valeur saisie n’est pas valide."),
    ("search", "first_name", "", "Prénom", "Le champ est requis."),
    ("masks", "phone", "06 39 98", "Téléphone", "Le numéro de téléphone doit contenir 10 chiffres."),
    ("masks", "email", "personne@", "E-mail", "Le format de l’adresse e-mail n’est pas valide."),
    ("masks", "street", "x" * 121, "Voie", "Le texte saisi est trop long."),
    ("masks", "postcode", "", "Code postal / départ.", "Le champ est requis."),
    ("masks", "postcode", "99999", "Code postal / départ.", "Renseignez un code postal ou un département existant."),
    ("masks", "commune", "x" * 81, "Commune", "Le texte saisi est trop long."),
    ("masks", "masks_delivered", "", "Masque délivré", "Le champ est requis."),
    ("masks", "masks_delivered", "maybe", "Masque délivré", "Choisissez une des réponses proposées."),
    ("masks", "masks_quantity", "dix", "Nombre de masques", "Saisissez un nombre entier."),
    ("masks", "masks_quantity", "0", "Nombre de masques", "La quantité est un nombre de 1 à 100."),
    ("masks", "masks_quantity", "101", "Nombre de masques", "La quantité est un nombre de 1 à 100."),
    ("masks", "masks_date", "", "Date de délivrance", "Le champ est requis."),
    ("masks", "masks_date", "31/02/2020", "Date de délivrance", "La date saisie est invalide."),
    ("masks", "masks_date", "01/01/2100", "Date de délivrance", "La date ne peut pas être dans le futur."),
    ("masks", "masks_date", "01/01/2020", "Date de délivrance", "La date est trop ancienne"),
    ("test", "test_done", "", "Test réalisé", "Le champ est requis."),
    ("test", "test_date", "", "Date du prélèvement", "Le champ est requis."),
    ("test", "test_date", "demain", "Date du prélèvement", "La date saisie est invalide."),
    ("test", "test_date", "01/01/2100", "Date du prélèvement", "La date ne peut pas être dans le futur."),
    ("test", "test_kind", "", "Type de test", "Le champ est requis."),
    ("test", "test_kind", "saliva", "Type de test", "Choisissez une des réponses proposées."),
    ("test", "test_result", "", "Résultat", "Le champ est requis."),
    ("test", "test_result", "perhaps", "Résultat", "Choisissez une des réponses proposées."),
    ("test", "test_place", "moon", "Lieu du prélèvement", "Choisissez une des réponses proposées."),
    ("test", "test_result_date", "hier", "Date du résultat", "La date saisie est invalide."),
]


@pytest.mark.usefixtures("unwritten")
@pytest.mark.parametrize(
    ("form", "name", "typed", "label", "sentence"),
    SENTENCES,
    ids=[f"{form}, {name}, {n}" for n, (form, name, *_) in enumerate(SENTENCES)],
)
def test_each_mistake_is_told_at_its_field(
    send: Callable[..., HttpResponse], form: str, name: str, typed: str, label: str, sentence: str
) -> None:
    """The same words in the summary, which names the field and leads to it, and at the field, which keeps the input."""
    page = html.unescape(send(form, FORMS[form][1] | {name: typed}).content.decode())

    assert f'<a href="#{name}">{label} : {sentence}' in page
    assert f'id="{name}"' in page
    assert re.search(rf'id="{name}-err"><span class="sr">Erreur : </span>{re.escape(sentence)}', page)
    if typed.strip() and name not in {"masks_delivered", "test_kind", "test_result", "test_place"}:
        assert f'value="{typed}"' in page


def test_all_mistakes_are_told_at_once(send: Callable[..., HttpResponse]) -> None:
    page = send(
        "masks", {"phone": "1", "postcode": "", "masks_delivered": "yes", "masks_quantity": "x"}
    ).content.decode()

    assert "Le formulaire contient 4 erreurs" in page
    order = [page.index(f'<a href="#{name}">') for name in ("phone", "postcode", "masks_quantity", "masks_date")]
    assert order == sorted(order)


AT_ODDS = [
    (CLAIRE, {"masks_delivered": "no", "masks_quantity": "28"}, "masks_quantity", "Effacez le nombre de masques"),
    (SOPHIE, {"test_result_date": "{today}"}, "test_result_date", "Choisissez un résultat, ou effacez sa date"),
    (SOPHIE, {"test_result": "negative", "test_result_date": "{before}"}, "test_result_date", "ne peut pas précéder"),
    (SOPHIE, {"test_result": "negative", "test_result_date": "{after}"}, "test_result_date", "dans le futur"),
]


@pytest.mark.usefixtures("unwritten")
@pytest.mark.parametrize(("login", "answers", "name", "sentence"), AT_ODDS)
def test_answers_at_odds_are_told_not_ignored(
    send: Callable[..., HttpResponse], login: str, answers: Mapping[str, str], name: str, sentence: str
) -> None:
    days = {"today": day(0), "before": day(-1), "after": day(1)}
    act = MASKS | {"masks_date": day(0)} if login == CLAIRE else TEST | {"test_date": day(0)}
    form = "masks" if login == CLAIRE else "test"
    typed = {field: value.format(**days) for field, value in answers.items()}
    page = html.unescape(send(form, DETAILS | act | typed).content.decode())

    assert re.search(rf'<a href="#{name}">[^<]*{re.escape(sentence)}', page)
    assert f'value="{typed[name]}"' in page


def test_details_are_never_dropped_in_silence(send: Callable[..., HttpResponse]) -> None:
    page = send("masks", {"phone": "06 39 98 55 55", "masks_delivered": "no"}).content.decode()

    assert '<a href="#postcode">' in page


@pytest.mark.usefixtures("unwritten")
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.data())
def test_no_submission_breaks_the_service(send: Callable[..., HttpResponse], data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["search", "masks", "test"]))
    good = FORMS[form][1]
    text = st.one_of(st.text(max_size=40), st.sampled_from(list(good.values())), st.from_regex(r"[0-9 /.@-]{0,20}"))
    fields = data.draw(
        st.lists(st.tuples(st.sampled_from([*good, "csrfmiddlewaretoken", "unknown"]), text), max_size=14)
    )
    sent = [(name, value.encode(errors="surrogatepass")) for name, value in fields]
    version = [("version", "0")] if form != "search" else []

    check_harmless(send(form, sent + version))


# --- What no page of ours would send -------------------------------------------------------------------------------

BOUNDARY = "multipart/form-data; boundary=b"
ODD_BODIES = {
    "no body": (TYPE, b""),
    "binary": (TYPE, bytes(range(256))),
    "broken percent": (TYPE, b"nir=%&last_name=%zz&%=%"),
    "not UTF-8": (TYPE, b"last_name=%ff%fe"),
    "another charset": (f"{TYPE}; charset=utf-16", "nir=1".encode("utf-16")),
    "no charset": (f"{TYPE}; charset=zlib", b"nir=1"),
    "JSON": ("application/json", b'{"nir": ["1"]}'),
    "text": ("text/plain", b"nir=1"),
    "strange type": ("\xff/\xfe; =", b"nir=1"),
    "parts without boundary": ("multipart/form-data", b"--b\r\n"),
    "parts cut short": (BOUNDARY, b'--b\r\nContent-Disposition: form-data; name="nir"\r\n\r\n1'),
    "parts of an odd charset": (
        f"{BOUNDARY}; charset=zlib",
        b'--b\r\nContent-Disposition: form-data; name="nir"\r\n\r\n1\r\n--b--\r\n',
    ),
    "a file for a field": (
        BOUNDARY,
        b'--b\r\nContent-Disposition: form-data; name="nir"; filename="x"\r\n\r\n1\r\n--b--\r\n',
    ),
    "3 MB": (TYPE, b"nir=" + b"1" * 3_000_000),
    "2,000 fields": (TYPE, b"&".join(b"f%d=1" % n for n in range(2_000))),
}
FORM_PATHS = ("/connexion/", "/contact-covid/recherche/", "/contact-covid/fiche/{fiche}/modifier/")


@pytest.mark.usefixtures("unwritten")
@pytest.mark.parametrize("path", FORM_PATHS)
@pytest.mark.parametrize("odd", ODD_BODIES)
def test_an_odd_body_is_refused_in_good_order(visitor: Visit, patient: Patient, odd: str, path: str) -> None:
    kind, body = ODD_BODIES[odd]
    claire = visitor(CLAIRE)
    claire.post("/contact-covid/recherche/", patient.searched)

    answer = claire.send("POST", path.format(fiche=patient.fiche), body, {"Content-Type": kind, "X-CSRFToken": CSRF})

    assert answer.status in {200, 302, 400, 403}
    assert "<title>" in answer.text


def test_a_form_without_its_token_is_not_read(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    for path in FORM_PATHS:
        answer = claire.send("POST", path.format(fiche=patient.fiche), b"nir=1", {"Content-Type": TYPE})
        assert answer.status == 403
        assert FORM_EXPIRED.title in answer.text


def test_a_form_sent_from_another_site_is_not_read(visitor: Visit) -> None:
    answer = visitor(CLAIRE).post("/deconnexion/", Origin="https://mal.exemple")

    assert answer.status == 403
    assert FORM_EXPIRED.title in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_get_the_page_that_says_so(visitor: Visit, method: str) -> None:
    claire = visitor(CLAIRE)
    for path in ("/connexion/", "/contact-covid/recherche/", "/accueil/", "/deconnexion/"):
        answer = claire.send(method, path, headers={"X-CSRFToken": CSRF})
        assert answer.status == 405, path
        assert ERROR_PAGES[405].title in answer.text


def test_an_address_that_is_only_for_forms_says_so(visitor: Visit) -> None:
    for login, path in ((CLAIRE, "/deconnexion/"), (CLAIRE, "/session/prolonger/")):
        answer = visitor(login).get(path)
        assert answer.status == 405
        assert ERROR_PAGES[405].title in answer.text
        assert answer.headers["allow"] == "POST"


NUMBERS = ("", "0", "-1", "1", "24", "99", "1e3", "٢٥", "abc", "9" * 1_000, "25.0", "NaN", "\0", "25'--")


def test_a_page_number_or_size_that_makes_no_sense_is_the_first_page(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    found = claire.post("/contact-covid/recherche/", patient.searched).location
    plain = claire.get(found)
    for number in NUMBERS:
        asked = claire.get(f"{found}?{urlencode({'per_page': number, 'page': number})}")
        assert asked.alike == plain.alike, number


@pytest.mark.parametrize("part", ["0", "abc", "-", "0196c8a2", "%00", "..%2f..%2f", "' OR 1=1", "long"])
def test_an_id_that_is_none_is_a_page_that_does_not_exist(visitor: Visit, part: str) -> None:
    claire = visitor(CLAIRE)
    for path in ("/contact-covid/fiche/{}/", "/contact-covid/fiche/{}/modifier/", "/contact-covid/recherche/{}/"):
        answer = claire.get(path.format(_in_a_path(part)))
        assert answer.status == 404
        assert ERROR_PAGES[404].title in answer.text


@pytest.mark.parametrize("part", ["0", "abc", "%00", "93100%00", "' OR 1=1", "%ff", "long"])
def test_a_postcode_that_is_none_has_no_communes(visitor: Visit, part: str) -> None:
    answer = visitor(CLAIRE).get(f"/communes/{_in_a_path(part)}/")

    assert (answer.status, answer.text) == (200, '{"communes": []}')


def _in_a_path(part: str) -> str:
    return "x" * 3_000 if part == "long" else part.replace(" ", "%20")


def test_cookies_made_up_are_a_stranger(visitor: Visit) -> None:
    nobody = visitor()
    for made_up in ("x", "é".encode().decode("latin-1"), "x" * 3_000, '"', "%00", "a.b.c"):
        nobody.cookies = {"session": made_up, "device": made_up, "csrf": CSRF}
        assert nobody.get("/accueil/").status == 302
        assert nobody.post("/connexion/", LOGIN).status == 200


def test_headers_that_make_no_sense_are_refused_or_ignored(visitor: Visit) -> None:
    nobody = visitor()
    spoofed = nobody.get("/accueil/", Host="mal.exemple")
    assert "mal.exemple" not in spoofed.text + str(spoofed.headers)
    assert nobody.get("/connexion/", **{"X-Forwarded-Host": "mal.exemple", "X-Real-IP": "'"}).status == 200
    assert nobody.get("/connexion/", Cookie="=;;=;session").status == 200
    assert 400 <= nobody.get("/" + "x" * 9_000).status < 500
    assert 400 <= nobody.get("/connexion/", **{"X-Long": "x" * 20_000}).status < 500
