"""Login, reset and activation take as long for everybody: 120 pairs in random order each, trust.md 10.

Who exists is measured against who does not; the 95 % interval of the median gap stays within ± 20 ms.
"""

import time
from collections.abc import Callable, Iterator
from math import sqrt
from random import Random

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from django.utils import timezone

from config import settings as service_settings
from contact_covid.accounts.models import Account, LoginGuard
from tests.accounts.newcomers import IBAN_END, give_key, professional
from tests.journeys.web import Visitor
from tests.journeys.world import KARIM, World, as_owner, one_hash
from tests.server import Server

pytestmark = pytest.mark.drill
PAIRS, MOST = 120, 0.020
WRONG = {"password": "Mauvais-Mot-1"}
KINDS = ("existing", "password-less", "locked")
ABSENT, ABSENT_NUMBER = "sonde-personne@example.org", "939960099"
Act = Callable[[str], object]


@pytest.fixture(scope="module", autouse=True)
def hashes_of_the_service() -> Iterator[None]:
    """Those of the tests would take less time."""
    with override_settings(PASSWORD_HASHERS=service_settings.PASSWORD_HASHERS):
        one_hash.cache_clear()
        yield
    one_hash.cache_clear()


@pytest.fixture(scope="module")
def logins(world: World) -> dict[str, str]:
    """The e-mail of each kind of user."""
    found = {kind: world.colleague(KARIM, last_name="Sonde", email=f"sonde-{kind}@example.org") for kind in KINDS}
    Account.objects.filter(email=found["password-less"]).update(password=make_password(None))
    return found


@pytest.fixture
def visitor(service: Server) -> Callable[[], Visitor]:
    return lambda: Visitor(service.url)


@pytest.fixture(autouse=True)
def no_counts() -> Iterator[None]:
    as_owner("DELETE FROM accounts_login_guard")
    yield
    as_owner("DELETE FROM accounts_login_guard")


def interval(gaps: list[float]) -> tuple[float, float]:
    """The 95 % interval of the median, by ranks: seconds."""
    ordered, middle, half = sorted(gaps), len(gaps) / 2, 0.98 * sqrt(len(gaps))
    return ordered[int(middle - half)], ordered[int(middle + half)]


def gap(act: Act, one: str, other: str, *, between: str = "DELETE FROM accounts_login_guard") -> tuple[float, float]:
    """How much longer ``act`` takes for one than for the other. ``between``: what brings the counts back."""
    dice = Random(10)
    for who in (one, other):
        act(who)  # the first of a kind warms up
    gaps = []
    for _ in range(PAIRS):
        seconds = {}
        for who in dice.sample((one, other), 2):
            as_owner(between)
            begun = time.perf_counter()
            act(who)
            seconds[who] = time.perf_counter() - begun
        gaps.append(seconds[one] - seconds[other])
    return interval(gaps)


def check(name: str, found: tuple[float, float]) -> None:
    low, high = found
    print(f"{name}: {low * 1000:+.1f} … {high * 1000:+.1f} ms")
    assert -MOST < low <= high < MOST, name


def block(visitor: Callable[[], Visitor], login: str) -> None:
    for _ in range(3):
        visitor().post("/connexion/", {"login": login, **WRONG})


@pytest.mark.parametrize("kind", ["existing", "password-less"])
def test_a_wrong_password(visitor: Callable[[], Visitor], logins: dict[str, str], kind: str) -> None:
    def act(login: str) -> None:
        assert visitor().post("/connexion/", {"login": login, **WRONG}).status == 200

    check(f"login, {kind}", gap(act, logins[kind], ABSENT))


def test_a_blocked_login(visitor: Callable[[], Visitor], logins: dict[str, str]) -> None:
    def act(login: str) -> None:
        assert "Votre compte est bloqué" in visitor().post("/connexion/", {"login": login, **WRONG}).text

    for login in (logins["locked"], ABSENT):
        block(visitor, login)
    check("login, locked", gap(act, logins["locked"], ABSENT, between="SELECT 1"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_forgotten_password(visitor: Callable[[], Visitor], logins: dict[str, str], kind: str) -> None:
    def act(login: str) -> None:
        assert visitor().post("/mot-de-passe/oublie/", {"login": login}).status in (200, 302)

    if kind == "locked":
        block(visitor, logins[kind])
    locked = [bytes(row.key).hex() for row in LoginGuard.objects.all()]
    assert len(locked) == (kind == "locked")
    kept = "".join(f" AND key <> decode('{key}', 'hex')" for key in locked)
    check(
        f"reset, {kind}", gap(act, logins[kind], ABSENT, between=f"DELETE FROM accounts_login_guard WHERE true{kept}")
    )


@pytest.mark.parametrize("kind", ["with a key", "with an account"])
def test_an_activation_by_key(visitor: Callable[[], Visitor], world: World, kind: str) -> None:
    number = {"with a key": "939960044", "with an account": "939960055"}[kind]
    who = professional(number, now=timezone.now())
    give_key(number, now=timezone.now())
    if kind == "with an account":
        account = Account.objects.get(email=world.colleague(KARIM, last_name="Sonde", email="sonde-cle@example.org"))
        Account.objects.filter(id=account.id).update(professional=who)

    def act(typed: str) -> None:
        nobody = visitor()
        nobody.post("/compte/creer/", {"number": typed})
        form = {"number": typed, "nir": "2 85 03 99 999 042", "iban_1": IBAN_END[0], "iban_3": "ZZZ"}
        assert nobody.post("/compte/creer/cle/", form).status == 200

    check(f"activation, {kind}", gap(act, number, ABSENT_NUMBER))
