"""Whatever is registered, a name that may not be told is in no byte of what a counter's queries and actions return."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.access.policy import Denied
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import Circumstance, Consent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound, found_by, visible_to
from tests.cast import BEATRICE, CLAIRE, PAUL, TODAY, dossier, enter, named, person, professional, search, traits
from tests.clock import NOW
from tests.tracing import counter
from tests.tracing.counter import LATER, seen, visit

pytestmark = pytest.mark.django_db
CONTACTS = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from(Consent), st.booleans(), st.sampled_from(Circumstance)),
    min_size=1,
    max_size=5,
)


def told_to(actor: Actor, asked: Identity) -> str:
    """Everything that reaches ``actor`` when she searches and opens what she found."""
    lookup = search(asked, by=actor, now=NOW)
    lines = found_by(actor, lookup, NOW)
    purpose = Purpose.MASKS if actor is CLAIRE else Purpose.TESTING
    told = [repr(lines), repr(reveal(actor, [line.sealed for line in lines], purpose=purpose, now=NOW))]
    told += [repr(seen(Fiche(id=line.sealed.fiche), by=actor, now=NOW)) for line in lines]
    return "".join(told).lower()


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(named_=CONTACTS, consent=st.sampled_from(Consent), asked=st.integers(1, 6))
def test_a_counter_is_told_of_nobody_but_the_person_asked_for(
    named_: list[tuple[int, Consent, bool, Circumstance]], consent: Consent, asked: int
) -> None:
    index = person(50)
    contacts = [
        named(person(number), consent=agrees, same_household=same, circumstance=how, last_contact=TODAY)
        for number, agrees, same, how in named_
    ]
    others = [index, *(person(number) for number in range(1, 7) if number != asked)]
    # Searches that find nothing count against their counter: each example begins with none.
    with transaction.atomic():
        enter(dossier(index, *contacts, consent=consent))
        told = [told_to(actor, person(asked)) for actor in (CLAIRE, BEATRICE)]
        transaction.set_rollback(True)
    assert [trait for other in others for trait in traits(other) if trait.decode() in "".join(told)] == []


@pytest.mark.parametrize("consent", Consent)
def test_consent_of_the_case_changes_nothing_for_the_counter(consent: Consent) -> None:
    """Agreed or refused, the case is not the counter's business."""
    woman, index = person(1), person(50)
    enter(dossier(index, named(woman), consent=consent))
    told = told_to(CLAIRE, woman)
    assert [trait for trait in traits(index) if trait.decode() in told] == []


def test_errors_tell_no_trait() -> None:
    woman = person()
    [registered] = enter(dossier(person(50), named(woman)))
    told = []
    for actor, error in ((PAUL, Denied), (CLAIRE, FicheNotFound)):
        with pytest.raises(error) as raised:
            visit(registered.contacts[0], by=actor, masks=counter.FOURTEEN)
        told.append(f"{raised.value!r}{raised.value}")
    with pytest.raises(Denied) as refused:
        visible_to(professional(Role.EPIDEMIOLOGIST, 60, practice=60), LATER + timedelta(minutes=1))
    told.append(repr(refused.value))
    assert [trait for trait in traits(woman) if trait.decode() in "".join(told).lower()] == []
