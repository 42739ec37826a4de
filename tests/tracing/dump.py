"""What a dump of the database holds of people."""

import re
from collections.abc import Iterator

import psycopg

from config import embedded, postgres
from contact_covid.core.rules import nir
from contact_covid.people.rules.identity import Identity
from tests.cast import traits
from tests.settings import HOME

_TABLES = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1
"""


def dump(database: str) -> Iterator[tuple[str, bytes]]:
    """Each table with all its rows twice: as PostgreSQL writes them to a dump, and as they lie in memory.

    As the superuser, who sees what no role of the service may.
    """
    with psycopg.connect(embedded.of(HOME).url(postgres.SUPERUSER, database)) as connection:
        for (table,) in connection.execute(_TABLES).fetchall():
            for form in ("text", "binary"):
                with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT {form})".encode()) as rows:
                    yield table, b"".join(bytes(piece) for piece in rows)


def betrayals(database: str, people: list[Identity]) -> set[str]:
    """The tables that hold a trait of those people, in any case, in hexadecimal or spelt in UTF-16."""
    wanted = set().union(*map(traits, people)) | {written.encode() for one in people for written in numbers(one)}
    spelt = {form for word in wanted for form in (word, word.upper(), word.capitalize())}
    forms = spelt | {word.hex().encode() for word in spelt} | {word.decode().encode("utf-16-le") for word in spelt}
    pattern = re.compile(b"|".join(re.escape(form) for form in forms), re.IGNORECASE)
    return {table for table, content in dump(database) if pattern.search(content)}


def numbers(identity: Identity) -> Iterator[str]:
    """The NIR and telephone number in the ways people write them."""
    if identity.nir:
        yield nir.parse(identity.nir).display()
    if identity.phone:
        national = f"0{identity.phone[3:]}"
        yield from (national, " ".join(re.findall("..", national)))
