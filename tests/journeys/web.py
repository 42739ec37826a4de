"""A visitor without a browser: cookies are kept, redirects are not followed, forms carry their token."""

import re
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from contact_covid.demo.actions.cast import PASSWORD
from tests.server import wait_until

TYPE = "application/x-www-form-urlencoded"
CSRF = "k" * 32
Fields = Mapping[str, object] | Iterable[tuple[str, object]]

# What differs from one sending of the same page to the next: the form's token, a fresh key, the seconds left.
_DRAWN = re.compile(
    r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<=name="idempotency_key" value=")[\w-]+|(?<= data-ends=")\d+'
)


def alike(status: int, body: str) -> tuple[int, str]:
    """Status and body without what is drawn at random: what an observer can compare."""
    return status, _DRAWN.sub("", body)


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    text: str
    cookies: SimpleCookie

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def title(self) -> str:
        return self._first(r"<title>(.*?)</title>")

    @property
    def alike(self) -> tuple[int, str]:
        return alike(self.status, self.text)

    def field(self, name: str) -> str:
        """The value of a field of the page's form."""
        return self._first(rf'name="{name}" value="([^"]*)"')

    def _first(self, pattern: str) -> str:
        found: str = re.findall(pattern, self.text)[0]
        return found


class Visitor:
    """``token``: of an open session. ``cookies`` are what the browser would send."""

    def __init__(self, url: str, token: str = "") -> None:
        self.host = urlsplit(url).netloc
        self.cookies = {"csrf": CSRF} | ({"session": token} if token else {})

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, fields: Fields = (), **headers: str) -> Answer:
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        body = urlencode([("csrfmiddlewaretoken", CSRF), *pairs]).encode()
        return self.send("POST", path, body, {"Content-Type": TYPE, **headers})

    def log_in(self, login: str, password: str = PASSWORD, suite: str = "") -> Answer:
        """The form of the door; ``suite``: the query of its address."""
        return self.post(f"/connexion/{suite}", {"login": login, "password": password})

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Answer:
        """One request on a connection of its own. Raises ``OSError``, ``HTTPException`` when nobody answers."""
        connection = HTTPConnection(self.host, timeout=30)
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            connection.request(method, path, body, cookies | dict(headers))
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        received = SimpleCookie()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                received.load(value)
        self._keep(received)
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, text, received)

    def _keep(self, received: SimpleCookie) -> None:
        for name, morsel in received.items():
            if morsel.value:
                self.cookies[name] = morsel.value
            else:
                self.cookies.pop(name, None)


def insist(send: Callable[[], Answer], *, until: Callable[[Answer], bool]) -> Answer:
    """Sends again, as a patient user does, until the service acknowledges."""
    answers: list[Answer] = []

    def acknowledged() -> bool:
        try:
            answers.append(send())
        except (OSError, HTTPException):
            return False
        return until(answers[-1])

    wait_until(acknowledged, seconds=30, otherwise=lambda: str([answer.status for answer in answers]))
    return answers[-1]
