"""What the test session itself promises."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.server import ROOT, free_port


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_no_test_reaches_the_network(host: str) -> None:
    with pytest.raises(RuntimeError, match="reached for the network"):
        socket.create_connection((host, 80), timeout=1)


def test_the_loopback_is_open() -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("localhost", free_port()), timeout=1)


@pytest.mark.django_db
def test_tests_have_the_rights_of_the_service() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("contact_service",)


def test_commands_say_it_when_the_libraries_are_missing(tmp_path: Path) -> None:
    """The command file alone, as a clone without its environment has it."""
    alone = tmp_path / "manage.py"
    alone.write_bytes((ROOT / "manage.py").read_bytes())
    bare = [sys._base_executable, "-S", "-E", str(alone), "check"]  # type: ignore[attr-defined]
    done = subprocess.run(bare, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "Les bibliothèques du service manquent : lancez d'abord bin/setup.\n"
