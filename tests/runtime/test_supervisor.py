"""``make run`` as real processes: it starts, says what is wrong, comes back, and leaves nothing behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread

import pytest

from config import embedded, supervisor
from tests.runtime import processes
from tests.server import ROOT, free_port, status_of, wait_until

SUPERVISOR = ("-m", "config.supervisor")


class Running:
    """A supervisor whose service is ready."""

    def __init__(self, home: Path, log: Path, **values: str) -> None:
        self.home, self.log = home, log
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        start = time.monotonic()
        self.process = processes.launch(home, *SUPERVISOR, log=log, PORT=str(self.port), **values)
        self.await_ready()
        self.seconds = time.monotonic() - start

    def await_ready(self, seconds: float = 60) -> None:
        wait_until(lambda: status_of(f"{self.url}/readyz") == 200, seconds=seconds, otherwise=self.log.read_text)

    def all_find(self, check: str) -> set[bool]:
        """What /readyz says of one condition, asked many times at once."""
        with ThreadPoolExecutor(12) as crowd:
            return {found[check] for found in crowd.map(readiness, [self.url] * 60)}

    def number_of(self, part: str) -> int:
        return min(number for number, command in processes.of(self.home).items() if part in command)

    def runs_another(self, part: str, gone: int) -> bool:
        found = {number for number, command in processes.of(self.home).items() if part in command}
        return bool(found) and gone not in found


def readiness(url: str) -> dict[str, bool]:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        with error:
            body = error.read()
    checks: dict[str, bool] = json.loads(body)["checks"]
    return checks


@contextmanager
def running(home: Path, log: Path, **values: str) -> Iterator[Running]:
    service = Running(home, log, **values)
    try:
        yield service
    finally:
        service.process.terminate()
        try:
            service.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            processes.kill_all(home)  # for the tests behind this one
            raise


def refused(home: Path, port: int) -> str:
    """What the supervisor says when it does not start."""
    done = subprocess.run(
        [sys.executable, *SUPERVISOR],
        cwd=ROOT,
        env=processes.environment(home, PORT=str(port)),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "run.log"


@pytest.fixture(scope="module")
def first(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """The first start in ``home``, which has ended."""
    log = tmp_path_factory.mktemp("first") / "run.log"
    with running(home, log) as service:
        wait_until(lambda: f"http://localhost:{service.port}/" in log.read_text(), seconds=20)
    return service


def test_it_starts_tells_its_address_and_stops_without_a_trace(first: Running) -> None:
    assert first.process.returncode == 0
    assert processes.of(first.home) == {}
    assert re.search(r"^Structure de la base… \d+\.\d s$", first.log.read_text(), re.MULTILINE)


def loading(log: Path) -> float:
    """Seconds that the tables and the geography took, as the log tells."""
    steps = re.findall(
        r"^(?:Structure de la base|Communes et départements)… (\d+\.\d) s$", log.read_text(), re.MULTILINE
    )
    assert len(steps) == 2
    return sum(map(float, steps))


def test_the_second_start_loads_nothing_again_and_others_find_it_running(
    first: Running, tmp_path: Path, log: Path
) -> None:
    """One service runs per folder and per port; commands find its database and leave it there."""
    home = first.home
    with running(home, log) as service:
        assert loading(log) < loading(first.log) / 2
        assert "tourne déjà" in refused(home, free_port())
        elsewhere = tmp_path / "elsewhere"
        assert f"port {service.port}" in refused(elsewhere, service.port)
        assert not (elsewhere / "postgres").exists()
        told = doctor(home)
        assert told.startswith("[")
        assert '"name": "worker", "message": "un exécutant travaille"' in told
        service.await_ready(seconds=1)


def doctor(home: Path) -> str:
    command = [sys.executable, "manage.py", "doctor", "--json"]
    return subprocess.run(
        command, cwd=ROOT, env=processes.environment(home, DEMO="1"), check=False, capture_output=True, text=True
    ).stdout


def test_a_port_of_cards_that_is_taken_is_told_and_the_rest_is_served(home: Path, tmp_path: Path, log: Path) -> None:
    certificate = tmp_path / "server.pem"
    certificate.touch()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        with running(home, log, CARD_PORT=taken, CARD_SERVER_CERTIFICATE=str(certificate)) as service:
            assert f"Le port {taken} n'est pas libre" in log.read_text()
            assert status_of(f"{service.url}/connexion/") == 200
            assert not any("card_gunicorn" in command for command in processes.of(home).values())


@pytest.mark.parametrize(
    "part",
    ["gunicorn", *(pytest.param(part, marks=pytest.mark.drill) for part in ("manage.py worker", "bin/postgres"))],
)
def test_what_is_killed_comes_back(home: Path, log: Path, part: str) -> None:
    with running(home, log) as service:
        killed = service.number_of(part)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: service.runs_another(part, killed), seconds=20, otherwise=log.read_text)
        service.await_ready()


@pytest.mark.drill
def test_requests_recover_when_the_database_was_stopped_and_started(home: Path, log: Path) -> None:
    """Without a restart, and without an error in any of the threads that held a connection."""
    with running(home, log) as service:
        web = service.number_of("gunicorn")
        assert service.all_find("migrations") == {True}
        embedded.stop(home)
        assert service.all_find("migrations") == {False}
        assert status_of(f"{service.url}/healthz") == 200
        embedded.use(home)
        try:
            assert service.all_find("migrations") == {True}
            assert service.number_of("gunicorn") == web
            service.await_ready()
        finally:
            embedded.leave(embedded.of(home))


@pytest.mark.drill
def test_a_frozen_database_is_told_in_three_seconds(home: Path, log: Path) -> None:
    with running(home, log) as service:
        frozen = service.number_of("bin/postgres")
        os.kill(frozen, signal.SIGSTOP)
        try:
            start = time.monotonic()
            assert status_of(f"{service.url}/readyz") == 503
            assert time.monotonic() - start < 3
        finally:
            os.kill(frozen, signal.SIGCONT)
        service.await_ready()


def test_a_killed_supervisor_takes_everything_with_it(home: Path, log: Path) -> None:
    with running(home, log) as service:
        service.process.kill()
        service.process.wait()
        wait_until(lambda: processes.of(home) == {}, seconds=20, otherwise=lambda: str(processes.of(home)))


@pytest.mark.drill
def test_it_starts_again_after_everything_was_killed(home: Path, log: Path) -> None:
    with running(home, log) as service:
        processes.kill_all(home)
        service.process.wait()
    with running(home, log) as again:
        assert again.seconds < 20


def test_told_again_and_again_to_stop_it_takes_everything_with_it(home: Path, log: Path) -> None:
    """By the group and by make at once: the second signal comes while the first is being heard."""
    with running(home, log) as service:
        for _ in range(200):
            service.process.send_signal(signal.SIGTERM)
            service.process.send_signal(signal.SIGINT)
        assert service.process.wait(timeout=30) == 0
        assert processes.of(home) == {}
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("moment", range(12))
def test_a_signal_while_another_is_being_heard_ends_it_once(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """At whichever call or return within the handler it comes; ``make`` and its group pass on the same one."""
    monkeypatch.setattr(supervisor, "_ending", False)
    moments, ended = count(), []

    def again(*_: object) -> None:
        if next(moments) == moment:
            supervisor._interrupt(signal.SIGTERM, None)

    def hear() -> None:
        sys.setprofile(again)
        try:
            supervisor._interrupt(signal.SIGTERM, None)
        except KeyboardInterrupt:
            ended.append(moment)
        finally:
            sys.setprofile(None)

    hearing = Thread(target=hear, daemon=True)
    hearing.start()
    hearing.join(timeout=5)
    assert (hearing.is_alive(), ended) == (False, [moment])


def test_the_watch_ends_when_python_swallowed_the_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is raised while an object is being collected is printed and lost."""
    monkeypatch.setattr(supervisor, "_ending", True)
    monkeypatch.setattr(supervisor, "PULSE", -1)  # another round would fail
    supervisor.watch([])
