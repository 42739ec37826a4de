"""The walk of a platform agent: records a call and is given the next person, lists her area, finds who is ringing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle

from bench.browser import Browser, NothingLeft, Walker, expect, log_in
from bench.client import Connection
from bench.state import Caller, Login

_LIST = "/contact-covid/appels/"
_CALLER = f"{_LIST}appelant/"
_OUTCOMES = ("informed", "no_answer")
_NO_CONTACT = 404
ROWS = 25


@dataclass
class Agent(Walker):
    """One connection, one account; ``callers`` live in the area of its fund."""

    connection: Connection
    login: Login
    callers: Sequence[Caller]
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._browser = Browser("", "")
        self._next_caller = cycle(self.callers)
        self._next_outcome = cycle(_OUTCOMES)
        self._call = ""

    def log_in(self) -> None:
        """Raises ``WrongAnswer``."""
        self._browser = log_in(self.connection, self.login, form=_CALLER, having="phone")

    def prepare(self, scenario: str) -> None:  # noqa: ARG002 - whatever comes next
        """The call of an earlier run is no longer hers."""
        self._call = ""

    def call(self) -> None:
        """Says how the call ended and is given the next person, in one form. Raises ``NothingLeft``: nobody waits."""
        self._begin()
        fields = {"outcome": next(self._next_outcome), "note": "", "language": "fr", "then": "next"}
        answer = self._browser.post_once(self.connection, self._call, fields)
        expect(answer, status=302, location=_LIST)
        self._call = ""
        self._given(answer.location)

    def become(self) -> None:
        """A contact has tested positive; the patient zéro that she becomes is called next, by whoever comes first."""
        self._begin()
        today = f"{date.today():%d/%m/%Y}"  # noqa: DTZ011 - what is typed at this desk
        positive = {"sampled_on": today, "result_on": today, "test_kind": "pcr"}
        answer = self._browser.post_once(self.connection, f"{self._call}positif/", positive)
        if answer.status == _NO_CONTACT:
            self.call()
            return
        expect(answer, status=302, location=_LIST)
        self._call = ""
        self._given(answer.location)

    def _begin(self) -> None:
        if not self._call:
            self._given(self._browser.post(self.connection, f"{_LIST}suivant/", {}).location)

    def _given(self, location: str) -> None:
        path = location.partition("?")[0]
        if path == _LIST:
            raise NothingLeft
        self._call = path
        self.calls.append(path)

    def area(self) -> None:
        answer = self.connection.get(_LIST, self._browser.cookies)
        expect(answer, status=200, body='name="fiche"')

    def caller(self) -> None:
        caller = next(self._next_caller)
        fields = {"phone": "", "names": f"{caller.last_name} {caller.first_name}", "birth_date": caller.birth_date}
        answer = self._browser.post(self.connection, _CALLER, fields)
        expect(answer, status=200, body=caller.number)


SCENARIOS: Mapping[str, Callable[[Agent], None]] = {"call": Agent.call, "area": Agent.area, "caller": Agent.caller}
"""What one operation of each scenario is."""
MORE: Mapping[str, Callable[[Agent], None]] = {"follow_up": Agent.call, "become": Agent.become}
"""The same of people who were told before, and of contacts only."""
