"""Every condition of readiness, seen holding and seen failing."""

import json
import time
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone
from pytest_django.fixtures import Settings

from config import embedded, postgres
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.operations import queries
from tests.settings import HOME

A_PARTITION = b"SELECT min(inhrelid)::regclass::text FROM pg_inherits WHERE inhparent = 'journal_entry'::regclass"


def beat(at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [at])


def doctor(**options: bool) -> tuple[int, str]:
    """The exit code of the command and what it printed."""
    output = StringIO()
    try:
        call_command("doctor", stdout=output, **options)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


def test_all_conditions_hold_on_a_migrated_database_with_a_worker(fresh_database: str, now: datetime) -> None:
    beat(now - timedelta(seconds=29))
    found = queries.readiness(now)
    assert found.ready
    assert found.status == "ok"
    assert found.checks == {"database": True, "keys": True, "migrations": True, "worker": True}


def test_a_worker_silent_for_thirty_seconds_is_not_there(fresh_database: str, now: datetime) -> None:
    beat(now - timedelta(seconds=31))
    assert queries.readiness(now).checks["worker"] is False


def test_a_migration_that_is_not_applied_is_noticed(fresh_database: str, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'journal'")
    assert queries.readiness(now).checks["migrations"] is False


def test_a_missing_key_is_noticed(fresh_database: str, now: datetime, settings: Settings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path
    assert queries.readiness(now).checks["keys"] is False


def test_a_demonstration_without_its_data_is_not_ready(fresh_database: str, now: datetime, settings: Settings) -> None:
    settings.DEMO = True
    assert queries.readiness(now).checks["demo"] is False


@pytest.mark.usefixtures("fresh_database")
def test_without_a_database_the_answer_is_quick_and_clear(
    now: datetime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connections.close_all()
    monkeypatch.setitem(connections.settings["default"], "HOST", str(tmp_path))
    start = time.monotonic()
    found = queries.readiness(now)
    assert time.monotonic() - start < 3
    assert found.status == "unready"
    assert found.checks == {"database": False, "keys": True, "migrations": False, "worker": False}


@pytest.mark.usefixtures("fresh_database")
def test_doctor_names_each_failure_and_its_remedy() -> None:
    code, output = doctor()
    assert code == 1
    assert "OK      rôles : " in output
    assert "ÉCHEC   tâches de fond : aucun exécutant depuis 30 s → lancez manage.py worker" in output


@pytest.mark.usefixtures("fresh_database")
def test_doctor_says_that_the_journal_waits_for_its_seal() -> None:
    assert "OK      journal : " in doctor()[1]
    event = Event("operations.test", "system", Purpose.OPERATION, Surface.COMMAND)
    record(event, now=timezone.now() - timedelta(minutes=11))
    assert "ÉCHEC   journal : des lignes attendent leur scellement → " in doctor()[1]


@pytest.mark.usefixtures("fresh_database")
def test_doctor_prints_json_alone_when_asked() -> None:
    _, output = doctor(json=True)
    found = {finding["name"]: finding["ok"] for finding in json.loads(output)}
    assert {name for name, ok in found.items() if ok} == {"keys", "database", "migrations", "roles", "journal"}
    assert {name for name, ok in found.items() if not ok} == {"configuration", "mail", "worker"}


@pytest.mark.parametrize(
    ("statement", "excess"),
    [
        ("GRANT UPDATE ON journal_batch TO contact_service", "update:journal_batch"),
        ("GRANT TRUNCATE ON {partition} TO contact_service", "truncate:{partition}"),
        ("CREATE TABLE mine (); ALTER TABLE mine OWNER TO contact_service", "owns:mine"),
    ],
)
def test_a_role_that_may_too_much_is_noticed(fresh_database: str, statement: str, excess: str) -> None:
    assert queries.service_excess() == []
    with postgres.connect(embedded.of(HOME), fresh_database) as administrator:
        found = administrator.execute(A_PARTITION).fetchone()
        assert found is not None
        administrator.execute(statement.format(partition=found[0]).encode())
    expected = excess.format(partition=found[0])
    assert expected in queries.service_excess()
    found_by_doctor = f"ÉCHEC   rôles : le rôle du service peut trop : {expected} → un administrateur de PostgreSQL"
    assert found_by_doctor in doctor()[1]


def test_a_role_inside_another_is_noticed(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres.connect(embedded.of(HOME), fresh_database) as administrator:
        administrator.execute(f"CREATE ROLE {fresh_database} LOGIN CREATEROLE IN ROLE contact_owner")
        try:
            connections.close_all()
            monkeypatch.setitem(connections.settings["default"], "USER", fresh_database)
            assert {"createrole", "member:contact_owner", "delete:journal_entry"} <= set(queries.service_excess())
        finally:
            connections.close_all()
            administrator.execute(f"DROP ROLE {fresh_database}")
