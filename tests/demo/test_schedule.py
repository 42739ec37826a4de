from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from contact_covid.core.period import PARIS
from contact_covid.demo.rules.fiches import DemoCall, DemoDay, DemoIndex, DemoMasks, DemoPerson, DemoTest
from contact_covid.demo.rules.outbreak import generate
from contact_covid.demo.rules.schedule import Batch, Kind, Schedule
from contact_covid.directory.rules.reference import shipped
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing import enums

TODAY = date(2024, 4, 2)
LOADED_AT = datetime(2024, 4, 2, 9, 30, tzinfo=UTC)
ZONES = {row.code: ZoneInfo(row.timezone) for row in shipped().geography.departments}
OF_KIND: dict[Kind, tuple[type, ...]] = {
    Kind.VISITS: (DemoTest, DemoMasks),
    Kind.REGISTRATIONS: (DemoIndex,),
    Kind.CALLS: (DemoCall,),
}
SLOTS = pytest.mark.parametrize("slot", [timedelta(minutes=30), timedelta(hours=3)])


@cache
def outbreak() -> tuple[DemoDay, ...]:
    return tuple(generate(2_000, seed=3, today=TODAY))


def planned(slot: timedelta, latest: datetime = LOADED_AT) -> list[tuple[DemoDay, list[Batch]]]:
    schedule = Schedule(zones=ZONES, slot=slot, latest=latest)
    return [(day, list(schedule.batches(day))) for day in outbreak()]


@SLOTS
def test_every_event_of_a_day_is_in_one_batch(slot: timedelta) -> None:
    for day, batches in planned(slot):
        given = [*day.tests, *day.masks, *day.index_cases, *day.calls]
        written = [event for batch in batches for event in batch.events]
        assert sorted(map(repr, written)) == sorted(map(repr, given))


@SLOTS
def test_the_clock_never_goes_back_nor_past_the_loading(slot: timedelta) -> None:
    moments = [batch.now for _, batches in planned(slot) for batch in batches]

    assert moments == sorted(moments)
    assert moments[-1] <= LOADED_AT


@SLOTS
def test_nothing_is_written_on_a_fiche_before_the_fiche(slot: timedelta) -> None:
    registered: set[int] = set()
    for _, batches in planned(slot):
        for batch in batches:
            for event in batch.events:
                if isinstance(event, DemoIndex):
                    assert event.was_contact is None or event.was_contact in registered
                    registered |= {event.fiche, *(contact.fiche for contact in event.contacts)}
                else:
                    assert event.fiche in registered


@SLOTS
def test_a_batch_is_of_one_kind_and_its_day_has_come_in_paris(slot: timedelta) -> None:
    for day, batches in planned(slot):
        for batch in batches:
            assert all(isinstance(event, OF_KIND[batch.kind]) for event in batch.events)
            assert batch.now.astimezone(PARIS).date() >= day.day


@pytest.mark.parametrize("overseas", [False, True])
def test_nearly_all_are_registered_in_the_daytime_of_where_they_live(overseas: bool) -> None:
    times = [
        batch.now.astimezone(ZONES[event.registrar]).time()
        for _, batches in planned(timedelta(minutes=30))
        for batch in batches
        for event in batch.events
        if isinstance(event, DemoIndex) and (len(event.registrar) > 2) is overseas
    ]
    by_day = [t for t in times if time(8) <= t <= time(19, 30)]
    assert len(by_day) >= 0.95 * len(times) > 10


def test_nothing_happens_after_a_loading_in_the_early_hours() -> None:
    early = datetime(2024, 4, 1, 23, 30, tzinfo=UTC)
    assert max(batch.now for _, batches in planned(timedelta(minutes=30), early) for batch in batches) <= early


def test_a_morning_on_the_other_side_of_the_world_waits_for_the_day_in_paris() -> None:
    person = DemoPerson(1, Identity(birth_name="Durand", first_names="Anne"), "988")
    day = date(2024, 3, 20)
    index = DemoIndex(
        fiche=1,
        person=person,
        consent=enums.Consent.AGREES,
        onset=None,
        sampled_on=day,
        result_on=day,
        test_kind=enums.TestKind.PCR,
        health_worker=False,
        social_support=False,
        registrar="988",
        at=time(8, 5),
        was_contact=None,
        contacts=(),
    )
    schedule = Schedule(zones=ZONES, slot=timedelta(hours=1), latest=LOADED_AT)

    [batch] = schedule.batches(DemoDay(0, day, tests=(), index_cases=(index,), calls=(), masks=()))

    assert batch.now.astimezone(ZONES["988"]) == datetime(2024, 3, 20, 10, 0, tzinfo=ZONES["988"])
