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


ELSEWHERE = {
    "EMAIL_HOST": "mail.example.org",
    "BOUNCE_ADDRESS": "retours@example.org",
    "SMS_GATEWAY_URL": "https://sms.example.org/",
    "SMS_RECEIPT_SECRETS": "s" * 32,
    "REGION_MAILBOXES": "11=ars@example.org",
    "LETTERS_DIR": "/letters",
}
"""Ways by which a message of the service leaves, or comes back."""


def test_it_is_there_for_the_command_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (ELSEWHERE | {"SECURE_LINK_FIRST": "1"}).items():
        monkeypatch.setenv(name, value)
    with own_database(NAME, keep=False) as environment:
        with psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE something ()")
        assert not ELSEWHERE.keys() & environment.keys()
        assert (environment["DEMO"], environment["SECURE_LINK_FIRST"]) == ("1", "0")
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
