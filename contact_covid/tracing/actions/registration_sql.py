"""The statements by which a registration is written: set-based, in parts chosen by what it contains."""

from collections.abc import Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, models

from contact_covid.core.fields import SealedField
from contact_covid.core.rules.arrays import array
from contact_covid.tracing.models import Contact, Declaration, Exposure, Fiche, IndexCase
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
    " circumstance = excluded.circumstance, calls_self = tracing_exposure.calls_self OR excluded.calls_self",
)
_DECLARED = ("period", "value", "department", "consent", *INDEX_FACTS)
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
) -> None:
    """Inserts them all in one statement; its text depends on which tables are written, not on how many rows."""
    given = (
        (_FICHES, fiches),
        (_INDEX_CASES, index_cases),
        (_CONTACTS, contacts),
        (_EXPOSURES, exposures),
        (_DECLARATIONS, declarations),
    )
    written = [(table, rows) for table, rows in given if rows]
    if not written:
        return
    statement = _statement(tuple(table for table, _ in written))
    with connection.cursor() as cursor:
        cursor.execute(statement, [column for table, rows in written for column in _columns(table.model, rows)])


def _columns(model: type[models.Model], rows: Sequence[models.Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        values = map(attrgetter(field.attname), rows)
        yield array(map(field.get_prep_value, values) if isinstance(field, SealedField) else values)


@cache
def _statement(tables: tuple[_Table, ...]) -> str:
    *first, last = map(_insert, tables)
    parts = ", ".join(f"part_{place} AS ({insert})" for place, insert in enumerate(first))
    return f"WITH {parts} {last}" if parts else last


def _insert(table: _Table) -> str:
    """Inserts rows given as one array a column. Names and types are those of the model, values are parameters."""
    fields = table.model._meta.concrete_fields
    names = ", ".join(str(field.column) for field in fields)
    arrays = ", ".join(f"%s::{_type(field)}[]" for field in fields)
    return (
        f"INSERT INTO {table.model._meta.db_table} ({names})"
        f" SELECT {names} FROM unnest({arrays}) AS given ({names}){table.again}"
    )


def _type(field: "models.Field[Any, Any]") -> str:
    """The type of a column without its length: a cast would cut a text that is too long, the column refuses it."""
    return str(field.db_type(connection)).partition("(")[0]


_AGAIN = """
WITH dated AS (
    UPDATE tracing_contact SET last_contact = given.last_contact, same_household = given.same_household,
        calls_self = given.calls_self, isolation_until = given.isolation_until, test_due = given.test_due,
        protocol = given.protocol
    FROM unnest(%(ids)s::uuid[], %(last_contact)s::date[], %(same_household)s::bool[], %(calls_self)s::bool[],
        %(isolation_until)s::date[], %(test_due)s::date[], %(protocol)s::text[])
        AS given (id, last_contact, same_household, calls_self, isolation_until, test_due, protocol)
    WHERE tracing_contact.fiche_id = given.id
)
UPDATE tracing_fiche SET factors = given.factors, urgent_at = given.urgent_at, callable_from = given.callable_from,
    version = version + 1
FROM unnest(%(ids)s::uuid[], %(factors)s::text[], %(urgent_at)s::timestamptz[], %(callable_from)s::timestamptz[])
    AS given (id, factors, urgent_at, callable_from)
WHERE tracing_fiche.id = given.id
"""
_DATED = ("last_contact", "same_household", "calls_self", "isolation_until", "test_due", "protocol")


def write_again(contacts: Sequence[Contact]) -> None:
    """Contacts named again: their dates, their urgency, and a new version for whoever has the fiche open."""
    given = {name: array(getattr(contact, name) for contact in contacts) for name in _DATED}
    given["ids"] = array(contact.fiche_id for contact in contacts)
    given["factors"] = array(contact.fiche.factors for contact in contacts)
    given["urgent_at"] = array(contact.fiche.urgent_at for contact in contacts)
    given["callable_from"] = array(contact.fiche.callable_from for contact in contacts)
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, given)
