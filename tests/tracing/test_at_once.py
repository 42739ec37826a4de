"""Many at once, with real connections: one fiche a person, one row a form, nobody's writing lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.journal.models import Entry
from contact_covid.people import queries
from contact_covid.people.models import SealedIdentity
from contact_covid.tracing import models
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.models import Exposure, Fiche, MaskDelivery
from contact_covid.tracing.rules.counter import CounterError, Masks
from tests.cast import BEATRICE, CLAIRE, FARID, PAUL, PAULA, TODAY, contact, dossier, enter, named, person, search
from tests.clock import NOW
from tests.tracing import counter
from tests.tracing.counter import FOURTEEN, at_both_counters, details_of, seen, visit

pytestmark = pytest.mark.usefixtures("fresh_database")
WOMAN = person()


def at_once(times: int, act: Callable[[int], str]) -> list[str]:
    """What each of so many threads, started together on connections of their own, tells."""
    together = Barrier(times)

    def one(number: int) -> str:
        together.wait(timeout=30)
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(one, range(times)))


def test_two_registrations_of_one_person_at_once_are_one_fiche_fifty_times() -> None:
    gate = Barrier(2)

    def keep_naming(physician: int) -> list[str]:
        ids = []
        try:
            for number in range(50):
                gate.wait(timeout=30)
                case = dossier(person(10_000 + number * 2 + physician), named(person(number)))
                [registered] = enter(case, by=(PAUL, PAULA)[physician])
                ids.append(str(registered.contacts[0].id))
        finally:
            connections.close_all()
        return ids

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(keep_naming, range(2))
    assert first == second
    assert (Fiche.objects.filter(kind="contact").count(), Exposure.objects.count()) == (50, 100)
    assert SealedIdentity.objects.count() == 150


@pytest.mark.parametrize("most", [10, 60, 1_000], ids=["all_alone", "some_alone", "all_shared"])
def test_batches_that_share_people_in_another_order_do_not_wait_for_each_other_for_ever(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Whether a batch locks its people one by one or everybody."""
    monkeypatch.setattr(queries, "_MOST_LOCKS", most)
    people = [person(number) for number in range(100)]

    def register_some(number: int) -> str:
        enter(dossier(person(30_000 + number), *map(named, people[:: -(1 + number % 4)])))
        return "done"

    assert at_once(8, register_some) == ["done"] * 8
    assert Fiche.objects.filter(kind="contact").count() == 100
    assert Exposure.objects.count() == 2 * (100 + 50 + 34 + 25)


def test_fifty_submissions_with_one_key_are_one_row() -> None:
    fiche = contact(WOMAN)
    search(WOMAN)

    def press(_: int) -> str:
        try:
            visit(fiche, masks=FOURTEEN, version=1, submission=submission("key", {"masks": 14}))
        except AlreadyRecorded as told:
            return f"already {told.same}"
        return "written"

    assert at_once(50, press) == ["already True"] * 49 + ["written"]
    assert MaskDelivery.objects.count() == 1
    assert Entry.objects.filter(kind="tracing.updated").count() == 1


def test_fifty_submissions_with_one_key_and_no_version_are_one_row() -> None:
    fiche = contact(WOMAN)
    search(WOMAN)

    def press(number: int) -> str:
        masks = Masks(True, number + 1, TODAY)
        try:
            visit(fiche, masks=masks, submission=submission("key", {"masks": number}))
        except AlreadyRecorded as told:
            return f"already {told.same}"
        return "written"

    assert at_once(50, press) == ["already False"] * 49 + ["written"]
    assert MaskDelivery.objects.count() == 1


def test_of_writers_who_read_the_same_version_one_wins_and_the_others_are_told() -> None:
    fiche = contact(WOMAN)
    at_both_counters(WOMAN)

    def write(number: int) -> str:
        try:
            if number % 2:
                visit(fiche, masks=Masks(True, number, TODAY), version=1)
            else:
                visit(fiche, by=BEATRICE, test=counter.a_test("pending"), version=1)
        except FicheChanged:
            return "told"
        return "written"

    assert at_once(12, write) == ["told"] * 11 + ["written"]
    assert MaskDelivery.objects.count() + models.Test.objects.count() == 1


def test_of_pharmacies_that_deliver_at_once_one_does_and_the_others_are_told() -> None:
    """One entitlement is one delivery, wherever and however often it is asked for."""
    fiche = contact(WOMAN)
    pharmacies = (CLAIRE, FARID)
    for actor in pharmacies:
        search(WOMAN, by=actor)

    def deliver(number: int) -> str:
        try:
            visit(fiche, by=pharmacies[number % 2], masks=Masks(True, None, TODAY))
        except CounterError as told:
            return str(told.code)
        return "written"

    # Of one pharmacy, the first and its repetitions.
    assert at_once(12, deliver) == ["counter.already_delivered"] * 6 + ["written"] * 6
    assert [row.quantity for row in MaskDelivery.objects.all()] == [28]


def test_writers_without_version_follow_one_another_and_repeat_nothing() -> None:
    """Nobody compares versions, so each must see what the one before wrote: same masks, one row."""
    fiche = contact(WOMAN)
    search(WOMAN)

    def write(_: int) -> str:
        visit(fiche, masks=FOURTEEN, details=details_of(WOMAN, same_household=True))
        return "written"

    assert at_once(12, write) == ["written"] * 12
    assert MaskDelivery.objects.count() == 1
    after = Fiche.objects.get(id=fiche.id)
    assert (after.version, after.urgent_at) == (2, NOW + timedelta(hours=46))


def test_a_test_and_masks_at_once_are_both_kept() -> None:
    fiche = contact(WOMAN)
    at_both_counters(WOMAN)

    def write(number: int) -> str:
        if number:
            visit(fiche, by=CLAIRE, masks=FOURTEEN)
        else:
            visit(fiche, by=BEATRICE, test=counter.a_test("positive"))
        return "written"

    assert at_once(2, write) == ["written"] * 2
    assert seen(fiche)[0].state == "tested"
    assert len(seen(fiche)[0].masks) == len(seen(fiche, by=BEATRICE)[0].tests) == 1
    assert Fiche.objects.get(id=fiche.id).version == 4  # she is a patient zéro, too
