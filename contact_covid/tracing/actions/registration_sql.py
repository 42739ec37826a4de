"""The statements by which a registration is written: set-based, in parts chosen by what it contains."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from contact_covid.core.fields import SealedField
from contact_covid.core.rules.arrays import array
from contact_covid.tracing.actions.dating_sql import CONTACTS_DATED, contact_values
from contact_covid.tracing.models import Contact, DatesComputed, Declaration, Exposure, Fiche, IndexCase
from contact_covid.tracing.rules.registration import INDEX_FACTS


class _Table(NamedTuple):
    """Where rows of ``model`` go; ``again``: what becomes of a row that is there already."""

    model: type[models.Model]
    again: str = ""


_FICHES = _Table(Fiche)
_INDEX_CASES = _Table(IndexCase)
_CONTACTS = _Table(Contact)
_EXPOSURES = _Table(
    Exposure,
    " ON CONFLICT (index_fiche_id, contact_fiche_id, author_practice) DO UPDATE SET"
    " last_contact = greatest(tracing_exposure.last_contact, excluded.last_contact),"
    " same_household = tracing_exposure.same_household OR excluded.same_household,"
    " circumstance = excluded.circumstance, calls_self = tracing_exposure.calls_self OR excluded.calls_self,"
    " co_exposed = tracing_exposure.co_exposed AND excluded.co_exposed",
)
_DATES = _Table(DatesComputed)
_DECLARED = ("period", "value", "department", "consent", "support_needs", *INDEX_FACTS)
_DECLARATIONS = _Table(
    Declaration,
    " ON CONFLICT (practice, fiche_id) DO UPDATE SET version = tracing_declaration.version + 1, "
    + ", ".join(f"{name} = excluded.{name}" for name in _DECLARED),
)


def write_registration(
    *,
    fiches: Sequence[Fiche],
    index_cases: Sequence[IndexCase],
    contacts: Sequence[Contact],
    exposures: Sequence[Exposure],
    declarations: Sequence[Declaration],
    dates: Sequence[DatesComputed],
) -> None:
    """Inserts them all in one statement; its text depends on which tables are written, not on how many rows."""
    given = (
        (_FICHES, fiches),
        (_INDEX_CASES, index_cases),
        (_CONTACTS, contacts),
        (_EXPOSURES, exposures),
        (_DECLARATIONS, declarations),
        (_DATES, dates),
    )
    written = [(table, rows) for table, rows in given if rows]
    if not written:
        return
    statement = _statement(tuple(table for table, _ in written))
    with connection.cursor() as cursor:
        cursor.execute(statement, [column for table, rows in written for column in _columns(table.model, rows)])


def _columns(model: type[models.Model], rows: Sequence[models.Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        values: Iterator[Any] = map(attrgetter(field.attname), rows)
        if isinstance(field, SealedField):
            values = map(field.get_prep_value, values)
        elif isinstance(field, models.JSONField):
            values = map(json.dumps, values)
        elif isinstance(field, ArrayField):
            values = map(array, values)
        yield array(values)


@cache
def _statement(tables: tuple[_Table, ...]) -> str:
    *first, last = map(_insert, tables)
    parts = ", ".join(f"part_{place} AS ({insert})" for place, insert in enumerate(first))
    return f"WITH {parts} {last}" if parts else last


def _insert(table: _Table) -> str:
    """Inserts rows given as one array a column. Names and types are those of the model, values are parameters."""
    fields = table.model._meta.concrete_fields
    names = ", ".join(str(field.column) for field in fields)
    picked = ", ".join(map(_picked, fields))
    arrays = ", ".join(f"%s::{_type(field)}[]" for field in fields)
    return (
        f"INSERT INTO {table.model._meta.db_table} ({names})"
        f" SELECT {picked} FROM unnest({arrays}) AS given ({names}){table.again}"
    )


def _picked(field: "models.Field[Any, Any]") -> str:
    """An array comes as text: ``unnest`` would take those of all rows apart."""
    return f"{field.column}::text[]" if isinstance(field, ArrayField) else str(field.column)


def _type(field: "models.Field[Any, Any]") -> str:
    """The type of a column without its length: a cast would cut a text that is too long, the column refuses it."""
    if isinstance(field, ArrayField):
        return "text"
    return str(field.db_type(connection)).partition("(")[0]


_AGAIN = f"""
WITH dated AS ({CONTACTS_DATED})
UPDATE tracing_fiche SET factors = given.factors, urgent_at = given.urgent_at, callable_from = given.callable_from,
    closure = given.closure, closure_reason = given.closure_reason, state = given.state, state_at = given.state_at,
    version = version + 1
FROM unnest(%(ids)s::uuid[], %(factors)s::text[], %(urgent_at)s::timestamptz[], %(callable_from)s::timestamptz[],
    %(closure)s::text[], %(closure_reason)s::text[], %(state)s::text[], %(state_at)s::timestamptz[])
    AS given (id, factors, urgent_at, callable_from, closure, closure_reason, state, state_at)
WHERE tracing_fiche.id = given.id
"""
_MOVED = ("factors", "urgent_at", "callable_from", "closure", "closure_reason", "state", "state_at")


def write_again(contacts: Sequence[Contact]) -> None:
    """Contacts named again: their dates, urgency and closure, and a new version for whoever has the fiche open."""
    given = {name: array(getattr(contact.fiche, name) for contact in contacts) for name in _MOVED}
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, contact_values(contacts) | given)
