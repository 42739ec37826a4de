"""The walk of a counter from the search to the record: masks at a pharmacy, a test in a laboratory."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bench.browser import Browser, WrongAnswer, expect, log_in
from bench.client import Connection
from bench.forms import fields_of
from bench.state import Login, Patient

_SEARCH = "/contact-covid/recherche/"
_CHANGED = 409
_GIVEN_BEFORE = "Une pharmacie a déjà délivré des masques à cette personne"
"""The right answer where another pharmacy has: nobody gets masks twice."""


@dataclass
class Counter:
    """One account at one counter. ``trade``: "laboratory" or "pharmacy"; ``patients``: whom nobody else serves."""

    connection: Connection
    login: Login
    trade: str
    patients: Iterator[Patient]
    _browser: Browser | None = None
    _turn: int = 0

    def log_in(self) -> None:
        """Raises ``WrongAnswer``."""
        self._browser = log_in(self.connection, self.login, form=_SEARCH, having="nir")

    def serve(self) -> None:
        """Searches somebody, opens her fiche, records. Raises ``WrongAnswer``."""
        browser, patient = self._browser or Browser("", ""), next(self.patients)
        self._turn += 1
        names = {"last_name": patient.last_name, "first_name": patient.first_name}
        answer = browser.post(self.connection, _SEARCH, {"nir": patient.nir, **names, "per_page": "25"})
        expect(answer, status=302, location=_SEARCH)
        expect(self.connection.get(answer.location, browser.cookies), status=200, body=f'href="{patient.fiche}"')
        expect(self.connection.get(patient.fiche, browser.cookies), status=200, body=f'href="{patient.fiche}modifier/"')
        if not self._record(browser, patient):  # an agent called her meanwhile: the form is opened again
            self._record(browser, patient)

    def _record(self, browser: Browser, patient: Patient) -> bool:
        path = f"{patient.fiche}modifier/"
        page = self.connection.get(path, browser.cookies)
        fields = fields_of(page.body, having="idempotency_key")
        if page.status != 200 or not fields:
            raise WrongAnswer(f"form: {page.status}")
        fields |= self._act() | {"idempotency_key": secrets.token_urlsafe(16)}
        answer = self.connection.post(path, fields, browser.cookies)
        if answer.status == _CHANGED:
            return False
        if self.trade == "pharmacy" and _GIVEN_BEFORE.encode() in answer.body:
            return True
        expect(answer, status=302, location=patient.fiche)
        return True

    def _act(self) -> dict[str, str]:
        """Something that is not recorded yet: what changes nothing writes nothing."""
        today = date.today().strftime("%d/%m/%Y")  # noqa: DTZ011 - what is typed at this desk
        if self.trade == "pharmacy":
            return {"masks_delivered": "yes", "masks_quantity": str(1 + self._turn % 50), "masks_date": today}
        result = ("pending", "negative")[self._turn % 2]
        return {"test_done": "yes", "test_date": today, "test_kind": "pcr", "test_result": result}
