"""Who sits where: the accounts by which boards, agencies and officers are walked through, and what they work on."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from bench.state import Login, State, accounts
from config import local

_STAFF = ("platform_supervisor", "platform_agent", "ars_agent", "dpo")
_LABORATORIES = 40


@dataclass(frozen=True, slots=True)
class Link:
    """A secure link; ``born``: the birth date that opens it, as typed."""

    token: str
    born: str


@dataclass(frozen=True, slots=True)
class Offices:
    """``staff``: a login by role, all of one area; ``fiches``: ids that its supervisor may share out."""

    staff: Mapping[str, Login]
    laboratories: list[Login]
    links: list[Link]
    fiches: list[str]


def offices(state: State) -> Offices:
    """Fills a copy and tells what is in it."""
    command = [sys.executable, "-m", "bench.filling"]
    settings = dict(state.environment) | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(command, cwd=local.BASE, env=settings, stdout=subprocess.PIPE, text=True, check=True)
    filled = json.loads(done.stdout)
    staff = {role: accounts(role, 1, state.environment)[0] for role in _STAFF}
    links = [Link(token, born) for token, born in filled["links"]]
    return Offices(staff, accounts("biologist", _LABORATORIES, state.environment), links, filled["fiches"])
