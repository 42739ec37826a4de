"""The databases of a test session: one embedded server, one migrated template, a copy of it for whoever needs one."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from config import embedded, postgres
from contact_covid.core.keyring import ring
from contact_covid.core.period import following, period_of
from tests.clock import NOW
from tests.settings import HOME

PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "main")
"""Which of the session's processes this is."""
TEMPLATE = "contact_template"
DRAFT = "contact_draft"


def ensure_template() -> None:
    """Boots the session's server and migrates the template, once for all processes of the session."""
    embedded.use(HOME)
    with embedded.exclusive(HOME / "template.lock"):
        if _exists(TEMPLATE):
            return
        ring().ensure({following(period_of(day), n) for day in (NOW, timezone.now()) for n in range(4)})
        _administer(
            "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()"
        )
        _administer(f"DROP DATABASE IF EXISTS {DRAFT}", f"CREATE DATABASE {DRAFT} OWNER {postgres.OWNER}")
        postgres.grant(embedded.of(HOME), DRAFT)
        with pointing_to(DRAFT):
            call_command("migrate", database="owner", verbosity=0, interactive=False)
        _administer(f"ALTER DATABASE {DRAFT} RENAME TO {TEMPLATE}")


def ensure_filled(template: str, fill: Callable[[], object]) -> None:
    """Makes a further template, of the first one and what ``fill`` writes, once for all processes of the session."""
    ensure_template()
    draft = f"{template}_draft"
    with embedded.exclusive(HOME / f"{template}.lock"):
        if _exists(template):
            return
        _administer(
            f"DROP DATABASE IF EXISTS {draft}", f"CREATE DATABASE {draft} TEMPLATE {TEMPLATE} OWNER {postgres.OWNER}"
        )
        with pointing_to(draft):
            fill()
        _administer(f"ALTER DATABASE {draft} RENAME TO {template}")


@contextmanager
def copy(name: str, template: str = TEMPLATE) -> Iterator[str]:
    """A database ``name`` made from a template, dropped at the end whoever is still connected."""
    ensure_template()
    _administer(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {postgres.OWNER}")
    try:
        yield name
    finally:
        _administer(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def pointing_to(name: str) -> Iterator[None]:
    """All connections of this process, in every thread, lead to the database ``name``."""
    before = {alias: connections.settings[alias]["NAME"] for alias in connections}
    _point(dict.fromkeys(before, name))
    try:
        yield
    finally:
        _point(before)


def _point(names: dict[str, str]) -> None:
    connections.close_all()
    for alias, name in names.items():
        connections.settings[alias]["NAME"] = name


def _exists(name: str) -> bool:
    with postgres.connect(embedded.of(HOME)) as connection:
        return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def _administer(*statements: str) -> None:
    with postgres.connect(embedded.of(HOME)) as connection:
        for statement in statements:
            connection.execute(statement.encode())
