"""A dump taken while people work shows no trait of any patient: every byte of every table, as text and as bytes."""

from datetime import timedelta

import msgspec
import psycopg
import pytest

from config import embedded, postgres
from contact_covid.core.idempotency import submission
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import reveal
from contact_covid.tracing.queries import found_by
from tests.cast import BEATRICE, CLAIRE, contact, dossier, enter, found, named, person, search
from tests.clock import NOW
from tests.settings import HOME
from tests.tracing import counter
from tests.tracing.counter import FOURTEEN, LATER, at_both_counters, details_of, seen, visit
from tests.tracing.dump import betrayals


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
