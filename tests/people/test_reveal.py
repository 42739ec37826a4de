"""The one door to an identity: what the role may not see is blank, and the journal has it all."""

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contact_covid.access.enums import Role
from contact_covid.access.fields import FIELDS
from contact_covid.core.keyring import SealBroken
from contact_covid.journal.enums import Purpose
from contact_covid.journal.models import Entry
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.enums import Sex
from contact_covid.people.models import SealedIdentity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.models import Fiche
from tests.cast import BEATRICE, CLAIRE, contact, person, professional, traits
from tests.clock import NOW

pytestmark = pytest.mark.django_db


def sealed(fiche: Fiche) -> Sealed:
    return Sealed(fiche.id, fiche.number, bytes(SealedIdentity.objects.get(fiche=fiche.id).value))


def test_a_biologist_sees_the_whole_identity() -> None:
    woman = person()
    row = sealed(contact(woman))
    assert reveal(BEATRICE, [row], purpose=Purpose.TESTING, now=NOW) == {row.fiche: woman}


def test_a_pharmacist_does_not_see_the_sex() -> None:
    woman = person()
    row = sealed(contact(woman))
    [seen] = reveal(CLAIRE, [row], purpose=Purpose.MASKS, now=NOW).values()
    assert seen == msgspec.structs.replace(woman, sex=Sex.UNKNOWN)


@pytest.mark.parametrize("role", list(Role))
def test_every_field_hidden_from_a_role_is_blank_and_no_other(role: Role) -> None:
    woman = person(used_name="Zqusedname")
    row = sealed(contact(woman))
    [seen] = reveal(professional(role, 70, practice=70), [row], purpose=Purpose.TRACING, now=NOW).values()
    blank = Identity(birth_name="", first_names="")
    for name, roles in FIELDS["identity"].items():
        assert getattr(seen, name) == getattr(woman if role in roles else blank, name)


@pytest.mark.parametrize("role", [role for role in Role if role not in FIELDS["identity"]["birth_name"]])
def test_a_role_that_may_see_nothing_gets_no_byte_of_it(role: Role) -> None:
    woman = person(used_name="Zqusedname")
    row = sealed(contact(woman))
    seen = reveal(professional(role, 70, practice=70), [row], purpose=Purpose.TRACING, now=NOW)
    told = repr(seen).lower().encode()
    assert [trait for trait in traits(woman) if trait in told] == []


def test_one_journal_row_tells_who_saw_whom_and_why() -> None:
    fiches = [contact(person(number), index=90_000 + number) for number in (1, 2, 3)]
    reveal(CLAIRE, [sealed(fiche) for fiche in fiches], purpose=Purpose.MASKS, now=NOW)
    [row] = Entry.objects.filter(kind="people.revealed")
    assert (row.account, row.session, row.practice) == (CLAIRE.account, CLAIRE.session, CLAIRE.practice)
    assert (row.role, row.purpose, row.at, row.count) == ("pharmacist", "masks", NOW, 3)
    assert row.fiches == [fiche.number for fiche in fiches]


def test_revealing_nobody_writes_nothing() -> None:
    with CaptureQueriesContext(connection) as statements:
        assert reveal(CLAIRE, [], purpose=Purpose.MASKS, now=NOW) == {}
    assert len(statements) == 0


def test_a_sealed_value_of_another_fiche_does_not_open() -> None:
    one, other = contact(person(1)), contact(person(2), index=90_001)
    with pytest.raises(SealBroken):
        reveal(CLAIRE, [sealed(one)._replace(fiche=other.id)], purpose=Purpose.MASKS, now=NOW)


def test_an_identity_shown_by_python_shows_nothing_to_a_log() -> None:
    """A sealed row is what queries hand around: its representation carries ciphertext only."""
    woman = person()
    told = repr(sealed(contact(woman))).lower().encode()
    assert [trait for trait in traits(woman) if trait in told] == []
