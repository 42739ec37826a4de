"""Logging in with Pro Santé Connect over HTTP, against a provider that is honest or not (ASVS 5.0, 10.5)."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from time import monotonic, time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from contact_covid.access.enums import Assurance
from contact_covid.accounts.psc import PscErrorCode
from contact_covid.demo.actions.cast import PASSWORD
from contact_covid.directory.actions import load_professionals
from contact_covid.portal.wording import sentence
from tests import psc
from tests.clock import NOW
from tests.journeys.kinds import Visit
from tests.journeys.web import Answer, Visitor
from tests.journeys.world import CLAIRE, HELENE, KARIM, World, as_owner, member
from tests.psc import CLIENT, Claims, Provider, signed
from tests.server import Server, free_port

START, STOPPED = "/connexion/pro-sante-connect/", "/connexion/pro-sante-connect/sans-suite/"
REFUSED = f"{STOPPED}?motif={PscErrorCode.REFUSED}"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with psc.running() as provider:
        yield provider


@pytest.fixture(scope="module")
def service(world: World, server: Callable[..., Server], running: Provider) -> Server:
    return server(world.database, PSC_ISSUER=running.url, PSC_CLIENT_ID=CLIENT, PSC_CLIENT_SECRET=psc.SECRET)


@pytest.fixture
def provider(running: Provider) -> Provider:
    """Honest again, with Claire in front of it."""
    running.honest(member(CLAIRE))
    return running


def leave(visitor: Visitor, suite: str = "") -> str:
    """Out to the provider; returns the way back it gives, path and query."""
    out = visitor.get(START + suite)
    assert out.status == 302
    there = urlsplit(out.location)
    back = Visitor(out.location).get(f"{there.path}?{there.query}")
    return back.location.partition(f"//{visitor.host}")[2]


def come_and_go(visitor: Visitor, suite: str = "") -> Answer:
    return visitor.get(leave(visitor, suite))


def last_refusal() -> tuple[str, Any]:
    """Reason and account of the journal's last refusal."""
    [row] = as_owner(
        "SELECT detail->>'reason', account FROM journal_entry WHERE kind = 'accounts.psc_refused'"
        " ORDER BY id DESC LIMIT 1"
    )
    return row


def refusals() -> int:
    [(count,)] = as_owner("SELECT count(*) FROM journal_entry WHERE kind = 'accounts.psc_refused'")
    return int(count)


def check_refused(visitor: Visitor, answer: Answer, reason: str) -> None:
    """One page for every refusal, nobody named in the journal, nobody let in."""
    page = visitor.get(answer.location)
    assert answer.location == REFUSED
    assert page.status == 403
    assert sentence(PscErrorCode.REFUSED) in page.text
    assert last_refusal() == (reason, None)
    assert "session" not in visitor.cookies
    assert visitor.get("/accueil/").status == 302


# --- The way in ----------------------------------------------------------------------------------------------------


