"""What all tests share: the database, the clock, the network that is not there."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

from config import embedded
from tests import databases
from tests.clock import NOW
from tests.server import Server, start
from tests.settings import HOME, HOME_IS_OURS


def pytest_configure() -> None:
    sys.addaudithook(_refuse_the_world)
    # How long an example takes tells of the machine, not of the code.
    hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("suite")


def pytest_unconfigure() -> None:
    """The process that named the state folder outlives those that share it, and clears it away."""
    if HOME_IS_OURS and HOME.exists():
        embedded.leave(embedded.of(HOME))
        embedded.stop(HOME)
        shutil.rmtree(HOME)


def _refuse_the_world(event: str, arguments: tuple[Any, ...]) -> None:
    """Tests reach this machine only: Unix sockets and the loopback, no look-up of other names."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in {None, "", "localhost"} and not _is_loopback(host):
        raise RuntimeError(f"a test reached for the network: {host!r}")


def _is_loopback(host: str | bytes) -> bool:
    try:
        return ip_address(host if isinstance(host, str) else host.decode()).is_loopback
    except ValueError:
        return False


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """No id of a test holds an address, a number of somebody or a long text: its name, and pytest counts them."""
    if not isinstance(val, str):
        return None
    telling = "@" in val or sum(map(str.isdigit, val)) > 8 or len(ascii(val)) > 80 or not val.isprintable()
    return argname if telling else None


@pytest.fixture
def now() -> datetime:
    """13 May 2020, 10:00 in Paris."""
    return NOW


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """This process's copy of the migrated template, reached as the service's role, so that missing rights show.

    Ordinary tests (``@pytest.mark.django_db``) use "default" only and are rolled back. Tests that commit take
    ``fresh_database``: the service's role cannot truncate, so there is no ``transaction=True`` here.
    """
    name = f"test_{databases.PROCESS}"
    with django_db_blocker.unblock(), databases.copy(name), databases.pointing_to(name):
        yield


@contextmanager
def _fresh(blocker: DjangoDbBlocker) -> Iterator[str]:
    with blocker.unblock(), databases.copy(f"fresh_{uuid4().hex[:12]}") as name, databases.pointing_to(name):
        yield name


@pytest.fixture
def fresh_database(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a new database, empty but migrated, for a test that commits: concurrency, processes, servers.

    All aliases of this process, in every thread, lead to it; it is dropped afterwards. Threads started by the test
    close their connections themselves. Use it instead of ``@pytest.mark.django_db``, not with it.
    """
    with _fresh(django_db_blocker) as name:
        yield name


@pytest.fixture(scope="module")
def module_database(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """``fresh_database`` for all tests of a module; what one commits the next one finds."""
    with _fresh(django_db_blocker) as name:
        yield name


@pytest.fixture(scope="module")
def reference(module_database: str) -> None:
    """The module's database with communes, funds and schemes, committed."""
    from contact_covid.directory.actions import load_reference  # once the settings are there

    load_reference(now=NOW)


@pytest.fixture
def rolled_back(reference: None) -> Iterator[None]:
    """A transaction around the test, undone at its end: the module's next one finds what ``reference`` loaded."""
    from django.db import transaction  # once the settings are there

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts the service as real processes: ``server(fresh_database, worker=True, DEMO="1")``.

    The first argument is the database's name; keywords in capitals are environment variables. Each server has a free
    port and its own CONTACT_HOME and is stopped with the module, or earlier by ``stop()`` or ``with``.
    """
    started: list[Server] = []

    def start_one(database: str, *, worker: bool = False, **environment: str) -> Server:
        home: Path = tmp_path_factory.mktemp("home")
        started.append(start(database, home, worker=worker, environment=environment))
        return started[-1]

    yield start_one
    for each in started:
        each.stop()


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """The service as it is set by default, for tests that change nothing of its processes: started once, it stands.

    The argument is the database's name, each time the same. What is dropped under the service is missed by nobody:
    it looks at a connection before it is used.
    """
    started: list[Server] = []

    def on(database: str) -> Server:
        if not started:
            started.append(start(database, tmp_path_factory.mktemp("home"), worker=False, environment={}))
        return started[0]

    yield on
    for each in started:
        each.stop()
