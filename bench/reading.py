"""The pages that are looked at, each by whose work it is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from bench.browser import Browser, Sessions, Walker, WrongAnswer, expect
from bench.client import Connection
from bench.forms import fields_of
from bench.state import Login

_ID = "[0-9a-f-]{36}"


class Page(NamedTuple):
    """``path``: of the page, or of the list where a link to it matches ``link``; ``body``: what stands on the page."""

    role: str
    path: str
    body: str
    link: str = ""


PAGES: Mapping[str, Page] = {
    "board": Page("platform_supervisor", "/contact-covid/tableau/", "Files appelées"),
    "delegations": Page("platform_supervisor", "/contact-covid/delegations/", "/reprendre/"),
    "jobs": Page("platform_supervisor", "/contact-covid/lots/", 'href="/contact-covid/lots/'),
    "job": Page("platform_supervisor", "/contact-covid/lots/", "<h1", rf'href="(/contact-covid/lots/{_ID}/)"'),
    "messages": Page("platform_supervisor", "/messages/modeles/", "contenu de santé"),
    "message": Page("platform_supervisor", "/messages/modeles/", "<h1", r'href="(/messages/modeles/[a-z_-]+/fr/)"'),
    "clusters": Page("ars_agent", "/contact-covid/ars/clusters/", '<b class="num">'),
    "cluster": Page(
        "ars_agent",
        "/contact-covid/ars/clusters/",
        "Personnes du cluster",
        rf'href="(/contact-covid/ars/clusters/{_ID}/)"',
    ),
    "signals": Page("ars_agent", "/contact-covid/ars/signalements/", '<a href="/contact-covid/ars/signalements/'),
    "doubles": Page("platform_agent", "/contact-covid/doublons/", "Comparer"),
    "pair": Page(
        "platform_agent",
        "/contact-covid/doublons/",
        "version_first",
        rf'href="(/contact-covid/doublons/{_ID}/{_ID}/)"',
    ),
    "rights": Page("dpo", "/contact-covid/droits/", 'class="name" href="/contact-covid/droits/'),
}
"""By scenario."""


@dataclass
class Reader(Walker):
    """One connection, in a session of each role."""

    connection: Connection
    sessions: Sessions
    staff: Mapping[str, Login]
    browsers: dict[str, Browser] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def log_in(self) -> None:
        """Raises ``WrongAnswer``, also when a list holds no link to what is to be looked at."""
        for role, login in self.staff.items():
            self.browsers[role] = self.sessions.of(self.connection, login)
        for name, page in PAGES.items():
            self.addresses[name] = self.address(page)

    def address(self, page: Page) -> str:
        """Where it is. Raises ``WrongAnswer`` when no link leads there."""
        if not page.link:
            return page.path
        answer = self.connection.get(page.path, self.browsers[page.role].cookies)
        found = re.search(page.link, answer.body.decode())
        if found is None:
            raise WrongAnswer(f"{page.path}: no {page.link}")
        return found[1]

    def read(self, name: str) -> None:
        page = PAGES[name]
        answer = self.connection.get(self.addresses[name], self.browsers[page.role].cookies)
        expect(answer, status=200, body=page.body)


@dataclass
class Supervisor(Walker):
    """Shares out fiches that nobody else does, to one ``agent`` and back to the queue; all by id."""

    connection: Connection
    sessions: Sessions
    login: Login
    fiches: list[str]
    agent: str = ""
    _turn: int = 0

    def __post_init__(self) -> None:
        self._browser = Browser("", "")

    def log_in(self) -> None:
        """Raises ``WrongAnswer``."""
        self._browser = self.sessions.of(self.connection, self.login)
        page = self._browser.post(self.connection, "/contact-covid/repartition/", {"choisie": self.fiches[0]})
        found = re.findall(r'<option value="([0-9a-f]{32})"', page.body.decode())
        if not found or not fields_of(page.body, having="fiches"):
            raise WrongAnswer(f"sharing out: {page.status}")
        self.agent = found[0]

    def assign(self) -> None:
        self._turn += 1
        whom = self.agent if self._turn % 2 else "file"
        form = {"fiches": " ".join(self.fiches), "agent": whom}
        answer = self._browser.post_once(self.connection, "/contact-covid/repartition/attribuer/", form)
        expect(answer, status=302, location="/contact-covid/appels/")


READING: Mapping[str, Callable[[Reader], None]] = {name: partial(Reader.read, name=name) for name in PAGES}
SUPERVISING: Mapping[str, Callable[[Supervisor], None]] = {"assign": Supervisor.assign}
"""What one operation of each scenario is."""
