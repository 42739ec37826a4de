"""Web workers killed 200 times while physicians register 20 patients zéro a second: trust.md 1."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Event, Lock
from uuid import UUID

import pytest
from django.db import connections

from contact_covid.journal.models import Entry
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import open_identity
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Draft, Exposure, Fiche
from tests.cast import person
from tests.journeys.declaring import contact_form, index_form
from tests.journeys.web import Visitor, insist
from tests.journeys.world import HELENE, World
from tests.server import Server, wait_until

pytestmark = pytest.mark.drill
PATRICK = "patrick.louis-joseph@example.org"
KILLS, A_SECOND, WRITERS = 200, 20, 16
BETWEEN_KILLS = 10  # registrations
CONTACT = 10_000
"""The nth patient zéro names the person of this number + n."""


class Desk:
    """What the writers share: who is next and when, and what the service has acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: dict[int, UUID] = {}
        self.enough = Event()
        self._started = time.monotonic()
        self._numbers: Iterator[int] = count(1)
        self._lock = Lock()

    def next(self) -> int:
        """The next patient zéro, not before her turn: so many a second, later when the service is behind."""
        with self._lock:
            number = next(self._numbers)
        self.enough.wait(max(0.0, self._started + number / A_SECOND - time.monotonic()))
        return number

    @property
    def pace(self) -> float:
        return len(self.acknowledged) / (time.monotonic() - self._started)


def write(visitor: Visitor, desk: Desk) -> None:
    """One declaration after the other, each step sent under its key until it is acknowledged."""
    while True:
        number = desk.next()
        if desk.enough.is_set():
            return
        desk.acknowledged[number] = declare(visitor, number)


def declare(visitor: Visitor, number: int) -> UUID:
    """The fiche that the service says it made of the patient zéro of that number, who names one contact."""
    index = index_form(number, idempotency_key=f"index {number}")
    named = contact_form(CONTACT + number, then="done", idempotency_key=f"contact {number}")
    draft = sent(visitor, "/contact-covid/declarer/", index).removesuffix("contact/")
    sent(visitor, f"{draft}contact/", named)
    registered = sent(visitor, f"{draft}verifier/", {})
    assert registered.startswith("/contact-covid/mes-fiches/"), registered
    return UUID(registered.split("/")[3])


def sent(visitor: Visitor, path: str, form: dict[str, str]) -> str:
    answer = insist(lambda: visitor.post(path, form), until=lambda answer: answer.status in (200, 302))
    assert answer.status == 302, answer.text
    return answer.location


def names(fiches: list[UUID]) -> dict[UUID, str]:
    sealed = SealedIdentity.objects.filter(fiche__in=fiches)
    return {row.fiche: open_identity(row.fiche, bytes(row.value)).birth_name for row in sealed}


def test_nothing_acknowledged_is_lost_and_nothing_is_registered_twice(world: World, service: Server) -> None:
    desk, dice = Desk(), random.Random(2)
    visitors = [Visitor(service.url, world.new_token(login)) for login in (HELENE, PATRICK) * (WRITERS // 2)]

    def written(least: int) -> bool:
        return len(desk.acknowledged) > least or any(each.done() for each in writing)

    with ThreadPoolExecutor(WRITERS) as threads:
        writing = [threads.submit(write, visitor, desk) for visitor in visitors]
        try:
            for kills in range(KILLS):
                wait_until(partial(written, BETWEEN_KILLS * kills), seconds=60)
                service.kill_a_worker(dice)
            pace = desk.pace
        finally:
            desk.enough.set()
        for each in writing:
            each.result()

    known = desk.acknowledged
    connections.close_all()
    print(f"\n{len(known)} registrations acknowledged, {pace:.1f} a second, {KILLS} workers killed")
    index, contact = (list(Fiche.objects.filter(kind=kind).values_list("id", flat=True)) for kind in FicheKind)
    expected = {fiche: person(number).birth_name for number, fiche in known.items()}
    assert names(index) == expected
    assert sorted(names(contact).values()) == sorted(person(CONTACT + n).birth_name for n in known)
    assert sorted(Exposure.objects.values_list("index_fiche", flat=True)) == sorted(known.values())
    assert Entry.objects.filter(kind=TracingEvent.INITIALISED).count() == len(known)
    assert not Draft.objects.exists()
