"""The door over HTTP: who gets in, what a stranger can learn, how long a session lasts."""

import re
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

import pytest
from django.utils import timezone

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.closing import disable_account
from contact_covid.accounts.models import Account
from tests.journeys.door import BLOCKED, MINUTES, REFUSED, wrong_steps
from tests.journeys.kinds import Visit
from tests.journeys.web import Visitor
from tests.journeys.world import CLAIRE, HELENE, KARIM, LOGINS, RODRIGUE, SOPHIE, World, account_name, as_owner, member


@pytest.mark.parametrize(
    "typed",
    [
        CLAIRE,
        f"  {CLAIRE.upper()} ",
        member(CLAIRE).number,
        " ".join(re.findall("...", member(CLAIRE).number)),
        member(HELENE).number,
        member(SOPHIE).number,
    ],
    ids=["e-mail", "e-mail in capitals", "FINESS", "FINESS with spaces", "AM number", "FINESS of a laboratory"],
)
def test_each_kind_of_login_opens_the_door(visitor: Visit, typed: str) -> None:
    nobody = visitor()
    answer = nobody.log_in(typed)

    assert (answer.status, answer.location) == (302, "/accueil/")
    assert nobody.get("/accueil/").status == 200


WITH_A_TILE = {
    Role.PHYSICIAN,
    Role.HOSPITAL,
    Role.SECRETARY,
    Role.PLATFORM_AGENT,
    Role.PLATFORM_SUPERVISOR,
    Role.DELEGATED_TRACER,
}
WITH_A_TILE |= {Role.PHARMACIST, Role.BIOLOGIST, Role.DPO, Role.ARS_AGENT, Role.SUPPORT_CELL}


@pytest.mark.parametrize("role", LOGINS)
def test_home_says_who_is_there_and_offers_what_the_role_may_do(visitor: Visit, role: Role) -> None:
    who = member(LOGINS[role])
    page = visitor(LOGINS[role]).get("/accueil/")

    assert account_name(who.email) in page.text
    assert role.label in page.text
    assert who.organisation.name in page.text
    tile = re.search(r'<a class="tile" href="([^"]*)">.*?<b>Contact COVID</b>', page.text, re.DOTALL)
    if role in WITH_A_TILE:
        assert tile
        assert tile[1] == "/contact-covid/"
    else:
        assert tile is None
        assert ("Aucun service n’est ouvert à votre profil" in page.text) is (role is not Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("suite", "leads_to"),
    [
        ("", "/accueil/"),
        ("?suite=/contact-covid/recherche/", "/contact-covid/recherche/"),
        ("?suite=/accueil/%23activites", "/accueil/#activites"),
        ("?suite=//mal.exemple/", "/accueil/"),
        ("?suite=///mal.exemple/", "/accueil/"),
        ("?suite=/%5Cmal.exemple/", "/accueil/"),
        ("?suite=%5C%5Cmal.exemple/", "/accueil/"),
        ("?suite=/%09/mal.exemple/", "/accueil/"),
        ("?suite=https:mal.exemple", "/accueil/"),
        ("?suite=https://mal.exemple/", "/accueil/"),
        ("?suite=javascript:alert(1)", "/accueil/"),
        ("?suite=/%0d%0aLocation:%20//mal.exemple", "/%0D%0ALocation:%20//mal.exemple"),
        ("?suite=/x&suite=//mal.exemple", "/accueil/"),
        ("?suite=%00//mal.exemple", "/accueil/"),
    ],
)
def test_a_login_leads_to_a_page_of_the_portal_only(visitor: Visit, suite: str, leads_to: str) -> None:
    answer = visitor().log_in(CLAIRE, suite=suite)

    assert (answer.status, answer.location) == (302, leads_to)
    assert visitor(CLAIRE).get(f"/connexion/{suite}").location == leads_to


# --- What a stranger can learn -------------------------------------------------------------------------------------


