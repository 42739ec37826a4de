"""The servers under load: the service as ``make run`` starts it, and the bare view beside it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.client import Connection
from config import local

_PATIENCE = 30.0
_GOODBYE = 15.0


class NotServing(RuntimeError):
    """A web server did not come up; what it said is in its log."""


@dataclass(frozen=True, slots=True)
class Web:
    """A running gunicorn: its port and the number of its first process."""

    port: int
    arbiter: int


@contextmanager
def serving(application: str, ready: str, environment: Mapping[str, str]) -> Iterator[Web]:
    """Runs ``application`` (module of the WSGI application) until the path ``ready`` answers 200; stops it at the end.

    Raises ``NotServing``.
    """
    port = _free_port()
    log = local.home() / f"{application}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", application],
            cwd=local.BASE,
            env=dict(environment) | {"PORT": str(port)},
            stdout=output,
            stderr=output,
        )
    try:
        _await(process, port, ready, log)
        yield Web(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with Connection(port) as connection:
            try:
                if connection.get(ready).status == 200:
                    return
            except OSError:
                pass
        time.sleep(0.1)
    raise NotServing(f"{ready} does not answer, see {log}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
