"""``python -m config.supervisor``: the whole service in one foreground process, for a demonstration or for development.

Prepares what is missing, then runs the web server, the worker and, where cards are read, their endpoint as children,
starts again whichever dies, and stops everything it started when it is told to. Should it be killed, the children end
by themselves.
"""

import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO, TextIOBase
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from config import embedded, local, postgres

PR_SET_PDEATHSIG = 1
GOODBYE = 20.0  # seconds that children get to end in order
STEADY = 60.0  # a child that lived this long is started again at once
LONGEST_PAUSE = 30.0
PULSE = 0.5
PROGRAMS = {
    "web": ("-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"),
    "worker": ("manage.py", "worker"),
    "card": ("-m", "gunicorn", "-c", "python:config.card_gunicorn", "config.card_wsgi"),
}


class CannotRun(Exception):
    """Nothing was started; the message is a French sentence that says why."""


@dataclass
class Child:
    """One long-running process and when it may be started again after it died."""

    name: str
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, *PROGRAMS[self.name]],
            cwd=local.BASE,
            env=self.environment,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops the children in order
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - there are no threads here
        )

    def tend(self) -> None:
        """Starts the process again when it has died, later and later if it keeps dying."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.pause = 0.0 if now - self.started > STEADY else min(max(1.0, self.pause * 2), LONGEST_PAUSE)
            self.due, self.process = now + self.pause, None
            say(f"Le processus {self.name} s'est arrêté (code {code}), relance dans {self.pause:.0f} s.")
        if now >= self.due:
            self.start()


def _die_with(parent: int) -> Callable[[], None]:
    """What a new child does before anything else: asks Linux for SIGTERM should its parent be killed."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask


# --- Preparation -----------------------------------------------------------------------------------------------------


def migrate() -> None:
    call_command("migrate", database="owner", interactive=False, verbosity=0)


def ensure_keys() -> None:
    call_command("keys", "ensure", stdout=StringIO())


def load_geography() -> None:
    call_command("load_geography", stdout=StringIO())


class Dots(TextIOBase):
    """One dot for each line of progress."""

    def write(self, _text: str) -> int:
        say(".", end="")
        return 1


def load_demo() -> None:
    call_command("load_demo", size="small", stdout=StringIO(), stderr=Dots())


def make_room_in_journal() -> None:
    """The worker does this every night; a machine that was off for months would start with no room for today."""
    from contact_covid.journal.actions import ensure_partitions

    ensure_partitions(first=timezone.now().date(), months=4)


def prepare_cards() -> None:
    from contact_covid.demo.actions.cards import prepare_cards as prepare_demo_cards

    prepare_demo_cards(now=timezone.now())


def collect_static() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


def steps() -> list[tuple[str, Callable[[], None]]]:
    """What is prepared before the children start. Each step may run again on its own result."""
    always = [
        ("Structure de la base", migrate),
        ("Clés de chiffrement", ensure_keys),
        ("Mois du journal", make_room_in_journal),
        ("Communes et départements", load_geography),
    ]
    of_demo = [("Données de démonstration", load_demo), ("Cartes de démonstration", prepare_cards)]
    return [*always, *(of_demo if settings.DEMO else ()), ("Fichiers des pages", collect_static)]


def prepare() -> None:
    """The database, the settings, then each step, with a line for each."""
    remembered = {name: os.environ[name] for name in ("DEMO", "PROTOCOL_AS_OF") if os.environ.get(name)}
    with timed("Base de données"):
        local.prepare()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
    local.remember(**remembered)  # for later commands, now that the settings have taken them
    for label, step in steps():
        with timed(label):
            step()
    connections.close_all()


@contextmanager
def timed(label: str) -> Iterator[None]:
    say(f"{label}…", end="")
    start = time.monotonic()
    yield
    say(f" {time.monotonic() - start:.1f} s")


def say(text: str, end: str = "\n") -> None:
    print(text, end=end, flush=True)  # noqa: T201


# --- Running ---------------------------------------------------------------------------------------------------------


def watch(children: list[Child]) -> None:
    """Keeps the children and the embedded database alive until a signal ends it, even one that Python swallowed."""
    welcomed = False
    while not _ending:
        for child in children:
            child.tend()
        if embedded.revive(local.home()):
            say("La base de données embarquée avait été interrompue : elle est relancée.")
        if not welcomed and is_ready():
            welcome()
            welcomed = True
        time.sleep(PULSE)


def is_ready() -> bool:
    try:
        with urllib.request.urlopen(f"{address()}readyz", timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def welcome() -> None:
    say(f"\nContact COVID est prêt : {address()}")
    if settings.DEMO:
        say("\nComptes de démonstration (identifiant, mot de passe) :")
        for account in demo_accounts():
            say(f"  {account['role']:<22} {account['login']:<32} {account['password']:<20} {account['name']}")
    say("\nCtrl-C arrête tout.")


def demo_accounts() -> list[dict[str, Any]]:
    shown = StringIO()
    call_command("demo_accounts", json=True, stdout=shown)
    accounts: list[dict[str, Any]] = json.loads(shown.getvalue())
    return accounts


def stop(children: list[Child]) -> None:
    """Ends the children in order, then by force."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GOODBYE
    for process in running:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise CannotRun(f"PORT vaut « {given} » : il faut un nombre entre 1 et 65535.")
    return int(given)


def address() -> str:
    return f"http://localhost:{port()}/"


def check_port() -> None:
    if not is_free(port()):
        raise CannotRun(f"Le port {port()} n'est pas libre : choisissez-en un autre, par exemple PORT=8080 make run.")


def is_free(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One supervisor a state folder. Raises ``CannotRun``."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRun(
                f"Le service tourne déjà dans {home} : arrêtez-le ou choisissez un autre CONTACT_HOME."
            ) from error
        yield


def run() -> None:
    """Prepares, runs until a signal, stops. Raises ``CannotRun`` and what ``prepare`` raises."""
    children: list[Child] = []
    with alone(local.home()):
        check_port()
        environment = dict(os.environ)  # children find the embedded database themselves, and so count as its users
        try:
            prepare()
            children += [Child(name, environment) for name in programs()]
            watch(children)
        finally:
            _end()
            stop(children)
            embedded.leave(embedded.of(local.home()))


def programs() -> list[str]:
    """Those to run: the card endpoint only where its certificate is there and its port is free."""
    if not settings.CARD_URL or not (settings.CARD_PROXIES or settings.CARD_SERVER_CERTIFICATE.exists()):
        return ["web", "worker"]
    if not is_free(settings.CARD_PORT):
        say(
            f"Le port {settings.CARD_PORT} n'est pas libre : la connexion par carte ne répondra pas. "
            "Choisissez-en un autre avec CARD_PORT ; le reste du service démarre."
        )
        return ["web", "worker"]
    return ["web", "worker", "card"]


def main() -> None:
    try:
        run()
    except KeyboardInterrupt:
        say("\nArrêt.")
    except (CannotRun, postgres.EmbeddedDatabaseError, ImproperlyConfigured) as error:
        sys.exit(str(error))


_ending = False
"""Whether it ends: a plain name, for a signal that comes within ``_end`` itself would wait for a lock for ever."""


def _end() -> bool:
    """Says that it ends; whether this was the first word of it."""
    global _ending
    first, _ending = not _ending, True
    return first


def _interrupt(_number: int, _frame: object) -> None:
    """Another signal must not cut the farewell short: make passes on what its group has had already."""
    if _end():
        raise KeyboardInterrupt


if __name__ == "__main__":
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _interrupt)
    main()
