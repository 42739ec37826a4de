"""The statements of a page: which reach the database, which write."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

_CONTROL = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(?:INSERT INTO|DELETE FROM|(?<!FOR )UPDATE)\s+\"?(\w+)", re.IGNORECASE)
# The journal tells who read; a session notes that it is used.
LEFT_BY_READING = {"journal_entry", "accounts_session"}


@contextmanager
def watched() -> Iterator[list[str]]:
    """The statements that reach the database, without those that begin and end transactions."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: object, many: bool, context: object) -> Any:
        if not _CONTROL.match(sql):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def written(seen: Iterable[str]) -> set[str]:
    """The tables that those statements write."""
    return {table for sql in seen for table in _WRITES.findall(sql)}
