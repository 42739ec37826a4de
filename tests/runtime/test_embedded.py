"""The embedded database: shared, counted, found again after whatever happened to it."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded, postgres
from tests.runtime import processes
from tests.server import ROOT, wait_until

USER = """
import sys
from pathlib import Path
from config import embedded
embedded.use(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
"""
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def user(home: Path) -> Iterator[Start]:
    """Starts a process that uses the database of ``home`` until its standard input ends."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(home)],
            cwd=ROOT,
            env=processes.environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def rows(home: Path, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(embedded.of(home).url(postgres.OWNER), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_the_last_to_leave_stops_the_server_and_no_one_before(home: Path, user: Start) -> None:
    first, second = user(), user()
    first.communicate()
    assert rows(home, "SELECT 1") == [(1,)]
    second.communicate()
    assert processes.of(home) == {}


def test_two_starting_at_once_share_one_server(home: Path) -> None:
    command = [sys.executable, "manage.py", "check"]
    pair = [subprocess.Popen(command, cwd=ROOT, env=processes.environment(home)) for _ in range(2)]
    assert [process.wait(timeout=60) for process in pair] == [0, 0]
    assert processes.of(home) == {}


def test_a_terminated_command_leaves_nothing_running(home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = processes.launch(
        home, "manage.py", "shell", "-c", "import time; print('in', flush=True); time.sleep(60)", log=log
    )
    wait_until(lambda: "in" in log.read_text().split(), seconds=30, otherwise=log.read_text)
    assert any("postgres" in name for name in processes.of(home).values())
    command.terminate()
    assert command.wait(timeout=20) == 128 + 15
    assert processes.of(home) == {}


def test_committed_rows_survive_the_killing_of_everything(home: Path, user: Start) -> None:
    user()
    rows(home, "CREATE TABLE survivor AS SELECT 7 AS number")
    processes.kill_all(home)
    user()
    assert rows(home, "SELECT number FROM survivor") == [(7,)]


def test_a_stranger_under_the_number_of_a_killed_server_does_not_keep_it_down(home: Path, user: Start) -> None:
    server = embedded.of(home)
    user()
    processes.kill_all(home)
    stale = server.data / "postmaster.pid"
    stale.write_text("\n".join([str(os.getpid()), *stale.read_text().split("\n")[1:]]))
    user()
    assert rows(home, "SELECT 1") == [(1,)]


def test_a_killed_server_is_revived_but_a_stopped_one_is_left_alone(home: Path, user: Start) -> None:
    user()
    server = embedded.of(home)
    assert not embedded.revive(home)
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), 9)
    wait_until(lambda: postgres.crashed(server), seconds=10)
    assert embedded.revive(home)
    assert rows(home, "SELECT 1") == [(1,)]
    embedded.stop(home)
    assert not embedded.revive(home)


def test_nothing_listens_on_tcp(home: Path, user: Start) -> None:
    user()
    servers = {number for number, name in processes.of(home).items() if "postgres" in name}
    assert servers
    assert not listening_inodes() & {inode for number in servers for inode in socket_inodes(number)}


def listening_inodes() -> set[str]:
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    lines = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    return {fields[9] for fields in lines if fields[3] == "0A"}


def socket_inodes(process: int) -> set[str]:
    links = [str(link.readlink()) for link in Path(f"/proc/{process}/fd").iterdir()]
    return {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")}


def test_the_roles_are_confined(home: Path, user: Start) -> None:
    user()
    assert rows(
        home, "SELECT rolname, rolsuper, rolcreatedb FROM pg_roles WHERE rolname LIKE 'contact%' ORDER BY 1"
    ) == [
        ("contact_owner", False, True),
        ("contact_service", False, False),
    ]
    with (
        psycopg.connect(embedded.of(home).url(postgres.SERVICE)) as service,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        service.execute("CREATE TABLE mine ()")
    assert embedded.of(home).folder.stat().st_mode & 0o077 == 0


def test_letters_with_accents_are_letters(home: Path, user: Start) -> None:
    user()
    assert rows(home, "SELECT lower('ÉLODIE'), 'É' ~ '\\w'") == [("élodie", True)]


@pytest.fixture
def far_home() -> Iterator[Path]:
    """A state folder whose path no socket address can hold, with characters that need quoting."""
    top = Path(tempfile.mkdtemp(prefix="contact-"))
    yield top / ("l'état " + "x" * 90)
    shutil.rmtree(top)


def test_a_long_path_gets_a_short_private_socket_folder(far_home: Path) -> None:
    server = embedded.use(far_home)
    try:
        assert server.socket.parent == Path("/tmp")
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert rows(far_home, "SELECT 1") == [(1,)]
    finally:
        embedded.leave(server)
    assert not server.socket.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user's rights to give away")
def test_root_without_user_namespaces_steps_down(monkeypatch: pytest.MonkeyPatch, far_home: Path) -> None:
    if not all(folder.stat().st_mode & stat.S_IXOTH for folder in postgres.programs().parents):
        pytest.skip("the database's programs are in a folder of root's alone")
    monkeypatch.setattr(postgres, "_disguise", list)
    far_home.parent.chmod(0o755)
    server = embedded.use(far_home)
    try:
        assert rows(far_home, "SELECT 1") == [(1,)]
        postmaster = (server.data / "postmaster.pid").read_text().split()[0]
        assert Path(f"/proc/{postmaster}").stat().st_uid == postgres.NOBODY
    finally:
        embedded.leave(server)


@pytest.mark.skipif(os.geteuid() != 0, reason="this whole run is by an ordinary user already")
def test_an_ordinary_user_needs_no_tricks() -> None:
    with tempfile.TemporaryDirectory() as top:
        os.chown(top, postgres.NOBODY, postgres.NOBODY)
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", USER, f"{top}/home"],
                cwd=ROOT,
                user=postgres.NOBODY,
                group=postgres.NOBODY,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except PermissionError:
            pytest.skip("the Python that runs these tests is in a folder of root's alone")
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, output) == (0, b"ready\n"), errors
