"""``manage.py`` as a newcomer meets it: on an empty state folder, with a database out of reach, with wrong values."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime import processes
from tests.server import ROOT


def manage(home: Path, *command: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=processes.environment(home, DEMO="1", **values),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["demo_accounts", "demo_patients", "verify_journal"])
def test_without_tables_a_command_says_what_to_do(home: Path, command: str) -> None:
    done = manage(home, command, "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Des tables manquent : lancez manage.py migrate --database owner, puis la commande.\n"
    assert processes.of(home) == {}


def test_without_a_database_a_command_says_so(home: Path) -> None:
    done = manage(home, "verify_journal", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("La base de données ne répond pas")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("name", "value"), [("PROTOCOL_AS_OF", "abc"), ("WEB_WORKERS", "0"), ("WEB_THREADS", "two")])
def test_a_wrong_value_stops_the_start_and_is_not_kept(home: Path, name: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "config.supervisor"],
        cwd=ROOT,
        env=processes.environment(home, DEMO="1", **{name: value}),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"La variable {name} est ")
    assert f"{name}=" not in (home / "local.env").read_text()
    assert processes.of(home) == {}
