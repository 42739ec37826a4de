"""Is the service fit to work? Asked by ``/readyz`` every few seconds and by ``manage.py doctor``."""

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from contact_covid.core.keyring import KeyDamaged, ring
from contact_covid.demo.queries import is_loaded

LONGEST_SILENCE = timedelta(seconds=30)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """``status`` is "ok" or "unready"; ``checks`` says which conditions hold, in the order they were tried."""

    status: str
    checks: dict[str, bool]

    @property
    def ready(self) -> bool:
        return all(self.checks.values())


def readiness(now: datetime) -> Readiness:
    """Whether the service can take requests. Never raises; a database that is down or stuck costs 2 s at most."""
    found = checks(now)
    return Readiness("ok" if all(found.values()) else "unready", found)


def checks(now: datetime) -> dict[str, bool]:
    """Each condition by name. Without a database none that needs it is tried."""
    found = {"database": database_answers(), "keys": _holds(keys_exist, now)}
    questions: dict[str, Callable[[datetime], bool]] = {"migrations": migrations_are_in, "worker": worker_is_alive}
    if settings.DEMO:
        questions["demo"] = lambda _: is_loaded()
    return found | {name: found["database"] and _holds(question, now) for name, question in questions.items()}


def _holds(question: Callable[[datetime], bool], now: datetime) -> bool:
    try:
        return question(now)
    except (DatabaseError, OSError, KeyDamaged):
        logger.warning("readiness check failed", exc_info=True)
        return False


def database_answers() -> bool:
    """A new connection, which ``connect_timeout`` bounds: one already open could wait for a stuck server for ever."""
    try:
        with closing(connections.create_connection("default")) as probe, probe.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def keys_exist(now: datetime) -> bool:
    """This month's and the next month's key are in the key ring. Raises ``KeyDamaged``."""
    return not ring().missing(now)


def migrations_are_in(_now: datetime) -> bool:
    """Every migration of this version of the code is applied."""
    return _known_migrations() <= set(MigrationRecorder(connection).applied_migrations())


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def worker_is_alive(now: datetime) -> bool:
    """A worker's beat, which it gives every 10 s, is less than 30 s old."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > %s)", [now - LONGEST_SILENCE]
        )
        row: tuple[bool] = cursor.fetchone()
        return row[0]


def service_excess() -> list[str]:
    """What the role of the service may do and should not, as codes; empty is right.

    "superuser", "bypassrls", "createrole", "createdb": attributes of the role. "owns:<name>": a table, sequence or
    function of its own. "member:<role>": another role's rights. "<privilege>:<table>": it could alter or empty the
    journal. Raises ``DatabaseError``.
    """
    with connection.cursor() as cursor:
        cursor.execute(EXCESS, [_journal_tables()])
        return [row[0] for row in cursor.fetchall()]


def _journal_tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_app_config("journal").get_models()]


EXCESS = """
WITH RECURSIVE journal AS (
    SELECT oid FROM pg_class WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace
    UNION SELECT inhrelid FROM pg_inherits JOIN journal ON inhparent = journal.oid
)
SELECT attribute FROM pg_roles, LATERAL (VALUES
    ('superuser', rolsuper), ('bypassrls', rolbypassrls), ('createrole', rolcreaterole), ('createdb', rolcreatedb)
) AS held (attribute, yes) WHERE rolname = current_user AND yes
UNION ALL SELECT 'member:' || roleid::regrole FROM pg_auth_members WHERE member = current_user::regrole
UNION ALL SELECT 'owns:' || relname FROM pg_class
    WHERE relowner = current_user::regrole AND relpersistence <> 't' AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
UNION ALL SELECT 'owns:' || proname FROM pg_proc WHERE proowner = current_user::regrole
UNION ALL SELECT lower(privilege) || ':' || oid::regclass
    FROM journal, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS privilege
    WHERE has_table_privilege(current_user, oid, privilege)
ORDER BY 1
"""
