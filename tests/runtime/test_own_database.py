"""A database for one command: empty, led to by the environment it gives, gone afterwards."""

from pathlib import Path

import psycopg
import pytest

from config import embedded, postgres
from config.own_database import own_database
from tests.settings import HOME

NAME = "contact_own"


def exists() -> bool:
    with postgres.connect(embedded.use(HOME)) as connection:
        return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone())


def test_it_is_there_for_the_command_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_HOST", "mail.example.org")
    with own_database(NAME, keep=False) as environment:
        with psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE something ()")
        assert "EMAIL_HOST" not in environment
        assert environment["DEMO"] == "1"
        assert Path(environment["KEYS_DIR"]).parent.is_dir()
    assert not exists()
    assert not Path(environment["KEYS_DIR"]).parent.exists()


def test_what_was_kept_gives_way_to_the_next() -> None:
    with own_database(NAME, keep=True) as environment, psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE something ()")
    assert exists()
    with own_database(NAME, keep=False) as environment, psycopg.connect(environment["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT to_regclass('something')").fetchone() == (None,)
    assert not exists()
