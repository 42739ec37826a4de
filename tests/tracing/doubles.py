"""Two fiches of one person, and what is done with them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.db import connection

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.core.idempotency import Submission, submission
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.merging import Merging, merge
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.merging import Side
from tests.cast import dossier, enter, named, person, professional
from tests.clock import NOW

JULIEN: Actor = replace(professional(Role.PLATFORM_AGENT, 30, practice=30), fund="931")
ELSEWHERE: Actor = replace(professional(Role.PLATFORM_AGENT, 31, practice=31), fund="751")
LATER = NOW + timedelta(hours=1)
# The journal only grows, as do the dates that once were, the row of the merge tells of it, and a used key is used.
_NOT_COMPARED = (
    "journal_%",
    "tracing_dates_computed",
    "tracing_merge",
    "core_idempotency_key",
    "procrastinate_%",
    "django_%",
)
_TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace spaces ON spaces.oid = relnamespace
WHERE relkind = 'r' AND spaces.nspname = 'public' AND NOT relname LIKE ANY(%s)
  AND has_table_privilege(pg_class.oid, 'SELECT') ORDER BY 1
"""


def whole_database(*but: str) -> dict[str, list[str]]:
    """Every row of every table as text but the versions of fiches, which only grow, and other columns of theirs."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [list(_NOT_COMPARED)])
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            row = f"to_jsonb(each) - ARRAY{['version', *but]}" if table == "tracing_fiche" else "to_jsonb(each)"
            cursor.execute(f"SELECT ({row})::text FROM {table} each")
            found[table] = sorted(text for (text,) in cursor.fetchall())
    return found


def misspelt(identity: Identity, **changes: Any) -> Identity:
    """The same woman as another practice wrote her down: other telephone, no number."""
    return msgspec.structs.replace(identity, **{"nir": "", "phone": "+33639980042", **changes})


def two_contacts(number: int = 1, *, by: Actor | None = None, **changes: Any) -> tuple[Fiche, Fiche]:
    """A woman named by two patients zéro under two spellings."""
    woman = person(number)
    [one] = enter(dossier(person(100 + number), named(woman)))
    given = dossier(person(200 + number), named(misspelt(woman, **changes)))
    [other] = enter(given, now=NOW + timedelta(minutes=1), **({"by": by} if by else {}))
    return one.contacts[0], other.contacts[0]


def decided(first: Fiche, second: Fiche, **changes: Any) -> Merging:
    for fiche in (first, second):
        fiche.refresh_from_db()
    known: dict[str, Any] = {
        "fiches": (first.id, second.id),
        "survivor": Side.FIRST,
        "choices": {},
        "versions": {fiche.id: fiche.version for fiche in (first, second)},
        "submission": submission(str(uuid4()), {}),
    }
    return Merging(**known | changes)


def made_one(first: Fiche, second: Fiche, *, by: Actor = JULIEN, now: datetime = LATER, **changes: Any) -> UUID:
    made = merge(actor=by, merging=decided(first, second, **changes), now=now)
    for fiche in (first, second):
        fiche.refresh_from_db()
    return made


def key() -> Submission:
    """A form's key, of its own each time."""
    return submission(str(uuid4()), {})
