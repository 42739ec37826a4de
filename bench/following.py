"""The walk of a person: opens her secure link, says when she was born, writes how she feels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from bench.browser import Browser, NothingLeft, Walker, expect, header
from bench.client import Connection
from bench.forms import fields_of
from bench.offices import Link

_HOME = "/suivi/"
_MOST_KEPT = 50  # sessions


@dataclass
class Person(Walker):
    """One connection, and the links that only it opens."""

    connection: Connection
    links: Sequence[Link]
    sessions: list[Browser] = field(default_factory=list)
    _turn: int = 0

    def __post_init__(self) -> None:
        self._next = cycle(self.links)

    def log_in(self) -> None:
        """There is nothing to log in with: the link and the birth date are all."""

    def open(self) -> None:
        answer = self.connection.get(f"{_HOME}{next(self._next).token}/")
        expect(answer, status=200, body='name="birth_date"')

    def check(self) -> None:
        """The page, then the birth date on it: two requests."""
        link = next(self._next)
        page = self.connection.get(f"{_HOME}{link.token}/")
        token = fields_of(page.body, having="birth_date").get("csrfmiddlewaretoken", "")
        browser = Browser(header(page.cookies), token)
        answer = browser.post(self.connection, f"{_HOME}{link.token}/", {"birth_date": link.born})
        expect(answer, status=302, location=_HOME)
        self.sessions.append(Browser(header({**page.cookies, **answer.cookies}), token))
        del self.sessions[:-_MOST_KEPT]

    def home(self) -> None:
        expect(self.connection.get(_HOME, self._session().cookies), status=200, body='href="/suivi/symptomes/"')

    def diary(self) -> None:
        """Other symptoms and another temperature each time."""
        symptoms = {"symptoms": "cough"} if self._turn % 2 else {}
        form = {**symptoms, "temperature": f"{37 + self._turn % 20 / 10:.1f}".replace(".", ",")}
        answer = self._session().post(self.connection, f"{_HOME}symptomes/", form)
        expect(answer, status=302, location=_HOME)

    def _session(self) -> Browser:
        """Raises ``NothingLeft`` before any link was opened."""
        if not self.sessions:
            raise NothingLeft
        self._turn += 1
        return self.sessions[self._turn % len(self.sessions)]


SCENARIOS: Mapping[str, Callable[[Person], None]] = {
    "link": Person.open,
    "born": Person.check,
    "home": Person.home,
    "diary": Person.diary,
}
"""What one operation of each scenario is; those after ``born`` go on from the sessions that it opened."""
