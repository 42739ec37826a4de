"""Every column that could hold a trait is classified in one table, and only sealed ones may hold one."""

from collections import Counter

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import BinaryField, CharField, Field, JSONField, TextField

from contact_covid.core.fields import SealedField
from tests.access.columns import CLASSES, SEALED

# Tables of the framework and of the job queue, whose arguments are ids (its own test says so).
NOT_OURS = ("django_", "procrastinate_", "pg_stat_statements")
# The type of what a column holds; for an array, of its elements.
_COLUMNS = """
SELECT relname || '.' || attname FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid AND relkind IN ('r', 'p') AND NOT relispartition
JOIN pg_type ON pg_type.oid = atttypid
WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
  AND (typcategory IN ('S', 'A', 'U', 'E', 'X', 'G', 'Z', 'I') AND typname NOT IN ('uuid', 'xid8') OR typname = 'bytea')
ORDER BY 1
"""


def unclassified(columns: list[str]) -> list[str]:
    """Columns in no class, in several, or in a class though they do not exist."""
    classified = Counter(name for names in CLASSES.values() for name in names)
    return sorted(name for name in {*columns, *classified} if (name in columns) + classified[name] != 2)


def columns_of_the_database() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        return [name for (name,) in cursor.fetchall() if not name.startswith(NOT_OURS)]


def fields() -> list[tuple[str, "Field[object, object]"]]:
    models = [model for model in apps.get_models() if model.__module__.startswith("contact_covid.")]
    return [
        (f"{model._meta.db_table}.{field.column}", field) for model in models for field in model._meta.concrete_fields
    ]


@pytest.mark.django_db
def test_every_column_is_classified_once() -> None:
    assert unclassified(columns_of_the_database()) == []


@pytest.mark.django_db
def test_a_new_column_is_named() -> None:
    assert unclassified([*columns_of_the_database(), "tracing_fiche.note"]) == ["tracing_fiche.note"]


@pytest.mark.django_db
def test_the_database_has_a_column_for_every_field_of_text_or_bytes() -> None:
    wanted = {name for name, field in fields() if isinstance(field, CharField | TextField | JSONField | BinaryField)}
    assert wanted - set(columns_of_the_database()) == set()


def test_sealed_columns_are_those_with_a_sealed_field() -> None:
    assert {name for name, field in fields() if isinstance(field, SealedField)} == set(SEALED)
