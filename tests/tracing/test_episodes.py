"""Met again within an episode: one fiche. Met again in another one: another fiche. Numbers are never dealt twice."""

from datetime import date, timedelta

import pytest

from contact_covid.tracing.actions import new_fiches
from contact_covid.tracing.actions.new_fiches import free_numbers
from contact_covid.tracing.models import Exposure, Fiche
from tests.cast import PAULA, TODAY, dossier, enter, named, person
from tests.clock import NOW

# By the rules of May 2020 the isolation ends 14 days after the last contact; ten more days still belong to it.
LAST_OF_EPISODE = TODAY + timedelta(days=14 + 10)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("again", "fiches"),
    [
        pytest.param(LAST_OF_EPISODE, 1, id="last day of the episode"),
        pytest.param(LAST_OF_EPISODE + timedelta(days=1), 2, id="the day after"),
    ],
)
def test_a_contact_named_again(again: date, fiches: int) -> None:
    enter(dossier(person(2), named(person(1), last_contact=TODAY)))
    later = NOW + (again - TODAY)
    enter(dossier(person(3), named(person(1), last_contact=again), sampled_on=again, result_on=again), now=later)
    assert Fiche.objects.filter(kind="contact").count() == fiches
    assert Exposure.objects.count() == 2


@pytest.mark.django_db
def test_two_episodes_in_one_batch_and_a_third_exposure_joins_the_newest() -> None:
    later = LAST_OF_EPISODE + timedelta(days=1)
    first, second, third = enter(
        dossier(person(2), named(person(1), last_contact=TODAY)),
        dossier(person(3), named(person(1), last_contact=later)),
        dossier(person(4), named(person(1), last_contact=later)),
    )
    assert first.contacts[0].id != second.contacts[0].id
    assert second.contacts[0].id == third.contacts[0].id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "fiches"), [pytest.param(60, 1, id="two months"), pytest.param(61, 2, id="longer: infected again")]
)
def test_a_patient_registered_again(days: int, fiches: int) -> None:
    enter(dossier(person(1)))
    enter(dossier(person(1)), by=PAULA, now=NOW + timedelta(days=days))
    assert Fiche.objects.filter(kind="index").count() == fiches


@pytest.mark.django_db
def test_a_number_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    (known,) = enter(dossier(person(1)))
    fresh = free_numbers(2)
    drawn = iter([known.index.number, known.index.number, next(fresh), next(fresh)])
    monkeypatch.setattr(new_fiches, "new_number", lambda: next(drawn))
    (registered,) = enter(dossier(person(2), named(person(3))))
    numbers = {registered.index.number, registered.contacts[0].number}
    assert len(numbers) == 2
    assert known.index.number not in numbers
