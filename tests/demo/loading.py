"""Loading an outbreak in tests, and what is in the tables then."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config import embedded, postgres
from contact_covid.tracing.models import Fiche
from tests.server import ROOT
from tests.settings import HOME

SIZE = 150
TABLES = (
    "tracing_fiche", "tracing_index_case", "tracing_contact", "tracing_exposure", "tracing_test",
    "tracing_mask_delivery", "people_sealed_identity", "people_search_key", "journal_entry", "accounts_account",
    "accounts_post", "demo_fiche", "demo_progress",
)  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """What ``load_demo`` told, and what was in the tables then."""

    told: dict[str, Any]
    rows: dict[str, int]
    states: Counter[tuple[str, ...]]


def run(*command: str, **options: Any) -> Any:
    shown = StringIO()
    call_command(*command, json=True, stdout=shown, **options)
    return json.loads(shown.getvalue())


def load(size: int = SIZE, *, processes: int = 1) -> dict[str, Any]:
    """What the command tells, but for the time it took."""
    told: dict[str, Any] = run("load_demo", size=size, processes=processes, verbosity=0)
    assert told.pop("seconds") >= 0
    return told


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        counts = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts[table] = cursor.fetchone()[0]
        return counts


def states() -> Counter[tuple[str, ...]]:
    return Counter(Fiche.objects.values_list("kind", "state", "test", "consent", "department", "fund"))


@contextmanager
def loading(database: str, size: int = SIZE, *, processes: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """``manage.py load_demo`` as a process of its own."""
    server = embedded.of(HOME)
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | {
        "DEMO": "1",
        "DATABASE_URL": server.url(postgres.SERVICE, database),
        "DATABASE_OWNER_URL": server.url(postgres.OWNER, database),
        "JOURNAL_ANCHOR": str(settings.JOURNAL_ANCHOR),
    }
    command = [sys.executable, "manage.py", "load_demo", "--size", str(size), "--processes", str(processes)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        yield process