def test_the_third_wrong_password_blocks_and_says_for_how_long(visitor: Visit, world: World) -> None:
    login = world.colleague(RODRIGUE, last_name="Zéro", email="zero@example.org")
    first, second, third, fourth = (body for _, body in wrong_steps(visitor(), login))

    assert first == second
    assert REFUSED in first
    assert "<title>Erreur : Connexion" in first
    assert BLOCKED.format(MINUTES) in third
    assert REFUSED not in third
    assert third == fourth
    assert BLOCKED.format(MINUTES) in visitor().log_in(login).text


def test_a_login_that_nobody_has_answers_the_same_to_the_byte(visitor: Visit, world: World) -> None:
    """Known, absent, shared by two, disabled, without password: four tries each, bodies and status compared."""
    known, shared, disabled, without = (
        world.colleague(CLAIRE, last_name="Zéphir", email=f"{name}@example.org")
        for name in ("connu", "partage", "ferme", "sans")
    )
    world.colleague(CLAIRE, last_name="Zéphir", email=shared)
    disable_account(actor=SYSTEM, account=Account.objects.get(email=disabled).id, now=timezone.now())
    Account.objects.filter(email=without).update(password="!")
    kinds = {"known": known, "absent": "personne@example.org", "shared": shared, "disabled": disabled}
    kinds |= {"no password": without, "absent number": "999999999", "no login at all": "x" * 40, "odd": "a\tb"}
    steps = {kind: wrong_steps(visitor(), login) for kind, login in kinds.items()}

    assert {kind: found == steps["known"] for kind, found in steps.items()} == dict.fromkeys(kinds, True)


def test_a_shared_address_is_told_to_use_the_number(visitor: Visit, world: World) -> None:
    shared = world.colleague(KARIM, last_name="Un", email="officine@example.org")
    world.colleague(KARIM, last_name="Deux", email=shared)

    answer = visitor().log_in(shared)

    assert answer.status == 200
    assert REFUSED in answer.text


def test_a_browser_that_has_been_here_is_counted_apart(visitor: Visit, world: World) -> None:
    """Strangers who know her published number cannot lock Claire out of her own computer."""
    login = world.colleague(KARIM, last_name="Trois", email="chez-soi@example.org")
    at_home = visitor()
    assert at_home.log_in(login).status == 302
    at_home.post("/deconnexion/")
    wrong_steps(visitor(), login)

    assert BLOCKED.format(MINUTES) in visitor().log_in(login).text
    assert at_home.log_in(login).status == 302

    at_home.post("/deconnexion/")
    assert BLOCKED.format(MINUTES) in wrong_steps(at_home, login)[2][1]
    assert BLOCKED.format(MINUTES) in at_home.log_in(login).text


def test_the_cookie_of_one_account_does_not_help_with_another(visitor: Visit, world: World) -> None:
    first = world.colleague(KARIM, last_name="Quatre", email="quatre@example.org")
    second = world.colleague(KARIM, last_name="Cinq", email="cinq@example.org")
    computer = visitor()
    computer.log_in(first)
    computer.post("/deconnexion/")
    wrong_steps(visitor(), second)

    assert BLOCKED.format(MINUTES) in computer.log_in(second).text


def test_a_password_is_never_sent_back(visitor: Visit) -> None:
    answer = visitor().log_in("personne-1@example.org", "Secret-Secret-9")

    assert "Secret-Secret-9" not in answer.text + str(answer.headers)


# --- The session ---------------------------------------------------------------------------------------------------


def test_the_session_cookie_is_kept_from_scripts_other_sites_and_the_disk(visitor: Visit) -> None:
    session = visitor().log_in(CLAIRE).cookies["session"]

    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert session["path"] == "/"
    assert (session["max-age"], session["expires"], session["domain"]) == ("", "", "")
    assert len(session.value) >= 43  # 256 bits


def test_the_session_is_another_at_each_login_and_the_cookie_of_before_is_not_taken_over(visitor: Visit) -> None:
    nobody = visitor()
    nobody.cookies["session"] = "chosen-by-somebody-else"
    tokens = ["chosen-by-somebody-else", *(nobody.log_in(CLAIRE).cookies["session"].value for _ in range(3))]

    assert all(before != after for before, after in pairwise(tokens))
    assert len(set(tokens)) == 4


