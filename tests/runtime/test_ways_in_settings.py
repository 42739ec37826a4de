"""Settings of the ways in: half a configuration, or one that lets nobody in, stops the start with what to set."""

import os
import subprocess
import sys

import pytest

WHOLE = {"PSC_ISSUER": "https://psc.example", "PSC_CLIENT_ID": "amelipro", "PSC_CLIENT_SECRET": "secret"}
PUBLIC = {"PUBLIC_HOST": "portail.example"}
SHOW = "from config import settings as s; print(s.PSC_ISSUER, s.PSC_DISCOVERY_URL, s.PSC_RETURN_URL, s.PSC_COOKIE_NAME)"


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PSC_")}
    wanted = kept | {"DEMO": "0"} | environment
    return subprocess.run([sys.executable, "-c", SHOW], env=wanted, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (WHOLE | {"PSC_CLIENT_ID": ""}, "PSC_CLIENT_ID"),
        (WHOLE | {"PSC_CLIENT_SECRET": ""}, "PSC_CLIENT_SECRET"),
        (PUBLIC | WHOLE | {"PSC_ISSUER": "http://psc.example"}, "PSC_ISSUER"),
        (PUBLIC | WHOLE | {"PSC_DISCOVERY_URL": "http://psc.example/d"}, "PSC_DISCOVERY_URL"),
        (PUBLIC | WHOLE | {"CARD_URL": "http://carte.example"}, "CARD_URL"),
        ({"CARD_PORT": "70000"}, "CARD_PORT"),
        ({"CARD_PORT": "0"}, "CARD_PORT"),
        ({"SECOND_FACTOR_FOR": "portal.use"}, "SECOND_FACTOR_FOR"),  # the page that asks for it needs it itself
    ],
)
def test_what_cannot_work_stops_the_start(environment: dict[str, str], named: str) -> None:
    tried = start(**environment)

    assert tried.returncode != 0
    assert named in tried.stderr.splitlines()[-1]


def test_a_public_host_has_all_of_it() -> None:
    issuer, discovery, back, cookie = start(**PUBLIC, **WHOLE).stdout.split()

    assert (issuer, discovery) == (WHOLE["PSC_ISSUER"], f"{issuer}/.well-known/openid-configuration")
    assert (back, cookie) == ("https://portail.example/connexion/pro-sante-connect/retour/", "__Host-psc")


def test_a_demonstration_has_a_provider_of_its_own_unless_it_is_given_one() -> None:
    assert start(DEMO="1", PORT="8123").stdout.startswith("http://localhost:8123/demo/psc ")
    assert start(DEMO="1", **WHOLE).stdout.startswith("https://psc.example ")
