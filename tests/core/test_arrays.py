from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from contact_covid.core.rules.arrays import array


class Code(StrEnum):
    ONE = "one"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", ["", "NULL", "a,b", 'a"b', "a\\b", "{x}", " é ", None]),
        ("text", [Code.ONE]),
        ("uuid", [UUID(int=1), UUID(int=2**128 - 1)]),
        ("bytea", [b"", b'\x00\\"\xff']),
        ("int", [1, -2, None]),
        ("bool", [True, False, None]),
        ("date", [date(2020, 5, 13), None]),
        ("timestamptz", [datetime(2020, 5, 13, 8, 0, 0, 1, tzinfo=UTC)]),
        ("uuid", []),
    ],
)
def test_the_server_reads_what_was_meant(kind: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT value FROM unnest(%s::{kind}[]) WITH ORDINALITY AS given (value) ORDER BY ordinality",
            [array(values)],
        )
        read = [bytes(value) if isinstance(value, memoryview) else value for (value,) in cursor.fetchall()]

    assert read == values
