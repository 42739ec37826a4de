"""Which values of an identity become search keys, and what of them proves that two fiches are of one person."""

from datetime import date
from importlib import import_module
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.people.enums import KeyKind
from contact_covid.people.models import SearchKey
from contact_covid.people.rules.identity import Identity
from contact_covid.people.rules.keys import person_values, search_values

PROOFS = {KeyKind.PERSON_BY_NIR, KeyKind.PERSON_BY_PHONE}
# Few values, so that people often share some of them.
SOMEONE = st.builds(
    Identity,
    birth_name=st.sampled_from(["Durand", "Le Goff", "LE-GOFF", ""]),
    used_name=st.sampled_from(["", "Durand", "Martin"]),
    first_names=st.sampled_from(["Anne", "Anne Marie", "Jean-Pierre", ""]),
    birth_date=st.sampled_from([None, date(1980, 1, 1), date(1980, 1, 2)]),
    nir=st.sampled_from(["", "2800175999001", "2800175999002"]),
    phone=st.sampled_from(["", "+33639980001", "+33639980002"]),
    phones=st.sampled_from([(), ("+33639980001",), ("+33639980003", "+33639980002")]),
)


@given(SOMEONE)
def test_what_is_kept_is_everything_but_the_proofs(person: Identity) -> None:
    kept = list(search_values(person))
    assert len(kept) == len(set(kept))
    assert not {value.kind for value in kept} & PROOFS
    assert {value.kind for value in person_values(person).same} <= PROOFS
    assert set(person_values(person).alike) <= set(kept)


@given(SOMEONE, SOMEONE)
def test_a_fiche_carries_a_proof_exactly_when_it_carries_both_parts(one: Identity, other: Identity) -> None:
    carried = set(search_values(other))
    for proof, parts in person_values(one).same.items():
        assert (proof in person_values(other).same) == carried.issuperset(parts)


@pytest.mark.django_db
def test_the_migration_drops_the_proofs_of_those_who_are_recognised_without() -> None:
    with_names, older = UUID(int=1), UUID(int=2)
    rows = [(with_names, "person_nir"), (with_names, "name_birth"), (with_names, "nir"), (older, "person_nir")]
    SearchKey.objects.bulk_create(
        SearchKey(digest=bytes([place]) * 16, fiche=fiche, period="2020-05", kind=kind, area="931")
        for place, (fiche, kind) in enumerate(rows)
    )
    migration = import_module("contact_covid.people.migrations.0010_proofs_are_not_kept")
    [operation] = migration.Migration.operations
    with connection.cursor() as cursor:
        cursor.execute(operation.sql)
    left = set(SearchKey.objects.values_list("fiche", "kind"))
    assert left == {(with_names, "name_birth"), (with_names, "nir"), (older, "person_nir")}
