"""Processes that die while people work: nothing acknowledged is lost, nothing is written twice, pages stay kind."""

import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event

import psycopg.conninfo
import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from config import embedded, postgres
from contact_covid.portal.errors import ERROR_PAGES
from contact_covid.tracing.rules.masks import of_disease
from tests.journeys import world as worlds
from tests.journeys.steps import mask_rows, today
from tests.journeys.web import Answer, Visitor, insist
from tests.journeys.world import CLAIRE, KARIM, Patient, World
from tests.server import Server, wait_until

KILLS, WRITERS = 20, 6


# --- Web workers killed --------------------------------------------------------------------------------------------


def write_masks(visitor: Visitor, patient: Patient, acknowledged: list[int], *, until: Event) -> None:
    """One delivery after the other on the patient's fiche, each under the key of its own form, until told to stop."""
    path = f"{patient.path}modifier/"
    insist(lambda: visitor.post("/contact-covid/recherche/", patient.searched), until=lambda each: each.status == 302)
    for quantity in range(1, of_disease("covid19")[-1].most + 1):
        if until.is_set():
            return
        page = insist(lambda: visitor.get(path), until=lambda each: each.status == 200)
        hidden = {name: page.field(name) for name in ("idempotency_key", "version")}
        masks = {"masks_delivered": "yes", "masks_quantity": str(quantity), "masks_date": today()}
        insist(lambda form=hidden | masks: visitor.post(path, form), until=lambda each: each.status == 302)  # type: ignore[misc]
        acknowledged.append(quantity)


def test_workers_killed_while_masks_are_traced_lose_nothing_and_repeat_nothing(world: World, service: Server) -> None:
    patients = [world.patient() for _ in range(WRITERS)]
    acknowledged: dict[Patient, list[int]] = {patient: [] for patient in patients}
    visitors = [Visitor(service.url, world.token(login)) for login in (CLAIRE, KARIM) * (WRITERS // 2)]
    dice, enough = random.Random(1), Event()

    def written(least: int) -> bool:
        return sum(map(len, acknowledged.values())) >= least or any(each.done() for each in writing)

    with ThreadPoolExecutor(WRITERS) as threads:
        writing = [
            threads.submit(write_masks, visitor, patient, acknowledged[patient], until=enough)
            for visitor, patient in zip(visitors, patients, strict=True)
        ]
        try:
            for kills in range(KILLS):
                wait_until(partial(written, 2 * kills + 1), seconds=30)
                service.kill_a_worker(dice)
        finally:
            enough.set()
        for each in writing:
            each.result()

    assert all(acknowledged.values())
    wanted = {patient: list(range(1, len(known) + 1)) for patient, known in acknowledged.items()}
    assert acknowledged == wanted
    rows = {patient: [(True, n, n < len(known)) for n in known] for patient, known in acknowledged.items()}
    assert {patient: mask_rows(patient) for patient in patients} == rows


# --- The database stopped ------------------------------------------------------------------------------------------


@contextmanager
def pointing_to(urls: dict[str, str]) -> Iterator[None]:
    """This process's connections lead to another PostgreSQL server."""
    before = {alias: dict(connections.settings[alias]) for alias in connections}
    connections.close_all()
    for alias, url in zip(("default", "owner", "direct"), urls.values(), strict=True):
        parts = psycopg.conninfo.conninfo_to_dict(url)
        connections.settings[alias] |= {"NAME": parts["dbname"], "HOST": parts["host"], "USER": parts["user"]}
        connections.settings[alias]["OPTIONS"] = {
            **connections.settings[alias]["OPTIONS"],
            **{name: value for name, value in parts.items() if name not in {"dbname", "host", "user"}},
        }
    try:
        yield
    finally:
        connections.close_all()
        for alias, settings in before.items():
            connections.settings[alias].update(settings)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder with a database server of its own, which may be stopped."""
    folder = tmp_path_factory.mktemp("own")
    embedded.use(folder)
    yield folder
    embedded.stop(folder)
    embedded.leave(embedded.of(folder))


@pytest.fixture(scope="module")
def own(
    home: Path, server: Callable[..., Server], django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Server, World]]:
    urls = embedded.addresses(embedded.of(home))
    service = server("", **urls)
    service.manage("migrate", "--database", "owner", "--verbosity", "0")
    with django_db_blocker.unblock(), pointing_to(urls):
        worlds.build()
        yield service, World("")


def is_unavailable(answer: Answer) -> bool:
    return answer.status == 503 and ERROR_PAGES[503].title in answer.text and "retry-after" in answer.headers


def test_a_stopped_database_is_told_kindly_and_nothing_needs_a_restart(own: tuple[Server, World], home: Path) -> None:
    service, world = own
    patient, claire = world.patient(), Visitor(service.url, world.token(CLAIRE))
    result = claire.post("/contact-covid/recherche/", patient.searched).location
    path = f"{patient.path}modifier/"
    page = claire.get(path)
    hidden = {name: page.field(name) for name in ("idempotency_key", "version")}
    form = hidden | {"masks_delivered": "yes", "masks_quantity": "14", "masks_date": today()}
    pages = ("/accueil/", "/contact-covid/recherche/", result, patient.path, path)
    running, log = service.workers(), service.log
    assert '"database": true' in claire.get("/readyz").text
    connections.close_all()

    postgres.stop(embedded.of(home))
    try:
        answers = [claire.get(each) for each in pages] + [claire.post(path, form)]
        answers += [claire.post("/contact-covid/recherche/", patient.searched), claire.post("/deconnexion/")]
        answers += [Visitor(service.url).log_in(CLAIRE, "Mauvais-Mot-1")]
        assert [is_unavailable(answer) for answer in answers] == [True] * len(answers)
        assert not [answer for answer in answers if patient.name in answer.text]
        ready = claire.get("/readyz")
        assert (ready.status, '"database": false' in ready.text) == (503, True)
        nobody = Visitor(service.url)
        for each in ("/connexion/", "/aide/", "/healthz"):
            assert nobody.get(each).status == 200
        assert nobody.get("/nulle-part/").status == 404
        style = re.findall(r'href="(/static/[^"]*\.css)"', answers[0].text)
        assert nobody.get(style[0]).status == 200
    finally:
        postgres.boot(embedded.of(home))

    with ThreadPoolExecutor(16) as threads:
        after = list(threads.map(lambda _: claire.get(patient.path).status, range(48)))
    assert after == [200] * 48
    assert claire.post(path, form).status == 302
    assert claire.post(path, form).status == 302
    assert mask_rows(patient) == [(True, 14, False)]
    assert service.workers() == running
    assert "Traceback" not in service.log[len(log) :]
