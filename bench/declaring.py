"""The walk of a physician: fills a declaration of a patient zéro with three contacts, then registers it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bench.browser import Browser, NothingLeft, Walker, expect, log_in
from bench.client import Connection
from bench.people import contact_form, index_form, stay_form
from bench.state import Login

_START = "/contact-covid/declarer/"
CONTACTS = 3


@dataclass
class Physician(Walker):
    """One connection and the accounts that only it uses; ``numbers``: of people whom nobody else declares."""

    connection: Connection
    logins: Sequence[Login]
    numbers: Iterator[int]
    browsers: list[Browser] = field(default_factory=list)
    drafts: list[tuple[Browser, str]] = field(default_factory=list)
    _turn: int = 0

    def log_in(self) -> None:
        """Raises ``WrongAnswer``."""
        for login in self.logins:
            self.browsers.append(log_in(self.connection, login, form=_START, having="birth_name"))

    def draft(self) -> None:
        """Four forms: the patient zéro and each contact; of places none is named."""
        self._turn += 1
        browser, today = self.browsers[self._turn % len(self.browsers)], date.today()  # noqa: DTZ011 - as typed here
        answer = browser.post_once(self.connection, _START, index_form(next(self.numbers), today))
        expect(answer, status=302, location=_START)
        path = answer.location.removesuffix("contact/")
        for left in reversed(range(CONTACTS)):
            named = contact_form(next(self.numbers), today, last=left == 0)
            answer = browser.post_once(self.connection, f"{path}contact/", named)
            expect(answer, status=302, location=path if left else f"{path}lieux/")
        self.drafts.append((browser, path))

    def register(self) -> None:
        """The fifth form: four fiches are made. Raises ``NothingLeft`` when no draft is left."""
        if not self.drafts:
            raise NothingLeft
        browser, path = self.drafts.pop()
        answer = browser.post(self.connection, f"{path}verifier/", {})
        expect(answer, status=302, location="/contact-covid/mes-fiches/")

    def prepare(self, scenario: str) -> None:
        if scenario == "place" and not self.drafts:
            self.draft()

    def place(self) -> None:
        """A place of a patient zéro, on one draft after the other. Raises ``NothingLeft`` when no draft is left."""
        if not self.drafts:
            raise NothingLeft
        browser, path = self.drafts[0]
        self.drafts.append(self.drafts.pop(0))
        stay = stay_form(date.today())  # noqa: DTZ011 - as typed here
        expect(browser.post_once(self.connection, f"{path}lieux/", stay), status=302, location=path)


SCENARIOS: Mapping[str, Callable[[Physician], None]] = {"draft": Physician.draft, "register": Physician.register}
"""What one operation of each scenario is; ``register`` goes on from what ``draft`` has filled."""
MORE: Mapping[str, Callable[[Physician], None]] = {"place": Physician.place}
"""Of drafts that are left."""
