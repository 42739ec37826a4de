"""What is measured on: a state folder with the demonstration loaded once, and a copy of its database for each run.

Every run therefore starts from the same rows, and what it writes is thrown away.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from bench.plan import Plan
from config import embedded, local, postgres

HOME = local.BASE / "var" / "bench"
_COPY = "contact_bench"
# A service in use has searches behind it; on empty tables PostgreSQL makes plans that are wrong a minute later.
_DAY_BEFORE = (
    """INSERT INTO people_lookup_tally (subject, slot, lookups, misses)
    SELECT DISTINCT account_id, date_trunc('hour', now()) - ten_minutes * interval '10 minutes', 2, 0
    FROM accounts_post, generate_series(7, 36) AS ten_minutes WHERE role = 'pharmacist'""",
    """INSERT INTO people_lookup (id, account, practice, digest, fiches, at)
    SELECT gen_random_uuid(), subject, gen_random_uuid(), '', '{}', slot
    FROM people_lookup_tally, generate_series(1, lookups)""",
    "VACUUM ANALYZE people_lookup_tally, people_lookup",
)
# Of whoever calls: the bench measures its own database only.
_NOT_OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_DIRECT_URL", "PUBLIC_HOST", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True, slots=True)
class Login:
    """An account of the demonstration."""

    login: str
    password: str


@dataclass(frozen=True, slots=True)
class Patient:
    """A contact whom a counter finds; ``fiche`` is the path of her fiche."""

    nir: str
    last_name: str
    first_name: str
    fiche: str

    @property
    def fiche_id(self) -> str:
        return self.fiche.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class State:
    """``server``: where the copy lives, under the name ``database``; ``processes`` carries its environment."""

    server: postgres.Server
    database: str
    environment: Mapping[str, str]
    logins: list[Login]
    patients: list[Patient]


def set_environment() -> None:
    """Points this process, and those it starts, at the state folder. Before any settings are read."""
    for name in _NOT_OURS:
        os.environ.pop(name, None)
    os.environ.setdefault("CONTACT_HOME", str(HOME))
    os.environ.setdefault("PROTOCOL_AS_OF", "2020-05-13")
    os.environ |= {"DEMO": "1", "QUOTAS": "observe"}


@contextmanager
def prepared(plan: Plan) -> Iterator[State]:
    """The state of this run; its database is dropped at the end. Raises ``EmbeddedDatabaseError``."""
    local.prepare()
    logins, patients = _load(plan)
    server = embedded.of(local.home())
    urls = {f"{name}_URL": server.url(role, _COPY) for name, role in _ROLES.items()}
    with _copied(server):
        yield State(server, _COPY, dict(os.environ) | urls, logins, patients)


_ROLES = {"DATABASE": postgres.SERVICE, "DATABASE_OWNER": postgres.OWNER, "DATABASE_DIRECT": postgres.SERVICE}


def _load(plan: Plan) -> tuple[list[Login], list[Patient]]:
    for step in (
        ("migrate", "--database", "owner", "--verbosity", "0"),
        ("keys", "ensure"),
        ("load_geography",),
        ("load_demo", "--size", plan.size),
        ("collectstatic", "--no-input", "--verbosity", "0"),
    ):
        say(f"{step[0]}…")
        _manage(*step)
    accounts = _listed("demo_accounts", "--role", "pharmacist", "--count", str(plan.accounts))
    patients = _listed("demo_patients", "--limit", str(plan.patients))
    return (
        [Login(account["login"], account["password"]) for account in accounts],
        [
            Patient(patient["nir"], patient["last_name"], patient["first_name"], patient["fiche_url"])
            for patient in patients
            if patient["nir"] and patient["kind"] == "contact"
        ],
    )


def _listed(*arguments: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(_manage(*arguments, "--json"))
    return listed


def _manage(*arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=local.BASE, check=True, stdout=subprocess.PIPE, text=True).stdout


@contextmanager
def _copied(server: postgres.Server) -> Iterator[None]:
    """The loaded database under another name, its statistics fresh, nothing left to be written to disk."""
    name = sql.Identifier(_COPY)
    with connect(server, postgres.DATABASE) as connection:
        connection.execute("VACUUM ANALYZE")
    with connect(server, postgres.SUPERUSER) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                name, sql.Identifier(postgres.DATABASE), sql.Identifier(postgres.OWNER)
            )
        )
        with connect(server, _COPY) as inside:
            for statement in _DAY_BEFORE:
                inside.execute(statement)
        connection.execute("CHECKPOINT")
        try:
            yield
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def connect(server: postgres.Server, database: str) -> psycopg.Connection[tuple[Any, ...]]:
    """The administrator's connection: reads the server's statistics."""
    return postgres.connect(server, database)


def say(text: str) -> None:
    """Progress, beside the table."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
