"""The walk of a laboratory: finds somebody, records a sampling, then the result of that sampling."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle

from bench.browser import Browser, NothingLeft, Walker, WrongAnswer, expect, log_in
from bench.client import Connection
from bench.forms import fields_of
from bench.state import Login, Patient

_SEARCH = "/contact-covid/recherche/"
_PREPARED = 60  # fiches opened before a run, each written on once
_RESULTS = ("negative", "inconclusive")
_DAYS = 5


@dataclass
class OpenForm:
    """A form as a browser holds it."""

    browser: Browser
    path: str
    fields: Mapping[str, str]

    def send(self, connection: Connection, act: Mapping[str, str], *, to: str) -> None:
        """Raises ``WrongAnswer``."""
        keyed = {**self.fields, **act, "idempotency_key": secrets.token_urlsafe(16)}
        expect(connection.post(self.path, keyed, self.browser.cookies), status=302, location=to)


@dataclass
class Laboratory(Walker):
    """One connection, and the accounts and patients that only it walks with."""

    connection: Connection
    logins: Sequence[Login]
    patients: Sequence[Patient]
    browsers: list[Browser] = field(default_factory=list)
    forms: list[tuple[OpenForm, str]] = field(default_factory=list)
    _turn: int = 0

    def __post_init__(self) -> None:
        self._next = cycle(self.patients)

    def log_in(self) -> None:
        """Raises ``WrongAnswer``."""
        for login in self.logins:
            self.browsers.append(log_in(self.connection, login, form=_SEARCH, having="nir"))

    def prepare(self, scenario: str) -> None:
        """Finds people and opens their forms, for results those of a sampling. Raises ``WrongAnswer``."""
        self.forms = [self._opened(self.browsers[turn % len(self.browsers)], scenario) for turn in range(_PREPARED)]

    def _opened(self, browser: Browser, scenario: str) -> tuple[OpenForm, str]:
        patient = next(self._next)
        names = {"last_name": patient.last_name, "first_name": patient.first_name}
        answer = browser.post(self.connection, _SEARCH, {"nir": patient.nir, **names, "per_page": "25"})
        expect(answer, status=302, location=_SEARCH)
        form = self._form(browser, f"{patient.fiche}modifier/")
        if scenario == "found":
            form.send(self.connection, _sampled(0), to=patient.fiche)
            page = self.connection.get(patient.fiche, browser.cookies)
            found = re.search(rf'"({patient.fiche}prelevement/[0-9a-f-]{{36}}/)"', page.body.decode())
            if found is None:
                raise WrongAnswer(f"sampling: {page.status}")
            form = self._form(browser, found[1])
        return form, patient.fiche

    def _form(self, browser: Browser, path: str) -> OpenForm:
        page = self.connection.get(path, browser.cookies)
        fields = fields_of(page.body, having="idempotency_key")
        if page.status != 200 or not fields:
            raise WrongAnswer(f"form: {page.status}")
        return OpenForm(browser, path, fields)

    def sample(self) -> None:
        form, fiche = self._take()
        form.send(self.connection, _sampled(self._turn % _DAYS), to=fiche)

    def result(self) -> None:
        form, fiche = self._take()
        found = {"test_result": _RESULTS[self._turn % len(_RESULTS)]}
        form.send(self.connection, {**_sampled(0), **found}, to=fiche)

    def _take(self) -> tuple[OpenForm, str]:
        """Raises ``NothingLeft`` when all that was opened is used up."""
        if not self.forms:
            raise NothingLeft
        self._turn += 1
        return self.forms.pop()


def _sampled(before: int) -> dict[str, str]:
    day = date.today() - timedelta(days=before)  # noqa: DTZ011 - what is typed at this desk
    return {"test_done": "yes", "test_date": f"{day:%d/%m/%Y}", "test_kind": "pcr", "test_result": "pending"}


SCENARIOS: Mapping[str, Callable[[Laboratory], None]] = {"sample": Laboratory.sample, "found": Laboratory.result}
"""What one operation of each scenario is."""
