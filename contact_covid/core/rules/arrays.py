"""Arrays as PostgreSQL reads them: text that a statement casts (``%s::uuid[]``).

psycopg looks for the type of each list anew and writes it element by element: ten times the time, on pages whose
statement takes twenty arrays of one.
"""

from collections.abc import Callable, Iterable
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID


def array(values: Iterable[UUID | str | bytes | int | date | None]) -> str:
    """``values`` as the text of an array of one dimension; ``bool`` and ``datetime`` are an int and a date."""
    writers = _WRITERS
    return "{" + ",".join([writers[type(value)](value) for value in values]) + "}"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _day(value: date) -> str:
    return f'"{value.isoformat()}"'


class _Writers(dict[type, Callable[[Any], str]]):
    """How each type is written; an enum is written as the text or number it is."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = next(self[base] for base in kind.__mro__ if base in self)
        return self[kind]


_WRITERS = _Writers(
    {
        type(None): lambda _: "NULL",
        UUID: attrgetter("hex"),
        bytes: lambda value: f'"\\\\x{value.hex()}"',
        str: _text,
        date: _day,
        int: int.__repr__,
        bool: str,
    }
)