def test_logging_out_ends_the_session_everywhere(visitor: Visit) -> None:
    claire = visitor()
    claire.log_in(CLAIRE)
    stolen = Visitor(f"http://{claire.host}", claire.cookies["session"])
    assert stolen.get("/accueil/").status == 200

    answer = claire.post("/deconnexion/")

    assert answer.location == "/connexion/"
    assert "session" not in claire.cookies
    assert stolen.get("/accueil/").status == 302
    assert claire.post("/deconnexion/").location == "/connexion/"  # twice is no fault


def age(visitor: Visitor, **past: timedelta) -> None:
    """Moves the last use or the beginning of the visitor's session into the past."""
    digest = sha256(visitor.cookies["session"].encode()).digest().hex()
    for column, by in past.items():
        as_owner(
            f"UPDATE accounts_session SET {column} = {column} - %s::interval WHERE encode(token_digest, 'hex') = %s",
            f"{by.total_seconds()} seconds",
            digest,
        )


@pytest.mark.parametrize(
    ("past", "open_still"),
    [
        ({"seen_at": timedelta(minutes=59)}, True),
        ({"seen_at": timedelta(minutes=61)}, False),
        ({"created_at": timedelta(minutes=239)}, True),
        ({"created_at": timedelta(minutes=241)}, False),
    ],
    ids=["59 min idle", "61 min idle", "239 min in all", "241 min in all"],
)
def test_a_session_ends_after_an_hour_idle_and_four_in_all(
    visitor: Visit, past: dict[str, timedelta], open_still: bool
) -> None:
    claire = visitor()
    claire.log_in(CLAIRE)
    age(claire, **past)

    answer = claire.get("/contact-covid/recherche/")
    assert answer.status == (200 if open_still else 302)
    if not open_still:
        assert answer.location == "/connexion/?suite=%2Fcontact-covid%2Frecherche%2F"


def test_use_keeps_a_session_alive_and_prolonging_tells_the_time_left(visitor: Visit) -> None:
    claire = visitor()
    claire.log_in(CLAIRE)
    age(claire, seen_at=timedelta(minutes=59))
    answer = claire.post("/session/prolonger/")
    assert answer.text == '{"seconds": 3600}'

    age(claire, seen_at=timedelta(minutes=59), created_at=timedelta(minutes=239))
    answer = claire.post("/session/prolonger/")
    assert 30 <= int(re.findall(r"\d+", answer.text)[0]) <= 60


def test_a_disabled_account_is_out_on_the_next_page(visitor: Visit, world: World) -> None:
    login = world.colleague(KARIM, last_name="Six", email="six@example.org")
    six = visitor()
    six.log_in(login)
    assert six.get("/accueil/").status == 200

    account = Account.objects.get(email=login).id
    disable_account(actor=SYSTEM, account=account, now=timezone.now())

    assert six.get("/accueil/").status == 302
    assert REFUSED in visitor().log_in(login).text


def test_a_closed_practice_is_out_on_the_next_page(visitor: Visit) -> None:
    rodrigue = visitor(RODRIGUE)
    assert rodrigue.get("/accueil/").status == 200
    number = member(RODRIGUE).number
    as_owner("UPDATE directory_practice SET active = false WHERE number = %s", number)
    try:
        assert rodrigue.get("/accueil/").status == 302
    finally:
        as_owner("UPDATE directory_practice SET active = true WHERE number = %s", number)


def test_a_form_sent_after_the_end_of_the_session_is_told_so(visitor: Visit, world: World) -> None:
    """Nothing was written, and the page says that rather than showing an empty form in silence."""
    claire = visitor()
    claire.log_in(CLAIRE)
    patient = world.patient()
    claire.post("/contact-covid/recherche/", patient.searched)
    age(claire, seen_at=timedelta(minutes=61))

    answer = claire.post(f"{patient.path}modifier/", {"masks_delivered": "no"})
    door = claire.get(answer.location)

    assert "Votre session a pris fin" in door.text
    assert "n’a pas été enregistrée" in door.text
    assert claire.log_in(CLAIRE, suite="?" + answer.location.partition("?")[2]).location == f"{patient.path}modifier/"
