"""What every visitor does: logs in, keeps its cookies, knows a wrong answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.client import Answer, Connection
from bench.forms import fields_of
from bench.state import Login


class WrongAnswer(Exception):
    """Not the page that was asked for."""


class NothingLeft(Exception):
    """The walk has used up what it works on: it ends before its time."""


@dataclass
class Browser:
    """A session: its cookies and the proof that a form came from a page of the service."""

    cookies: str
    csrf: str

    def post(self, connection: Connection, path: str, fields: Mapping[str, str]) -> Answer:
        return connection.post(path, {"csrfmiddlewaretoken": self.csrf, **fields}, self.cookies)


def log_in(connection: Connection, login: Login, *, form: str, having: str) -> Browser:
    """Opens a session; its token is read off the page ``form``, in the form with a field ``having``.

    Raises ``WrongAnswer``.
    """
    page = connection.get("/connexion/")
    typed = {"login": login.login, "password": login.password}
    answer = connection.post("/connexion/", fields_of(page.body, having="password") | typed, _header(page.cookies))
    if answer.status != 302:
        raise WrongAnswer(f"login: {answer.status}")
    cookies = _header({**page.cookies, **answer.cookies})
    token = fields_of(connection.get(form, cookies).body, having=having)
    return Browser(cookies, token["csrfmiddlewaretoken"])


def _header(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def expect(answer: Answer, *, status: int, location: str = "", body: str = "") -> None:
    """A fast error page is not an answer. Raises ``WrongAnswer``."""
    if answer.status != status or not answer.location.startswith(location) or body.encode() not in answer.body:
        raise WrongAnswer(f"{answer.status} {answer.location}")
