"""Exact search: number, surname and first given name, all three; what it opens, to whom, for how long."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.policy import Denied
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.people.enums import KeyKind, NirHolder, Quality, Sex
from contact_covid.people.models import Lookup, SearchKey
from contact_covid.tracing.enums import Closure
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound, found_by, visible_to
from tests.cast import (
    BEATRICE,
    BRUNO,
    CLAIRE,
    CLAIRE_ELSEWHERE,
    DENIS,
    FARID,
    PAUL,
    contact,
    dossier,
    enter,
    found,
    named,
    number_of,
    person,
    search,
)
from tests.clock import NOW

pytestmark = pytest.mark.django_db

# A woman with everything that makes names hard. Searches see what is typed, right or wrong.
BIRTH, USED, GIVEN = "L’Hénoret-Dœuff", "de La Fontaine", "Marie-Noëlle, Zoé Anne"
TYPED = [
    ("L’Hénoret-Dœuff", "Marie-Noëlle", True),
    ("L'HENORET DOEUFF", "MARIE NOELLE", True),
    ("l henoret-doeuff", "marie–noëlle", True),
    ("De la Fontaine", "Marie-Noelle", True),
    ("DE-LA-FONTAINE", "marie noelle zoe", True),
    ("L’Hénoret", "Marie-Noëlle", False),
    ("Dœuff", "Marie-Noëlle", False),
    ("La Fontaine", "Marie-Noëlle", False),
    ("de La Fontaine L’Hénoret-Dœuff", "Marie-Noëlle", False),
    ("L’Hénoret-Dœuff%", "Marie-Noëlle", True),
    ("L%", "Marie-Noëlle", False),
    ("%", "%", False),
    ("_", "_", False),
    ("L’Hénoret-Dœuff", "Marie", False),
    ("L’Hénoret-Dœuff", "Noëlle", False),
    ("L’Hénoret-Dœuff", "Zoé", False),
    ("L’Hénoret-Dœuff", "Anne", False),
    ("L’Hénoret-Dœuff", "Marie-Noëlle Anne", False),
    ("L’Hénoret-Dœuff", "", False),
    ("", "Marie-Noëlle", False),
    ("", "", False),
    (" ", " ", False),
    ("-", "'", False),
    ("Marie-Noëlle", "L’Hénoret-Dœuff", False),
    ("Хенорет", "Мари", False),
]


@pytest.mark.parametrize("case", range(len(TYPED)))
def test_names_are_folded_and_never_partial(case: int) -> None:
    last_name, first_name, expected = TYPED[case]
    woman = person(birth_name=BIRTH, used_name=USED, first_names=GIVEN)
    fiche = contact(woman)
    assert found(woman, last_name=last_name, first_name=first_name) == ([fiche.id] if expected else [])


def test_the_names_without_the_number_find_nobody() -> None:
    woman = person()
    contact(woman)
    assert found(person(nir=number_of(2))) == []


def test_a_person_registered_without_a_number_is_not_found() -> None:
    woman = person()
    contact(person(nir=""))
    assert found(woman) == []


def test_children_under_the_number_of_a_parent_are_found_one_by_one() -> None:
    mother = person()
    child = person(
        first_names="Zqenfant",
        birth_date=date(2012, 3, 1),
        sex=Sex.MALE,
        nir_holder=NirHolder.INSURED,
        quality=Quality.BENEFICIARY,
        phone=mother.phone,
        birth_name=mother.birth_name,
    )
    of_the_mother, of_the_child = contact(mother), contact(child, index=90_001)
    assert found(mother) == [of_the_mother.id]
    assert found(child) == [of_the_child.id]


def test_twins_are_two() -> None:
    born = date(2010, 1, 2)
    one, other = (person(first_names=name, birth_date=born, phone="+33639980001") for name in ("Zqun", "Zqdeux"))
    fiches = [contact(one).id, contact(other).id]
    assert [found(one), found(other)] == [[fiches[0]], [fiches[1]]]


def test_an_index_case_is_not_found_at_the_counter_unless_she_is_a_contact_too() -> None:
    woman = person()
    enter(dossier(woman))
    assert found(woman) == []
    fiche = contact(woman)
    assert found(woman) == [fiche.id]


def test_a_cancelled_fiche_is_not_found_a_closed_one_is() -> None:
    woman = person()
    fiche = contact(woman)
    Fiche.objects.filter(id=fiche.id).update(closure=Closure.CLOSED)
    assert found(woman) == [fiche.id]
    Fiche.objects.filter(id=fiche.id).update(closure=Closure.CANCELLED)
    assert found(woman) == []


def test_a_fiche_of_a_former_month_is_found_under_its_own_key() -> None:
    woman = person()
    may = contact(woman)
    july = datetime(2020, 7, 20, 12, tzinfo=UTC)
    assert found(woman, now=july) == [may.id]
    Fiche.objects.filter(id=may.id).update(closure=Closure.CLOSED)
    again = contact(woman, now=july, last_contact=date(2020, 7, 18))
    assert found(woman, now=july) == [again.id, may.id]
    kept = {bytes(digest) for digest in SearchKey.objects.values_list("digest", flat=True)}
    assert {ring().digest(period, KeyKind.NIR, woman.nir) for period in ("2020-05", "2020-07")} <= kept


def test_what_was_found_is_open_for_half_an_hour() -> None:
    woman = person()
    fiche = contact(woman)
    lookup = search(woman)
    open_at = [minutes for minutes in (0, 29, 30, 31) if visible_to(CLAIRE, NOW + timedelta(minutes=minutes)).exists()]
    assert open_at == [0, 29]
    assert [line.sealed.fiche for line in found_by(CLAIRE, lookup, NOW + timedelta(minutes=29))] == [fiche.id]
    with pytest.raises(FicheNotFound):
        found_by(CLAIRE, lookup, NOW + timedelta(minutes=30))


@pytest.mark.parametrize(
    "other",
    [DENIS, FARID, CLAIRE_ELSEWHERE, BEATRICE, BRUNO],
    ids=["colleague", "stranger", "elsewhere", "laboratory", "biologist"],
)
def test_another_account_or_practice_sees_nothing_of_it(other: Actor) -> None:
    lookup = search_of_someone()
    assert not visible_to(other, NOW).exists()
    with pytest.raises(FicheNotFound):
        found_by(other, lookup, NOW)


def search_of_someone() -> UUID:
    woman = person()
    contact(woman)
    return search(woman)


def test_a_look_up_that_was_never_made_answers_like_one_of_another() -> None:
    with pytest.raises(FicheNotFound) as absent:
        found_by(CLAIRE, new_id(NOW), NOW)
    with pytest.raises(FicheNotFound) as anothers:
        found_by(DENIS, search_of_someone(), NOW)
    assert absent.value.args == anothers.value.args == ()


def test_a_look_up_that_found_nobody_is_an_empty_answer_of_its_own() -> None:
    lookup = search(person())
    assert found_by(CLAIRE, lookup, NOW) == []
    with pytest.raises(FicheNotFound):
        found_by(DENIS, lookup, NOW)


def test_a_look_up_keeps_no_number_and_no_name() -> None:
    woman = person()
    contact(woman)
    kept = Lookup.objects.get(id=search(woman))
    assert bytes(kept.digest) == ring().digest("2020-05", KeyKind.NIR, woman.nir)
    assert woman.nir not in repr(kept.__dict__)


@pytest.mark.parametrize("actor", [PAUL, replace(CLAIRE, role=PAUL.role)], ids=["physician", "physician_there"])
def test_who_may_not_search_is_denied_and_leaves_no_trace(actor: Actor) -> None:
    with pytest.raises(Denied):
        search(person(), by=actor)
    with pytest.raises(Denied):
        found_by(actor, search(person()), NOW)
    assert Lookup.objects.filter(account=actor.author.account).exclude(practice=CLAIRE.author.practice).count() == 0


def test_newest_fiche_first() -> None:
    woman = person()
    first = contact(woman)
    Fiche.objects.filter(id=first.id).update(closure=Closure.CLOSED)
    second = contact(woman, now=NOW + timedelta(days=2))
    assert found(woman, now=NOW + timedelta(days=3)) == [second.id, first.id]


def test_namesakes_under_one_number_are_all_found() -> None:
    """A father and his son of one name under the father's number: the counter chooses by birth date."""
    father, son = person(), person(birth_date=date(2001, 1, 1), nir_holder=NirHolder.INSURED, phone="+33639980002")
    [registered] = enter(dossier(person(9), named(father), named(son)))
    assert set(found(father)) == {fiche.id for fiche in registered.contacts}
