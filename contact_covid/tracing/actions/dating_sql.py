"""The statement by which contacts get other dates, and those dates are kept."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from contact_covid.core.rules.arrays import array
from contact_covid.tracing.models import Contact, DatesComputed

_DATED = {
    "last_contact": "date",
    "same_household": "bool",
    "calls_self": "bool",
    "cohabitant_recovers": "date",
    "told_on": "date",
    "isolation_until": "date",
    "mask_until": "date",
    "tests": "jsonb",
    "test_due": "date",
    "followed_until": "date",
    "protocol": "text",
}
_KEPT = {
    "id": "uuid",
    "fiche_id": "uuid",
    "computed_at": "timestamptz",
    "protocol": "text",
    "window_start": "date",
    "isolation_until": "date",
    "mask_until": "date",
    "tests": "jsonb",
}


def _given(prefix: str, columns: dict[str, str]) -> str:
    return ", ".join(f"%({prefix}{name})s::{kind}[]" for name, kind in columns.items())


CONTACTS_DATED = f"""
UPDATE tracing_contact SET {", ".join(f"{name} = given.{name}" for name in _DATED)}
FROM unnest(%(ids)s::uuid[], {_given("", _DATED)}) AS given (id, {", ".join(_DATED)})
WHERE tracing_contact.fiche_id = given.id
"""
_WRITE = f"""
WITH kept AS (
    INSERT INTO tracing_dates_computed ({", ".join(_KEPT)})
    SELECT {", ".join(_KEPT)} FROM unnest({_given("kept_", _KEPT)}) AS given ({", ".join(_KEPT)})
)
{CONTACTS_DATED}
"""


def write_dates(contacts: Sequence[Contact], kept: Sequence[DatesComputed]) -> None:
    """Contacts that exist, and the dates that are others than before."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, contact_values(contacts) | _columns("kept_", _KEPT, kept))


def contact_values(contacts: Sequence[Contact]) -> dict[str, str]:
    """The parameters of ``CONTACTS_DATED``."""
    return {"ids": array(contact.fiche_id for contact in contacts)} | _columns("", _DATED, contacts)


def _columns(prefix: str, columns: dict[str, str], rows: Sequence[Any]) -> dict[str, str]:
    return {
        f"{prefix}{name}": array(
            json.dumps(getattr(row, name)) if kind == "jsonb" else getattr(row, name) for row in rows
        )
        for name, kind in columns.items()
    }
