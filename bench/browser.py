"""What every visitor does: logs in, keeps its cookies, knows a wrong answer."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from bench.client import Answer, Connection
from bench.forms import fields_of
from bench.state import Login

HOME = "/accueil/"
"""A page that every account has, with a form."""


class WrongAnswer(Exception):
    """Not the page that was asked for."""


class NothingLeft(Exception):
    """The walk has used up what it works on: it ends before its time."""


class Walker:
    """Somebody, or some people behind one connection, who do one scenario after the other."""

    def log_in(self) -> None:
        """Raises ``WrongAnswer``."""
        raise NotImplementedError

    def prepare(self, scenario: str) -> None:
        """Before a run of that scenario, and not measured. Raises ``WrongAnswer``."""


@dataclass
class Browser:
    """A session: its cookies and the proof that a form came from a page of the service."""

    cookies: str
    csrf: str

    def post(self, connection: Connection, path: str, fields: Mapping[str, str]) -> Answer:
        return connection.post(path, {"csrfmiddlewaretoken": self.csrf, **fields}, self.cookies)

    def post_once(self, connection: Connection, path: str, fields: Mapping[str, str]) -> Answer:
        """A form that is written once: under a key of its own."""
        return self.post(connection, path, {**fields, "idempotency_key": secrets.token_urlsafe(16)})


def log_in(connection: Connection, login: Login, *, form: str, having: str) -> Browser:
    """Opens a session; its token is read off the page ``form``, in the form with a field ``having``.

    Raises ``WrongAnswer``.
    """
    page = connection.get("/connexion/")
    typed = {"login": login.login, "password": login.password}
    answer = connection.post("/connexion/", fields_of(page.body, having="password") | typed, header(page.cookies))
    if answer.status != 302:
        raise WrongAnswer(f"login: {answer.status}")
    cookies = header({**page.cookies, **answer.cookies})
    token = fields_of(connection.get(form, cookies).body, having=having)
    return Browser(cookies, token["csrfmiddlewaretoken"])


class Sessions:
    """One session of each account for all connections: of eight who log in to one at once, most are refused."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[str, Browser] = {}

    def of(self, connection: Connection, login: Login) -> Browser:
        """Raises ``WrongAnswer``."""
        with self._lock:
            if login.login not in self._open:
                self._open[login.login] = log_in(connection, login, form=HOME, having="csrfmiddlewaretoken")
            return self._open[login.login]


def header(cookies: Mapping[str, str]) -> str:
    """The cookies as they are sent."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def expect(answer: Answer, *, status: int, location: str = "", body: str = "") -> None:
    """A fast error page is not an answer. Raises ``WrongAnswer``."""
    if answer.status != status or not answer.location.startswith(location) or body.encode() not in answer.body:
        raise WrongAnswer(f"{answer.status} {answer.location}")
