"""What is measured on: a state folder with each size of the demonstration loaded once in a database of its own, all in
one server, and a copy of each for every run.

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
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from bench.plan import Plan
from config import embedded, local, postgres

HOME = local.BASE / "var" / "bench"
_MOST_AGENTS = 1_000  # of the country, for enough of them in the largest areas
_LARGEST_AREAS = 10
_CALLERS_AN_AREA = 200
_AREAS = """
SELECT fund FROM tracing_fiche WHERE closure = 'open' AND fund <> '' GROUP BY fund ORDER BY count(*) DESC LIMIT %s
"""
# Calls are measured at any hour: in the copies it is noon everywhere.
_NOON = "UPDATE directory_department SET timezone = %s"
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
    """An account of the demonstration; ``fund``: whose area it works in, if any."""

    login: str
    password: str
    fund: str = ""


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
class Caller:
    """Somebody of an area who rings; ``number``: of her fiche, as shown."""

    number: str
    last_name: str
    first_name: str
    birth_date: str


@dataclass(frozen=True, slots=True)
class State:
    """``server``: where the copy lives, under the name ``database``; ``environment`` leads processes to it.

    ``logins``: pharmacists; ``callers``: by fund, those of ``agents``.
    """

    size: str
    server: postgres.Server
    database: str
    environment: Mapping[str, str]
    logins: list[Login]
    patients: list[Patient]
    physicians: list[Login]
    agents: list[Login]
    callers: Mapping[str, list[Caller]]


def set_environment() -> None:
    """Points this process, and those it starts, at the state folder. Before any settings are read."""
    for name in _NOT_OURS:
        os.environ.pop(name, None)
    os.environ.setdefault("CONTACT_HOME", str(HOME))
    os.environ.setdefault("PROTOCOL_AS_OF", "2020-05-13")
    os.environ |= {"DEMO": "1", "QUOTAS": "observe"}


@contextmanager
def prepared(plan: Plan, size: str) -> Iterator[State]:
    """The state of this run; its database is dropped at the end. Raises ``EmbeddedDatabaseError``."""
    local.prepare()
    server = embedded.of(local.home())
    source, copy = f"contact_{size}", f"contact_bench_{size}"
    _ensure(server, source)
    found = _environment(server, source)
    _load(size, found)
    logins = accounts("pharmacist", plan.accounts, found)
    physicians = accounts("physician", plan.physicians, found)
    agents = _agents(plan, server, source, found)
    patients = [
        Patient(patient["nir"], patient["last_name"], patient["first_name"], patient["fiche_url"])
        for patient in _listed(found, "demo_patients", "--limit", str(plan.patients))
        if patient["nir"] and patient["kind"] == "contact"
    ]
    with _copied(server, source, copy):
        ours = _environment(server, copy)
        callers = _callers(sorted({agent.fund for agent in agents}), ours)
        yield State(size, server, copy, ours, logins, patients, physicians, agents, callers)


def _environment(server: postgres.Server, database: str) -> Mapping[str, str]:
    urls = {f"{name}_URL": server.url(role, database) for name, role in _ROLES.items()}
    return dict(os.environ) | urls | {"JOURNAL_ANCHOR": str(local.home() / f"{database}.anchor")}


_ROLES = {"DATABASE": postgres.SERVICE, "DATABASE_OWNER": postgres.OWNER, "DATABASE_DIRECT": postgres.SERVICE}


def _ensure(server: postgres.Server, database: str) -> None:
    """The empty database of a size, unless it is there."""
    with connect(server, postgres.SUPERUSER) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            return
        name, owner = sql.Identifier(database), sql.Identifier(postgres.OWNER)
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    postgres.grant(server, database)


def _load(size: str, environment: Mapping[str, str]) -> None:
    for step in (
        ("migrate", "--database", "owner", "--verbosity", "0"),
        ("keys", "ensure"),
        ("load_geography",),
        ("load_demo", "--size", size),
        ("collectstatic", "--no-input", "--verbosity", "0"),
    ):
        say(f"{size}: {step[0]}…")
        _manage(environment, *step)


def accounts(role: str, count: int, environment: Mapping[str, str]) -> list[Login]:
    """So many accounts of a role, the named ones first."""
    found = _listed(environment, "demo_accounts", "--role", role, "--count", str(count))
    return [Login(account["login"], account["password"], account["fund"] or "") for account in found]


def _agents(plan: Plan, server: postgres.Server, database: str, environment: Mapping[str, str]) -> list[Login]:
    """Agents of the largest areas, as many in each as there are: they compete for the same people."""
    with connect(server, database) as connection:
        areas = {fund for (fund,) in connection.execute(_AREAS, [_LARGEST_AREAS])}
    everybody = accounts("platform_agent", _MOST_AGENTS, environment)
    return [agent for agent in everybody if agent.fund in areas][: plan.agents]


def _callers(funds: list[str], environment: Mapping[str, str]) -> Mapping[str, list[Caller]]:
    asked = json.dumps({"funds": funds, "most": _CALLERS_AN_AREA})
    command = [sys.executable, "-m", "bench.callers"]
    settings = dict(environment) | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        command, cwd=local.BASE, env=settings, input=asked, stdout=subprocess.PIPE, text=True, check=True
    )
    return {fund: [Caller(*row) for row in rows] for fund, rows in json.loads(done.stdout).items()}


def _listed(environment: Mapping[str, str], *arguments: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(_manage(environment, *arguments, "--json"))
    return listed


def _manage(environment: Mapping[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=local.BASE, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


@contextmanager
def _copied(server: postgres.Server, source: str, copy: str) -> Iterator[None]:
    """The loaded database under another name, its statistics fresh, nothing left to be written to disk."""
    name, of = sql.Identifier(copy), sql.Identifier(source)
    with connect(server, source) as connection:
        connection.execute("VACUUM ANALYZE")
    with connect(server, postgres.SUPERUSER) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
                name, of, sql.Identifier(postgres.OWNER)
            )
        )
        with connect(server, copy) as inside:
            inside.execute(_NOON, [_zone_at_noon(datetime.now(UTC))])
            for statement in _DAY_BEFORE:
                inside.execute(statement)
        connection.execute("CHECKPOINT")
        try:
            yield
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _zone_at_noon(now: datetime) -> str:
    """A zone where it is between 12 and 13 o'clock; these names count westwards."""
    return f"Etc/GMT{now.hour - 12:+d}" if now.hour != 12 else "Etc/GMT"


def connect(server: postgres.Server, database: str) -> psycopg.Connection[tuple[Any, ...]]:
    """The administrator's connection: reads the server's statistics."""
    return postgres.connect(server, database)


def say(text: str) -> None:
    """Progress, beside the table."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
