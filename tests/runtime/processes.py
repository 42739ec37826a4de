"""Real processes of the service and what can be seen of them from outside (Linux)."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.server import ROOT, wait_until

ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name in {"PATH", "HOME", "LANG", "PG_BINDIR", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV"}
}


def environment(home: Path, **values: str) -> dict[str, str]:
    """What a newcomer's shell has, and ``values``."""
    return ENVIRONMENT | {"CONTACT_HOME": str(home)} | values


def launch(home: Path, *command: str, log: Path, **values: str) -> subprocess.Popen[bytes]:
    """Starts Python with ``command`` on a state folder; what it prints goes to ``log``."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment(home, **values), stdout=output, stderr=output
        )


def of(home: Path) -> dict[int, str]:
    """The live processes that belong to ``home``, by number with their command."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            mark = os.fsencode(f"CONTACT_HOME={home}\0")
            if mark in (folder / "environ").read_bytes() or (folder / "cwd").readlink().is_relative_to(home):
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    found.pop(os.getpid(), None)
    return found


def kill_all(home: Path) -> None:
    """SIGKILL to everything that belongs to ``home``, as a power cut would."""
    for process in of(home):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    wait_until(lambda: not of(home), seconds=10, otherwise=lambda: str(of(home)))
