"""A fiche declared in error is cancelled by who declared it, with a reason; what others say stands."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.policy import Denied
from contact_covid.journal.models import Entry
from contact_covid.tracing.actions.cancellation import FicheShared, cancel_fiche
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.enums import Closure, ClosureReason, State
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.states import ForbiddenTransition
from tests.cast import CLAIRE, PAUL, PAULA, dossier, enter, ident, named, person
from tests.clock import NOW

pytestmark = pytest.mark.usefixtures("rolled_back")

LATER = NOW + timedelta(minutes=5)


def cancel(fiche: Fiche, *, by: Actor = PAUL, version: int | None = None) -> None:
    cancel_fiche(actor=by, fiche=fiche.id, reason=ClosureReason.ERROR, version=version, now=LATER)


def cancelled() -> set[UUID]:
    return set(Fiche.objects.filter(closure=Closure.CANCELLED).values_list("id", flat=True))


def test_a_contact_is_cancelled_with_its_reason_and_date() -> None:
    [registered] = enter(dossier(person(1), named(person(2)), named(person(3))))
    contact = registered.contacts[0]
    cancel(contact, version=1)

    contact.refresh_from_db()
    assert (contact.state, contact.closure_reason, contact.state_at, contact.version) == (
        State.CANCELLED,
        ClosureReason.ERROR,
        LATER,
        2,
    )
    assert cancelled() == {contact.id}
    entry = Entry.objects.get(kind=TracingEvent.CANCELLED)
    assert (entry.fiches, entry.detail["reason"]) == ([contact.number], "error")


def test_with_a_patient_zero_go_the_contacts_exposed_to_nobody_else() -> None:
    [first, second] = enter(
        dossier(person(1), named(person(3)), named(person(4))), dossier(person(2), named(person(4)))
    )
    cancel(first.index)

    assert cancelled() == {first.index.id, first.contacts[0].id}
    assert second.contacts[0].id == first.contacts[1].id


@pytest.mark.parametrize("by", [PAULA, replace(PAUL, practice=PAULA.practice)])
def test_what_another_practice_declared_is_absent(by: Actor) -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    enter(dossier(person(1), named(person(2))), by=PAULA)
    with pytest.raises(FicheNotFound):
        cancel(registered.index, by=by)
    assert cancelled() == set()


def test_a_colleague_of_the_practice_may_cancel_a_counter_never() -> None:
    [registered] = enter(dossier(person(1)))
    with pytest.raises(Denied):
        cancel(registered.index, by=replace(CLAIRE, practice=PAUL.practice))
    cancel(registered.index, by=replace(PAUL, account=ident(1, 77)))
    assert cancelled() == {registered.index.id}


def test_what_others_declared_too_is_not_cancelled() -> None:
    [registered] = enter(dossier(person(1), named(person(2)), named(person(3))))
    enter(dossier(person(9), named(person(2))), by=PAULA)
    with pytest.raises(FicheShared):
        cancel(registered.contacts[0])
    cancel(registered.index)

    assert cancelled() == {registered.index.id, registered.contacts[1].id}


def test_a_stale_version_and_a_second_time_are_told() -> None:
    [registered] = enter(dossier(person(1)))
    with pytest.raises(FicheChanged):
        cancel(registered.index, version=7)
    cancel(registered.index)
    with pytest.raises(ForbiddenTransition):
        cancel(registered.index, version=1)
