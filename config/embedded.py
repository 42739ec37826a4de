"""The embedded database of a CONTACT_HOME: found or booted, shared by processes, stopped by the last one to leave.

Each process that uses it holds a shared lock on one file; whoever leaves and can then lock that file for itself alone
was the last. Locks vanish with their process, however it ends.
"""

import atexit
import fcntl
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import postgres
from config.postgres import Server

_held: dict[Server, int] = {}


def of(home: Path) -> Server:
    """The server of a CONTACT_HOME, running or not."""
    return Server(home.resolve() / "postgres")


def use(home: Path) -> Server:
    """The running server of ``home``, booted when needed; this process counts as a user until it ends or leaves.

    Raises ``EmbeddedDatabaseError``.
    """
    server = of(home)
    if server in _held:
        return server
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    server.folder.mkdir(mode=0o700, exist_ok=True)
    with exclusive(server.folder / "boot.lock"):
        if not postgres.answers(server):
            postgres.boot(server)
        handle = _open(server.folder / "users.lock")
        fcntl.flock(handle, fcntl.LOCK_SH)
    _held[server] = handle
    atexit.register(leave, server)
    return server


def leave(server: Server) -> None:
    """Stops counting this process as a user; the last one to leave stops the server.

    A forked child shares its parent's lock and may call this too: the lock lasts until both have left.
    """
    handle = _held.pop(server, None)
    if handle is None:
        return
    with _deaf(), exclusive(server.folder / "boot.lock"):
        os.close(handle)
        if _unused(server):
            postgres.stop(server)


def revive(home: Path) -> bool:
    """Boots the server of ``home`` again if it was killed (not if someone stopped it in order). True when it did so."""
    server = of(home)
    if not postgres.crashed(server):
        return False
    with exclusive(server.folder / "boot.lock"):
        if not postgres.crashed(server):
            return False
        postgres.boot(server)
    return True


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Holds the lock of a file alone among processes; waits for it."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _unused(server: Server) -> bool:
    handle = _open(server.folder / "users.lock")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


@contextmanager
def _deaf() -> Iterator[None]:
    """A second Ctrl-C must not leave a server half stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop(home: Path) -> None:
    """Stops the server of ``home`` whoever uses it."""
    server = of(home)
    if server.folder.exists():
        with exclusive(server.folder / "boot.lock"):
            postgres.stop(server)


def addresses(server: Server) -> dict[str, str]:
    """The environment variables by which the service finds its database."""
    return {
        "DATABASE_URL": server.url(postgres.SERVICE),
        "DATABASE_OWNER_URL": server.url(postgres.OWNER),
        "DATABASE_DIRECT_URL": server.url(postgres.SERVICE),
    }
