"""Arrays as PostgreSQL reads them: text that a statement casts (``%s::uuid[]``).

psycopg looks for the type of each list anew and writes it element by element: ten times the time, on pages whose
statement takes twenty arrays of one.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID


def array(values: Iterable[UUID | str | bytes | int | date | None]) -> str:
    """``values`` as the text of an array of one dimension; ``bool`` and ``datetime`` are an int and a date."""
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: UUID | str | bytes | int | date | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    return str(value)
