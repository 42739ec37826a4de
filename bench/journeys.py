"""The walk of a pharmacist, request by request: logs in, searches, opens what was found, records masks.

Each scenario goes on from what the one before it found, so that every request is one that a browser could make.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from typing import TypeVar

from bench.browser import Browser, NothingLeft, Walker, WrongAnswer, expect, log_in
from bench.client import Connection
from bench.forms import fields_of
from bench.state import Login, Patient

T = TypeVar("T")

_SEARCH = "/contact-covid/recherche/"
_MOST_KEPT = 2_000  # of what was found, per visitor: more would not be opened within a run
_FORMS = 150  # opened before a run
_MASKS = (12, 14)  # a correction each time: what changes nothing writes nothing


@dataclass(frozen=True, slots=True)
class Found:
    """A look-up that a browser has made; ``path`` is its result."""

    browser: Browser
    path: str
    patient: Patient


@dataclass
class OpenForm:
    """The form of a fiche as a browser holds it; its version goes on with every write."""

    browser: Browser
    path: str
    fields: dict[str, str]

    def next_fields(self) -> dict[str, str]:
        """What the form sends now: an act that differs from what is recorded."""
        quantity = next(str(count) for count in _MASKS if str(count) != self.fields["masks_quantity"])
        self.fields |= {
            "masks_delivered": "yes",
            "masks_quantity": quantity,
            "masks_date": date.today().strftime("%d/%m/%Y"),  # noqa: DTZ011 - what is typed at this desk
            "idempotency_key": secrets.token_urlsafe(16),
        }
        return self.fields

    def was_written(self) -> None:
        self.fields["version"] = str(int(self.fields["version"]) + 1)


@dataclass
class Visitor(Walker):
    """One connection, and the accounts and patients that only it walks with."""

    connection: Connection
    bare: Connection
    logins: Sequence[Login]
    patients: Sequence[Patient]
    browsers: list[Browser] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    forms: dict[str, OpenForm] = field(default_factory=dict)
    givers: dict[str, Browser] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._next_patient = cycle(self.patients)
        self._turn = 0

    def log_in(self) -> None:
        """Every account once. Raises ``WrongAnswer``."""
        for login in self.logins:
            self.browsers.append(log_in(self.connection, login, form=_SEARCH, having="nir"))

    def prepare(self, scenario: str) -> None:
        if scenario == "record":
            self._open_forms()

    def _open_forms(self) -> None:
        """Opens the forms of some of the patients found, and of no patient twice.

        Anew each time: agents may have called the patients since. Masks that were given are corrected by the pharmacy
        that gave them; whoever has some from before the run is left out.
        """
        self.forms.clear()
        for found in self.found:
            if len(self.forms) >= _FORMS:
                return
            path = f"{found.patient.fiche}modifier/"
            if path not in self.forms and self.givers.get(path, found.browser) is found.browser:
                page = self.connection.get(path, found.browser.cookies)
                fields = fields_of(page.body, having="idempotency_key")
                if page.status != 200 or not fields:
                    raise WrongAnswer(f"form: {page.status}")
                if "masks_quantity" in fields:
                    self.forms[path] = OpenForm(found.browser, path, fields)

    def search(self) -> None:
        browser, patient = self._take(self.browsers), next(self._next_patient)
        fields = {
            "nir": patient.nir,
            "last_name": patient.last_name,
            "first_name": patient.first_name,
            "per_page": "25",
        }
        answer = browser.post(self.connection, _SEARCH, fields)
        expect(answer, status=302, location=_SEARCH)
        self.found.append(Found(browser, answer.location, patient))
        del self.found[:-_MOST_KEPT]

    def result(self) -> None:
        found = self._take(self.found)
        answer = self.connection.get(found.path, found.browser.cookies)
        expect(answer, status=200, body=f'href="{found.patient.fiche}"')

    def fiche(self) -> None:
        found = self._take(self.found)
        answer = self.connection.get(found.patient.fiche, found.browser.cookies)
        expect(answer, status=200, body=f'href="{found.patient.fiche}modifier/"')

    def record(self) -> None:
        form = self._take(list(self.forms.values()))
        answer = self.connection.post(form.path, form.next_fields(), form.browser.cookies)
        expect(answer, status=302, location=form.path.removesuffix("modifier/"))
        form.was_written()
        self.givers[form.path] = form.browser

    def deliveries(self) -> None:
        """What the pharmacy gave today. Raises ``NothingLeft`` before it gave anything."""
        if not self.givers:
            raise NothingLeft
        browser = self._take(list(self.givers.values()))
        answer = self.connection.get("/contact-covid/mes-delivrances/", browser.cookies)
        expect(answer, status=200, body='href="/contact-covid/mes-delivrances/')

    def read_bare(self) -> None:
        patient = next(self._next_patient)
        expect(self.bare.get(f"/{patient.fiche_id}/"), status=200, body=f"<p>{patient.fiche_id}</p>")

    def _take(self, things: Sequence[T]) -> T:
        """One after the other, round and round."""
        self._turn += 1
        return things[self._turn % len(things)]


SCENARIOS: Mapping[str, Callable[[Visitor], None]] = {
    "search": Visitor.search,
    "result": Visitor.result,
    "fiche": Visitor.fiche,
    "record": Visitor.record,
    "bare": Visitor.read_bare,
}
MORE: Mapping[str, Callable[[Visitor], None]] = {"deliveries": Visitor.deliveries}
"""What one request of each scenario is. Raises ``WrongAnswer``, ``OSError``, ``ServerGone``."""
