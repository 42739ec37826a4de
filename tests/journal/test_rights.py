"""The service owns nothing and can only add; whoever owns the tables meets the triggers."""

from contextlib import suppress

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from config import postgres
from contact_covid.journal.models import Batch, Entry
from tests.journal.support import Journal

TABLES = ["journal_entry", "journal_entry_2020_05", "journal_entry_default", "journal_batch"]
CHANGES = [
    "UPDATE {table} SET count = 0",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
]
ALTERATIONS = [
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} ADD COLUMN extra int",
    "ALTER TABLE {table} RENAME TO other",
    "DROP TABLE {table} CASCADE",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
    "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE INDEX ON {table} (count)",
    "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
]
ELSEWHERE = [
    "SET ROLE contact_owner",
    "SET session_replication_role = replica",
    "ALTER TABLE journal_entry DETACH PARTITION journal_entry_2020_05",
    "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE sql AS ''",
    "DROP FUNCTION journal_refuse() CASCADE",
    "ALTER FUNCTION journal_ensure_partitions RESET ALL",
    "SELECT setval('journal_entry_id_seq', 1)",
    "CREATE TABLE public.journal_entry_2020_07 (n int)",
]
ROW = (
    "(at, kind, role, purpose, surface, fiches, count, detail{0})"
    " VALUES ('2020-05-13', 'a.b', '', '', '', '{{}}', 0, '{{}}'{1})"
)


@pytest.fixture
def written(journal: Journal) -> Journal:
    """A row in a monthly partition, one in that of last resort, a batch."""
    journal.one("SELECT journal_ensure_partitions('2020-05-01', 1)")
    journal.write()
    with journal.connect() as raw:
        raw.execute(f"INSERT INTO journal_entry {ROW.format('', '')}".replace("2020-05-13", "2031-01-01").encode())
    journal.seal()
    return journal


def contents() -> tuple[int, int]:
    return Entry.objects.count(), Batch.objects.count()


@pytest.mark.parametrize("role", [postgres.SERVICE, postgres.OWNER, postgres.SUPERUSER])
def test_nobody_changes_or_removes_a_row(written: Journal, role: str) -> None:
    for table in TABLES:
        for change in CHANGES:
            with written.connect(role) as raw, pytest.raises(InsufficientPrivilege):
                raw.execute(change.format(table=table).encode())
    assert contents() == (2, 1)


def test_the_replica_role_meets_the_triggers_too(written: Journal) -> None:
    for table in TABLES:
        for change in CHANGES:
            with written.connect(postgres.SUPERUSER) as raw:
                raw.execute("SET session_replication_role = replica")
                with pytest.raises(InsufficientPrivilege):
                    raw.execute(change.format(table=table).encode())
    assert contents() == (2, 1)


RIGHTS = ["journal_batch INSERT", "journal_batch SELECT", "journal_entry SELECT", "journal_entry_id_seq USAGE"]


def rights(journal: Journal) -> list[str]:
    """What others than the owner may do with whole tables: "table RIGHT"."""
    found: list[str] = journal.one(
        "SELECT array_agg(DISTINCT relname || ' ' || privilege_type ORDER BY relname || ' ' || privilege_type)"
        " FROM pg_class, aclexplode(relacl) WHERE relname LIKE 'journal%%' AND grantee <> relowner"
    )
    return found


def refused(journal: Journal, statement: str) -> bool:
    with journal.connect() as raw:
        try:
            raw.execute(statement.encode())
        except InsufficientPrivilege:
            return True
        raw.rollback()
    return False


def test_the_service_cannot_alter_the_journal(written: Journal) -> None:
    statements = [statement.format(table=table) for table in TABLES for statement in ALTERATIONS] + ELSEWHERE
    assert [statement for statement in statements if not refused(written, statement)] == []
    assert contents() == (2, 1)


def test_the_service_cannot_grant_itself_more(written: Journal) -> None:
    grants = [f"GRANT ALL ON {table} TO CURRENT_USER" for table in TABLES]
    for statement in [*grants, "SELECT journal_admit(CURRENT_USER)", "SELECT journal_protect('journal_batch')"]:
        # Refused, or a warning that nothing was granted; what succeeds is committed.
        with suppress(InsufficientPrivilege), written.connect() as raw:
            raw.execute(statement.encode())
    assert rights(written) == RIGHTS


def test_the_service_owns_nothing_of_the_journal(journal: Journal) -> None:
    owners = "SELECT array_agg(DISTINCT relowner::regrole::text) FROM pg_class WHERE relname LIKE 'journal%%'"
    assert journal.one(owners) == [postgres.OWNER]


def test_nobody_but_the_service_was_given_rights(journal: Journal) -> None:
    assert rights(journal) == RIGHTS


@pytest.mark.parametrize("column", ["xid", "id"])
def test_the_service_cannot_slip_a_row_into_a_sealed_batch(written: Journal, column: str) -> None:
    with written.connect() as raw:
        raw.execute(f"INSERT INTO journal_entry {ROW.format('', '')}".encode())
        with pytest.raises(InsufficientPrivilege):
            raw.execute(f"INSERT INTO journal_entry {ROW.format(', ' + column, ', NULL')}".encode())


def test_the_service_reaches_partitions_through_the_journal_only(written: Journal) -> None:
    for statement in ("SELECT * FROM journal_entry_2020_05", f"INSERT INTO journal_entry_2020_05 {ROW.format('', '')}"):
        with written.connect() as raw, pytest.raises(InsufficientPrivilege):
            raw.execute(statement.encode())


def test_another_service_role_gets_the_same_rights_in_one_line(journal: Journal) -> None:
    name = f"other_{journal.database}"
    with journal.connect(postgres.SUPERUSER) as raw:
        raw.execute(f"CREATE ROLE {name} LOGIN; GRANT USAGE ON SCHEMA public TO {name}".encode())
    try:
        with journal.connect(postgres.OWNER) as raw:
            raw.execute(f"SELECT journal_admit('{name}')".encode())
        with journal.connect(name) as raw:
            raw.execute(f"INSERT INTO journal_entry {ROW.format('', '')}".encode())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute("DELETE FROM journal_entry")
    finally:
        with journal.connect(postgres.SUPERUSER) as raw:
            raw.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())
