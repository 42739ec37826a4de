"""A new installation lets nobody in, until its operator makes the first administrator."""

import json
import os
import pty
import subprocess
import sys

import pytest
from django.utils import timezone

from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.actions.login import log_in
from contact_covid.accounts.models import Account, Post
from tests.server import ROOT, addresses

EMAIL, PASSWORD = "chef@example.org", "Vélo-Orange-42"


@pytest.fixture
def environment(fresh_database: str) -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return found | addresses(fresh_database)


def create(environment: dict[str, str], *options: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "create_admin", "--email", EMAIL, *options]
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=typed, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_fresh_installation_has_no_account(fresh_database: str) -> None:
    assert (Account.objects.count(), Post.objects.count()) == (0, 0)


def test_the_operator_makes_the_first_administrator(environment: dict[str, str]) -> None:
    done = create(environment, "--json", typed=f"{PASSWORD}\n")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["email"], told["password"]) == (EMAIL, True)
    actor = log_in(login=EMAIL, password=PASSWORD, device_token=None, now=timezone.now()).session.actor
    assert (str(actor.account), actor.role, actor.assurance) == (
        told["account"],
        Role.ADMINISTRATOR,
        Assurance.PASSWORD,
    )
    again = create(environment, typed=f"{PASSWORD}\n")
    assert (again.returncode, Account.objects.count()) == (1, 1)
    assert "Un compte utilise déjà cette adresse" in again.stderr


def test_without_a_password_nobody_gets_in_yet(environment: dict[str, str]) -> None:
    done = create(environment, "--without-password")
    assert done.returncode == 0
    assert "Mot de passe oublié" in done.stdout
    assert not Account.objects.get().has_usable_password()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("court\n", "au moins 8 caractères"), ("Azerty123!\n", "trop courant"), ("", "au moins 8 caractères")],
)
def test_a_weak_password_makes_no_account(environment: dict[str, str], typed: str, said: str) -> None:
    done = create(environment, typed=typed)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not Account.objects.exists()


def test_on_a_terminal_the_password_is_asked_twice(environment: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "manage.py", "create_admin", "--email", EMAIL]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)  # when the command ends, reading fails instead of waiting
    shown = b""
    for question in (b"Mot de passe : ", b"Encore une fois : "):
        while question not in shown:
            shown += os.read(ours, 1024)
        os.write(ours, f"{PASSWORD}\n".encode())
    assert process.wait(timeout=60) == 0
    shown += os.read(ours, 1024)
    os.close(ours)
    assert PASSWORD.encode() not in shown
    assert log_in(login=EMAIL, password=PASSWORD, device_token=None, now=timezone.now())