def test_a_professional_with_an_account_gets_in_and_where_she_wanted(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    answer = come_and_go(claire, "?suite=/contact-covid/recherche/")

    assert answer.location == "/contact-covid/recherche/"
    assert "VASSEUR" in claire.get("/accueil/").text
    [(assurance, kind)] = as_owner(
        "SELECT s.assurance, j.kind FROM accounts_session s JOIN journal_entry j ON j.session = s.id"
        " WHERE j.detail->>'way' = 'pro_sante_connect' ORDER BY j.id DESC LIMIT 1"
    )
    assert (assurance, kind) == (Assurance.PRO_SANTE_CONNECT, "accounts.logged_in")


def test_what_is_asked_of_the_provider(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    asked = [dict(parse_qsl(urlsplit(claire.get(START).location).query)) for _ in range(2)]

    for each in asked:
        assert (each["response_type"], each["scope"], each["acr_values"]) == ("code", "openid scope_all", "eidas1")
        assert (each["client_id"], each["code_challenge_method"]) == (CLIENT, "S256")
        assert each["redirect_uri"] == f"http://{claire.host}/connexion/pro-sante-connect/retour/"
    drawn = [each[name] for each in asked for name in ("state", "nonce", "code_challenge")]
    assert len(set(drawn)) == 6
    assert all(len(value) == 43 for value in drawn)  # 256 bits


def test_the_session_is_new_and_its_cookie_as_after_a_password(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    claire.cookies["session"] = "chosen-by-somebody-else"
    session = come_and_go(claire).cookies["session"]

    assert session.value != "chosen-by-somebody-else"
    assert (session["httponly"], session["samesite"], session["max-age"]) == (True, "Lax", "")


def test_what_proves_the_attempt_is_kept_from_scripts_for_ten_minutes(visitor: Visit, provider: Provider) -> None:
    kept = visitor().get(START).cookies["psc"]

    assert (kept["httponly"], kept["samesite"], kept["max-age"], kept["path"]) == (True, "Lax", "600", "/")


def test_two_tabs_both_arrive(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    first, second = leave(claire, "?suite=/aide/"), leave(claire)

    assert claire.get(first).location == "/aide/"
    assert claire.get(second).location == "/accueil/"


def test_a_password_that_is_blocked_does_not_close_this_door(visitor: Visit, provider: Provider) -> None:
    provider.honest(member(KARIM))
    stranger = visitor()
    for _ in range(4):
        blocked = stranger.log_in(KARIM, "Mauvais-Mot-1")
    assert "Votre compte est bloqué" in blocked.text

    assert come_and_go(visitor()).location == "/accueil/"


def test_who_is_signed_in_already_stays_so(visitor: Visit, provider: Provider) -> None:
    assert visitor(CLAIRE).get(f"{START}?suite=/aide/").location == "/aide/"


# --- Who comes without an account ----------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", ["https://ailleurs.example/", "//ailleurs.example/", "/\\ailleurs.example/", "x"])
def test_no_suite_leads_to_another_site(visitor: Visit, provider: Provider, suite: str) -> None:
    assert come_and_go(visitor(), f"?suite={suite}").location == "/accueil/"


def stopped(visitor: Visit, code: str) -> Answer:
    somebody = visitor()
    answer = come_and_go(somebody)
    assert answer.location == f"{STOPPED}?motif={code}"
    assert "session" not in somebody.cookies
    return somebody.get(answer.location)


def test_a_professional_without_account_is_led_to_make_one(visitor: Visit, provider: Provider) -> None:
    provider.information = {"SubjectNameID": "810199000001"}
    load_known_without_account("810199000001")

    page = stopped(visitor, PscErrorCode.NO_ACCOUNT)
    assert (page.status, last_refusal()) == (403, ("no_account", None))
    assert sentence(PscErrorCode.NO_ACCOUNT) in page.text


def load_known_without_account(national_id: str) -> None:
    """Claire's practice is hers too; she just has no account."""
    who = replace(member(CLAIRE).professional, national_id=national_id, first_name="Ève", last_name="Neuve")
    [professional] = load_professionals(professionals=[who], now=NOW)
    as_owner(
        "INSERT INTO directory_practice (id, professional_id, organisation_id, number, name, street, postcode, commune,"
        " convention, radiology, active, place)"
        " SELECT gen_random_uuid(), %s, organisation_id, '', name, street, postcode, commune, 'none', false, true, ''"
        " FROM directory_practice WHERE number = %s",
        professional,
        member(CLAIRE).number,
    )


@pytest.mark.parametrize("national_id", ["810199000999", "ANS20231122132732"], ids=["RPPS", "test card"])
def test_who_practises_nowhere_is_refused_with_what_to_do(visitor: Visit, provider: Provider, national_id: str) -> None:
    provider.information = {"SubjectNameID": national_id}

    page = stopped(visitor, PscErrorCode.NO_PRACTICE)
    assert (page.status, last_refusal()) == (403, ("no_practice", None))
    assert sentence(PscErrorCode.NO_PRACTICE) in page.text


def test_an_account_that_acts_nowhere_opens_nothing(visitor: Visit, provider: Provider) -> None:
    provider.honest(member(HELENE))
    as_owner("UPDATE accounts_account SET is_active = false WHERE email = %s", HELENE)
    try:
        page = stopped(visitor, "login.no_open_post")
        [(account,)] = as_owner("SELECT id FROM accounts_account WHERE email = %s", HELENE)
        assert last_refusal() == ("no_open_post", account)
        assert sentence("login.no_open_post") in page.text
    finally:
        as_owner("UPDATE accounts_account SET is_active = true WHERE email = %s", HELENE)


# --- Attacks -------------------------------------------------------------------------------------------------------

OTHER = "https://ailleurs.example"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": OTHER}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"aud": ["another-client", "yet-another"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CLIENT, "another-client"], "azp": None}, "azp"),
        ({"azp": "another-client"}, "azp"),
        ({"nonce": "of-another-attempt"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"acr": "eidas0"}, "acr"),
        ({"acr": None}, "acr"),
        ({"exp": timedelta(seconds=-90)}, "exp"),
        ({"exp": None}, "exp"),
        ({"iat": timedelta(hours=1)}, "iat"),
        ({"nbf": timedelta(hours=1)}, "nbf"),
        ({"sub": "f:somebody-else"}, "sub"),
        ({"sub": None}, "sub"),
        ({"at_hash": "b2YgYW5vdGhlciB0b2tlbg"}, "at_hash"),
    ],
)
def test_a_claim_that_does_not_fit_is_refused(visitor: Visit, provider: Provider, claims: Claims, reason: str) -> None:
    """A duration is that much from now."""
    provider.claims = {
        name: int(time() + told.total_seconds()) if isinstance(told, timedelta) else told
        for name, told in claims.items()
    }
    stranger = visitor()
    check_refused(stranger, come_and_go(stranger), reason)


@pytest.mark.parametrize("late", [30, 50], ids="{} s".format)
def test_a_clock_may_be_a_minute_off(visitor: Visit, provider: Provider, late: int) -> None:
    provider.claims = {"exp": int(time()) - late, "iat": int(time()) + late}
    assert come_and_go(visitor()).location == "/accueil/"


def base64(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(claims: Claims, key: RSAKey) -> str:
    return f"{base64({'alg': 'none', 'kid': key.kid})}.{base64(claims)}."


def with_the_public_key(claims: Claims, key: RSAKey) -> str:
    """What everybody knows, used as if it were a secret of two."""
    return _shared(claims, key.as_pem(private=False), str(key.kid))


def with_the_client_secret(claims: Claims, key: RSAKey) -> str:
    return _shared(claims, psc.SECRET.encode(), str(key.kid))


def _shared(claims: Claims, secret: bytes, kid: str) -> str:
    head = f"{base64({'alg': 'HS256', 'kid': kid})}.{base64(claims)}"
    return f"{head}.{urlsafe_b64encode(hmac.digest(secret, head.encode(), 'sha256')).rstrip(b'=').decode()}"


def with_another_key(claims: Claims, key: RSAKey) -> str:
    return signed(claims, RSAKey.generate_key(2048), kid=str(key.kid))


def with_an_unknown_key(claims: Claims, _key: RSAKey) -> str:
    return signed(claims, RSAKey.generate_key(2048, auto_kid=True))


def with_a_key_of_its_own(claims: Claims, key: RSAKey) -> str:
    """The token brings the key that proves it."""
    own = ECKey.generate_key("P-256")
    head = {"alg": "ES256", "kid": str(key.kid), "jwk": own.as_dict(private=False)}
    return jwt.encode(head, claims, own, ["ES256"])


def changed(claims: Claims, key: RSAKey) -> str:
    head, _, signature = signed(claims, key).split(".")
    return f"{head}.{base64(claims | {'sub': 'f:somebody-else'})}.{signature}"


@pytest.mark.parametrize(
    ("sign", "reason"),
    [
        (unsigned, "unsupported_algorithm"),
        (with_the_public_key, "unsupported_algorithm"),
        (with_the_client_secret, "unsupported_algorithm"),
        (with_another_key, "bad_signature"),
        (with_an_unknown_key, "invalid_key_id"),
        (with_a_key_of_its_own, "invalid_key_type"),
        (changed, "bad_signature"),
        (lambda *_: "no.token.at.all", "decode_error"),
        (lambda *_: "", "decode_error"),
    ],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    visitor: Visit, provider: Provider, sign: Callable[[Claims, RSAKey], str], reason: str
) -> None:
    provider.sign = sign
    stranger = visitor()
    check_refused(stranger, come_and_go(stranger), reason)


@pytest.mark.parametrize(
    ("information", "reason"),
    [({"sub": "f:somebody-else"}, "sub"), ({"sub": None}, "sub"), ({"SubjectNameID": None}, "SubjectNameID")],
    ids=str,
)
def test_information_about_somebody_else_is_refused(
    visitor: Visit, provider: Provider, information: Claims, reason: str
) -> None:
    provider.information = information
    stranger = visitor()
    check_refused(stranger, come_and_go(stranger), reason)


def test_a_return_is_good_once(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    back = leave(claire)
    kept = dict(claire.cookies)
    claire.get(back)
    thief = visitor()
    thief.cookies |= kept  # even with all that Claire had

    asked = len(provider.served)
    check_refused(thief, thief.get(back), "replay")
    assert len(provider.served) == asked  # the provider was not asked


def test_of_simultaneous_returns_one_arrives(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    back = leave(claire)
    copies, asked = [visitor() for _ in range(8)], provider.served.count("/token")
    for copy in copies:
        copy.cookies |= claire.cookies
    with ThreadPoolExecutor(len(copies)) as pool:
        arrived = list(pool.map(lambda copy: copy.get(back).location, copies))

    assert sorted(arrived) == ["/accueil/", *[REFUSED] * 7]
    assert provider.served.count("/token") == asked + 1


def test_a_code_is_good_once(visitor: Visit, provider: Provider) -> None:
    """A code that was used, brought back in an attempt of one's own."""
    claire, thief = visitor(), visitor()
    used = leave(claire)
    claire.get(used)
    code, own_state = (dict(parse_qsl(urlsplit(back).query)) for back in (used, leave(thief)))

    path = urlsplit(used).path
    check_refused(thief, thief.get(f"{path}?code={code['code']}&state={own_state['state']}"), "code")


def test_a_code_stolen_before_its_use_opens_nothing_elsewhere(visitor: Visit, provider: Provider) -> None:
    """PKCE: the code of one attempt does not go with the verifier of another."""
    claire, thief = visitor(), visitor()
    stolen, own = (dict(parse_qsl(urlsplit(leave(each)).query)) for each in (claire, thief))

    check_refused(thief, thief.get(f"{START}retour/?code={stolen['code']}&state={own['state']}"), "code")


def test_a_link_to_somebody_elses_login_logs_nobody_in(visitor: Visit, provider: Provider) -> None:
    """Login CSRF: a browser that has not left for the provider, or left in another attempt, does not come back."""
    of_attacker = leave(visitor())
    victim, busy = visitor(), visitor()
    leave(busy)

    check_refused(victim, victim.get(of_attacker), "state")
    check_refused(busy, busy.get(of_attacker), "state")


@pytest.mark.parametrize("query", ["", "?state=&code=x", "?state=%C3%A9&code=x", "?code=x", "?error=access_denied"])
def test_a_return_without_a_departure_is_refused(visitor: Visit, provider: Provider, query: str) -> None:
    stranger = visitor()
    check_refused(stranger, stranger.get(f"{START}retour/{query}"), "state")


def test_a_cookie_we_did_not_sign_is_no_attempt(visitor: Visit, provider: Provider) -> None:
    stranger = visitor()
    back = leave(stranger)
    stranger.cookies["psc"] = stranger.cookies["psc"][:-3] + "AAA"

    check_refused(stranger, stranger.get(back), "state")


# --- What the provider does by itself ------------------------------------------------------------------------------


def test_who_turns_back_is_told_how_to_go_on(visitor: Visit, provider: Provider) -> None:
    claire, before = visitor(), refusals()
    state = dict(parse_qsl(urlsplit(leave(claire)).query))["state"]
    answer = claire.get(f"{START}retour/?error=access_denied&state={state}")

    page = claire.get(answer.location)
    assert (page.status, sentence(PscErrorCode.CANCELLED) in page.text) == (200, True)
    assert refusals() == before


def test_new_keys_are_fetched_when_a_token_names_one(visitor: Visit, provider: Provider) -> None:
    assert come_and_go(visitor()).location == "/accueil/"
    provider.key = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
    assert come_and_go(visitor()).location == "/accueil/"

    before = provider.served.count("/jwks")
    come_and_go(visitor())
    assert provider.served.count("/jwks") - before <= 1  # each process knows it now, or asks once


@pytest.mark.parametrize("path", ["/token", "/userinfo"])
def test_a_provider_out_of_order_is_a_page_that_says_so(visitor: Visit, provider: Provider, path: str) -> None:
    provider.statuses = {path: 503}
    claire = visitor()
    page = claire.get(come_and_go(claire).location)

    assert (page.status, sentence(PscErrorCode.UNAVAILABLE) in page.text) == (503, True)
    assert_password_works(claire)


def test_a_provider_that_hangs_is_waited_for_five_seconds(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    back = leave(claire)
    provider.hanging = Event()
    start = monotonic()
    answer = claire.get(back)  # the provider itself hangs for twenty seconds, then answers well
    assert monotonic() - start > 4
    provider.hanging.set()

    assert answer.location == f"{STOPPED}?motif={PscErrorCode.UNAVAILABLE}"


def test_a_provider_that_cannot_be_reached_leaves_the_other_ways(world: World, server: Callable[..., Server]) -> None:
    issuer = f"http://127.0.0.1:{free_port()}"
    with server(world.database, PSC_ISSUER=issuer, PSC_CLIENT_ID=CLIENT, PSC_CLIENT_SECRET=psc.SECRET) as alone:
        claire = Visitor(alone.url)
        answer = claire.get(START)
        page = claire.get(answer.location)

        assert (page.status, sentence(PscErrorCode.UNAVAILABLE) in page.text) == (503, True)
        assert_password_works(claire)


def test_a_provider_that_publishes_itself_under_another_name_is_not_used(
    world: World, server: Callable[..., Server], provider: Provider
) -> None:
    environment = {"PSC_ISSUER": f"{provider.url}/other", "PSC_CLIENT_ID": CLIENT, "PSC_CLIENT_SECRET": psc.SECRET}
    with server(world.database, **environment) as misled:
        assert Visitor(misled.url).get(START).location == f"{STOPPED}?motif={PscErrorCode.UNAVAILABLE}"


def assert_password_works(visitor: Visitor) -> None:
    assert visitor.log_in(CLAIRE, PASSWORD).location == "/accueil/"


# --- The way out ---------------------------------------------------------------------------------------------------


def test_logging_out_ends_the_session_at_the_provider_too(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    come_and_go(claire)
    answer = claire.post("/deconnexion/")

    there = urlsplit(answer.location)
    asked = dict(parse_qsl(there.query))
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{provider.url}/logout"
    assert asked["post_logout_redirect_uri"] == f"http://{claire.host}/connexion/"
    told = jwt.decode(asked["id_token_hint"], provider.key, algorithms=["RS256"])
    assert told.claims["sub"] == provider.known()["sub"]
    assert claire.get("/accueil/").status == 302


def test_logging_out_after_a_password_stays_here(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    assert_password_works(claire)
    assert claire.post("/deconnexion/").location == "/connexion/"


def test_no_identity_token_is_readable_at_rest(visitor: Visit, provider: Provider) -> None:
    come_and_go(visitor())
    rows = as_owner("SELECT id_token FROM accounts_psc_login WHERE id_token IS NOT NULL")

    assert rows
    assert not any(b"eyJ" in bytes(row[0]) for row in rows)


def test_neither_code_nor_token_nor_name_is_in_the_log(visitor: Visit, provider: Provider, service: Server) -> None:
    claire = visitor()
    back = leave(claire)
    claire.get(back)
    code = dict(parse_qsl(urlsplit(back).query))["code"]

    for secret in (code, claire.cookies["session"], "VASSEUR", psc.SECRET, member(CLAIRE).professional.national_id):
        assert secret not in service.log


def test_the_same_return_loaded_twice_leads_home(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    back = leave(claire)
    assert claire.get(back).location == "/accueil/"
    assert claire.get(back).location == "/accueil/"


def test_who_turns_back_and_tries_again_ends_where_she_was_going(visitor: Visit, provider: Provider) -> None:
    claire = visitor()
    wanted = "?suite=/contact-covid/recherche/"
    state = dict(parse_qsl(urlsplit(claire.get(START + wanted).location).query))["state"]
    stopped = claire.get(f"/connexion/pro-sante-connect/retour/?error=access_denied&state={state}")
    page = claire.get(stopped.location).text
    assert f'href="{START}?suite=/contact-covid/recherche/"' in page
    assert 'href="/connexion/?suite=/contact-covid/recherche/"' in page
