"""The service as real processes, for tests that speak HTTP to it or kill it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from django.conf import settings

from config import embedded, postgres
from tests.settings import HOME

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable


@dataclass
class Server:
    """A running service. ``url`` has no slash at its end; ``log`` holds what its processes printed."""

    url: str
    home: Path
    environment: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]]

    @property
    def log(self) -> str:
        return (self.home / "server.log").read_text(errors="replace")

    def workers(self) -> list[int]:
        """The processes that answer requests, as the system knows them now."""
        master = self.processes["web"].pid
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def kill_a_worker(self, dice: Random) -> None:
        """SIGKILL to one of them, once there is one."""
        wait_until(lambda: bool(self.workers()), seconds=30)
        os.kill(dice.choice(self.workers()), signal.SIGKILL)

    def manage(self, *arguments: str) -> str:
        """What a management command prints, run in the server's environment."""
        command = [PYTHON, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(database: str, home: Path, *, worker: bool, environment: Mapping[str, str]) -> Server:
    """Starts the web server, and the worker if wanted, on ``database`` of the session's PostgreSQL server."""
    port = free_port()
    found = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    rules = {"PROTOCOL_AS_OF": "2020-05-13"}  # those of the guide, as in the demonstration
    wanted = rules | found | addresses(database) | {"CONTACT_HOME": str(home), "PORT": str(port)}
    wanted |= {"JOURNAL_ANCHOR": str(home / f"{database}.anchor")} | dict(environment)
    collect_static(home, wanted)
    commands = {"web": ["-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]}
    if worker:
        commands["worker"] = ["manage.py", "worker"]
    with (home / "server.log").open("ab") as log:
        processes = {
            name: subprocess.Popen([PYTHON, *command], cwd=ROOT, env=wanted, stdout=log, stderr=log)
            for name, command in commands.items()
        }
    running = Server(f"http://localhost:{port}", home, wanted, processes)
    try:
        wait_until(lambda: status_of(f"{running.url}/healthz") == 200, seconds=30, otherwise=lambda: running.log)
    except TimeoutError:
        running.stop()
        raise
    return running


def addresses(database: str) -> dict[str, str]:
    server = embedded.of(HOME)
    service, owner = server.url(postgres.SERVICE, database), server.url(postgres.OWNER, database)
    return {"DATABASE_URL": service, "DATABASE_OWNER_URL": owner, "DATABASE_DIRECT_URL": service}


def collect_static(home: Path, environment: Mapping[str, str]) -> None:
    """The style sheets and scripts, gathered once a session."""
    with embedded.exclusive(HOME / "static.lock"):
        if not settings.STATIC_ROOT.exists():
            command = [PYTHON, "manage.py", "collectstatic", "--noinput", "-v", "0"]
            subprocess.run(command, cwd=ROOT, env=dict(environment) | {"CONTACT_HOME": str(HOME)}, check=True)
    (home / "static").symlink_to(settings.STATIC_ROOT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def status_of(url: str) -> int:
    """The HTTP status of a page, 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def wait_until(holds: Callable[[], bool], *, seconds: float, otherwise: Callable[[], str] = lambda: "") -> None:
    """Waits for what another process will do. Raises ``TimeoutError`` with what ``otherwise`` tells."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise())
        time.sleep(0.05)


def answers_at(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
