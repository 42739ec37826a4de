"""What the tests of the journal do to it: write, seal, verify, and break in as the superuser."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.core.management import call_command
from django.db import connection

from config import embedded, postgres
from contact_covid.journal.actions import Event, record, seal_batch
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.sealing import Seal
from tests.clock import NOW
from tests.settings import HOME

ACCOUNT = UUID("0196c8a2-0000-7000-8000-000000000001")
FICHE = "K7M42QXD"
PATIENCE = 30.0
_SETTLED = """
    SELECT coalesce((SELECT xid FROM journal_entry ORDER BY xid DESC LIMIT 1) < pg_snapshot_xmin(now), true)
    FROM pg_current_snapshot() AS now, pg_sleep(0.005)
"""
_TABLES = """
    SELECT oid::regclass::text FROM pg_class WHERE relname ~ '^journal_(entry|batch)' AND relkind IN ('r', 'p')
"""
Raw = psycopg.Connection[tuple[Any, ...]]


def masks_recorded(**changes: Any) -> Event:
    values = {"kind": "tracing.masks_recorded", "role": "pharmacist", "purpose": Purpose.MASKS, "surface": Surface.PAGE}
    return Event(**{**values, "account": ACCOUNT, "fiches": (FICHE,), "detail": {"quantity": 14}, **changes})


@dataclass(frozen=True)
class Journal:
    database: str
    anchor: Path

    def write(self, *events: Event) -> None:
        record(*(events or (masks_recorded(),)), now=NOW)

    def seal(self) -> Seal | None:
        """Seals all that is committed: waits until no transaction of another test's database holds the horizon."""
        self.settle()
        return seal_batch(now=NOW)

    def settle(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.one(_SETTLED):
            assert time.monotonic() < deadline

    def sealed_batches(self, *sizes: int) -> None:
        """Writes and seals batches of so many rows, a row each transaction."""
        for size in sizes:
            for quantity in range(size):
                self.write(masks_recorded(detail={"quantity": quantity}))
            assert self.seal() is not None

    def verify(self, *options: str) -> dict[str, Any]:
        """What ``verify_journal --json`` prints; its exit code must agree."""
        output, code = StringIO(), 0
        try:
            call_command("verify_journal", "--json", *options, stdout=output, stderr=StringIO())
        except SystemExit as ended:
            code = int(ended.code or 0)
        report: dict[str, Any] = json.loads(output.getvalue())
        assert code == (0 if report["intact"] else 1)
        return report

    def findings(self) -> set[tuple[int | None, str]]:
        return {(finding["batch"], finding["problem"]) for finding in self.verify()["findings"]}

    def one(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchone()[0]

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.anchor.read_text().splitlines()]

    @contextmanager
    def connect(self, role: str = postgres.SERVICE) -> Iterator[Raw]:
        with psycopg.connect(embedded.of(HOME).url(role, self.database)) as raw:
            yield raw

    def break_in(self, *statements: str) -> None:
        """As the superuser, triggers switched off, behind the back of the service."""
        with self.connect(postgres.SUPERUSER) as raw:
            tables = [name for (name,) in raw.execute(_TABLES).fetchall()]
            disable = [f"ALTER TABLE {name} DISABLE TRIGGER ALL" for name in tables]
            for statement in [*disable, *statements]:
                raw.execute(statement.encode())
