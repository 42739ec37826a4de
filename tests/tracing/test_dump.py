"""A dump taken while people work shows no trait of any patient: every byte of every table, as text and as bytes."""

import re
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import psycopg
import pytest

from config import embedded, postgres
from contact_covid.core.idempotency import submission
from contact_covid.core.rules import nir
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.queries import found_by
from tests.cast import BEATRICE, CLAIRE, contact, dossier, enter, found, named, person, search, traits
from tests.clock import NOW
from tests.settings import HOME
from tests.tracing import counter
from tests.tracing.counter import FOURTEEN, LATER, at_both_counters, details_of, seen, visit

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


def test_no_table_holds_a_trait_in_the_middle_of_work(fresh_database: str) -> None:
    woman, man, child = person(1, used_name="Zqusedname"), person(2), person(3, nir="")
    enter(dossier(man, named(woman), named(child)))
    at_both_counters(woman)
    search(man, last_name="Zqwrong")
    moved = msgspec.structs.replace(woman, phone="+33639980099", street="9 quai Zqplanted", email="zqnew@zqnew.example")
    visit(contact(woman, index=7), details=details_of(moved), masks=FOURTEEN, submission=submission(woman.nir, {}))
    fiche = contact(woman, index=8)
    visit(fiche, by=BEATRICE, test=counter.a_test("positive"))
    lookup = search(woman, now=LATER)
    reveal(CLAIRE, [line.sealed for line in found_by(CLAIRE, lookup, LATER)], purpose=Purpose.MASKS, now=LATER)
    seen(fiche)
    assert found(woman, now=LATER + timedelta(minutes=1)) == [fiche.id]
    assert betrayals(fresh_database, [woman, man, child, moved, person(7), person(8)]) == set()


@pytest.mark.parametrize("form", ["plain", "hexadecimal", "bytes"])
def test_a_trait_in_any_table_would_be_found(form: str, fresh_database: str) -> None:
    """The negative control: the same search over a database where a name was let in."""
    fiche = contact(person())
    name = person().birth_name.upper()
    text = {"plain": f"'{name}'", "hexadecimal": f"'{name.encode().hex()}'", "bytes": f"'{name}'"}[form]
    column, table = ("value", "people_sealed_identity") if form == "bytes" else ("note", "tracing_fiche")
    with psycopg.connect(embedded.of(HOME).url(postgres.SUPERUSER, fresh_database)) as connection:
        if column == "note":
            connection.execute("ALTER TABLE tracing_fiche ADD COLUMN note text")
        key = "fiche" if form == "bytes" else "id"
        connection.execute(f"UPDATE {table} SET {column} = {text} WHERE {key} = %s".encode(), [fiche.id])
    assert betrayals(fresh_database, [person()]) == {table}
    assert fiche.created_at == NOW
