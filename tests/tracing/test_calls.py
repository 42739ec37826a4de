from datetime import timedelta

import pytest

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.policy import Denied
from contact_covid.core.ids import new_id
from contact_covid.journal.models import Entry
from contact_covid.tracing.actions.calls import CallMade, record_calls
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.enums import Call
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound, last_change
from contact_covid.tracing.rules.states import ForbiddenTransition
from tests.cast import BEATRICE, CLAIRE, PAUL, contact, dossier, enter, named, now_of, person
from tests.clock import NOW
from tests.tracing import counter
from tests.tracing.counter import LATER, at_both_counters, visit

pytestmark = pytest.mark.django_db
WOMAN = person()


def call(*outcomes: tuple[Fiche, Call], by: Actor = SYSTEM) -> None:
    calls = [CallMade(fiche.id, outcome, PAUL.author) for fiche, outcome in outcomes]
    record_calls(actor=by, calls=calls, now=LATER + timedelta(minutes=5))


def test_a_call_moves_the_state_with_its_date() -> None:
    fiche = contact(WOMAN)
    call((fiche, Call.INFORMED))
    after = now_of(fiche)
    assert (after.call, after.state, after.state_at) == ("informed", "informed", LATER + timedelta(minutes=5))
    assert (after.version, after.urgent_at) == (2, fiche.urgent_at)
    row = Entry.objects.get(kind="tracing.call_recorded")
    assert (row.account, row.fiches, row.detail) == (
        PAUL.account,
        [fiche.number],
        {"call": "informed", "fields": ["call"]},
    )
    change = last_change(fiche.number)
    assert change
    assert (change.account, change.fields) == (PAUL.account, ("call",))


def test_a_call_never_hides_a_test_nor_a_test_the_call() -> None:
    fiche = contact(WOMAN)
    at_both_counters(WOMAN)
    visit(fiche, by=BEATRICE, test=counter.a_test("negative"))
    call((fiche, Call.INFORMED))
    after = now_of(fiche)
    assert (after.state, after.state_at, after.call, after.test) == ("negative", LATER, "informed", "negative")


def test_several_calls_of_one_person_follow_each_other() -> None:
    fiche = contact(WOMAN)
    call((fiche, Call.CALL_BACK), (fiche, Call.INFORMED))
    assert (now_of(fiche).call, now_of(fiche).attempts, now_of(fiche).version) == ("informed", 2, 2)


def test_a_move_that_the_table_forbids_undoes_all() -> None:
    first, second = contact(WOMAN), contact(person(2), index=90_001)
    with pytest.raises(ForbiddenTransition):
        call((first, Call.INFORMED), (second, Call.TO_CALL))
    assert (now_of(first).call, now_of(first).version) == ("to_call", 1)
    assert not Entry.objects.filter(kind="tracing.call_recorded").exists()


def test_a_contact_is_informed_a_patient_zero_interviewed() -> None:
    [registered] = enter(dossier(person(9), named(WOMAN)))
    for fiche, wrong in ((registered.index, Call.INFORMED), (registered.contacts[0], Call.INTERVIEWED)):
        with pytest.raises(ForbiddenTransition):
            call((fiche, wrong))
    call((registered.index, Call.INTERVIEWED), (registered.contacts[0], Call.INFORMED))
    assert now_of(registered.index).state == "interviewed"


def test_an_unknown_fiche_undoes_all() -> None:
    fiche = contact(WOMAN)
    with pytest.raises(FicheNotFound):
        call((fiche, Call.INFORMED), (Fiche(id=new_id(NOW)), Call.INFORMED))
    assert now_of(fiche).call == "to_call"


@pytest.mark.parametrize("actor", [CLAIRE, BEATRICE, PAUL], ids=["pharmacist", "biologist", "physician"])
def test_nobody_else_records_calls_yet(actor: Actor) -> None:
    with pytest.raises(Denied):
        call((contact(WOMAN), Call.INFORMED), by=actor)


def test_a_call_that_changes_the_fiche_is_noticed_by_who_had_it_open() -> None:
    fiche = contact(WOMAN)
    at_both_counters(WOMAN)
    call((fiche, Call.INFORMED))
    with pytest.raises(FicheChanged):
        visit(fiche, masks=counter.FOURTEEN, version=1)
