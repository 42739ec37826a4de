"""Call hours: 8 to 19 h by the clock of the département, and a deadline that waits outside them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.core.period import PARIS
from contact_covid.directory.queries import zone_of
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules.call_hours import add_call_time, day_after, next_opening, open_at
from contact_covid.tracing.rules.urgency import Factor, urgent_at
from contact_covid.worklist.actions.queue import closed_departments
from tests.clock import NOW

REUNION, MARTINIQUE, WALLIS = (ZoneInfo(name) for name in ("Indian/Reunion", "America/Martinique", "Pacific/Wallis"))
ZONES = [PARIS, REUNION, MARTINIQUE, WALLIS, ZoneInfo("America/Miquelon")]
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=1_000)).map(lambda since: datetime(2020, 1, 1, tzinfo=UTC) + since)
DURATIONS = st.timedeltas(timedelta(0), timedelta(hours=60))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "open_in"),
    [
        ("2020-05-13 10:00", [PARIS, REUNION]),  # 12 h, 14 h, 6 h, 22 h
        ("2020-05-13 05:59", [REUNION, WALLIS]),  # 7 h 59, 9 h 59, 1 h 59, 17 h 59
        ("2020-05-13 06:00", [PARIS, REUNION, WALLIS]),
        ("2020-05-13 16:59", [PARIS, MARTINIQUE]),  # 18 h 59, 20 h 59, 12 h 59, 4 h 59
        ("2020-05-13 17:00", [MARTINIQUE]),
        ("2020-05-13 22:59", [MARTINIQUE, WALLIS]),
        ("2020-12-13 06:30", [REUNION, WALLIS]),  # winter: 7 h 30 in Paris
        ("2020-12-13 17:30", [PARIS, MARTINIQUE]),
    ],
)
def test_people_are_called_by_day_where_they_live(moment: str, open_in: list[ZoneInfo]) -> None:
    zones = [PARIS, REUNION, MARTINIQUE, WALLIS]
    assert [zone for zone in zones if open_at(utc(moment), zone)] == open_in


@pytest.mark.parametrize(
    ("start", "hours", "zone", "end"),
    [
        ("2020-05-13 08:00", 4, PARIS, "2020-05-13 12:00"),
        ("2020-05-13 13:00", 4, PARIS, "2020-05-13 17:00"),  # ends as the day ends
        ("2020-05-13 16:00", 4, PARIS, "2020-05-14 09:00"),  # 18 h: one hour now, three from 8 h
        ("2020-05-13 20:00", 4, PARIS, "2020-05-14 10:00"),  # 22 h: from 8 h
        ("2020-05-13 02:00", 4, PARIS, "2020-05-13 10:00"),  # 4 h in the morning
        ("2020-05-13 08:00", 24, PARIS, "2020-05-15 10:00"),
        ("2020-05-13 16:00", 4, REUNION, "2020-05-14 08:00"),  # 20 h there
        ("2020-05-13 08:00", 4, MARTINIQUE, "2020-05-13 16:00"),  # 4 h there: from 8 h
        ("2020-05-13 08:00", 4, WALLIS, "2020-05-14 00:00"),  # 20 h there: from 8 h of the 14th
        ("2020-03-28 17:00", 4, PARIS, "2020-03-29 09:00"),  # one hour of Saturday, three of the Sunday of summer time
        ("2020-10-24 16:00", 4, PARIS, "2020-10-25 10:00"),
    ],
)
def test_the_clock_stands_still_outside_call_hours(start: str, hours: int, zone: ZoneInfo, end: str) -> None:
    assert add_call_time(utc(start), timedelta(hours=hours), zone) == utc(end)


@given(start=MOMENTS, duration=DURATIONS, zone=st.sampled_from(ZONES))
def test_a_deadline_is_in_call_hours_and_never_sooner_than_the_time_given(
    start: datetime, duration: timedelta, zone: ZoneInfo
) -> None:
    end = add_call_time(start, duration, zone)
    assert end >= start + duration
    assert open_at(end, zone) or open_at(end - timedelta(microseconds=1), zone)


@given(first=MOMENTS, second=MOMENTS, one=DURATIONS, other=DURATIONS, zone=st.sampled_from(ZONES))
def test_deadlines_keep_the_order_of_their_starts_and_add_up(
    first: datetime, second: datetime, one: timedelta, other: timedelta, zone: ZoneInfo
) -> None:
    earlier, later = sorted((first, second))
    assert add_call_time(earlier, one, zone) <= add_call_time(later, one, zone)
    assert add_call_time(add_call_time(first, one, zone), other, zone) == add_call_time(first, one + other, zone)


@given(moment=MOMENTS, zone=st.sampled_from(ZONES))
def test_the_next_opening_is_open_and_the_day_after_is_later(moment: datetime, zone: ZoneInfo) -> None:
    opening = next_opening(moment, zone)
    assert opening >= moment
    assert open_at(opening, zone)
    assert (opening == moment) is open_at(moment, zone)
    assert day_after(moment, zone) > moment
    assert day_after(moment, zone).astimezone(zone).hour == 8


@given(
    kind=st.sampled_from(FicheKind),
    first=MOMENTS,
    second=MOMENTS,
    held=st.sets(st.sampled_from(Factor)),
    zone=st.sampled_from(ZONES),
)
def test_alike_people_are_called_in_the_order_they_came_and_a_factor_only_hastens(
    kind: FicheKind, first: datetime, second: datetime, held: set[Factor], zone: ZoneInfo
) -> None:
    earlier, later = sorted((first, second))
    assert urgent_at("covid19", kind, earlier, *held, zone=zone) <= urgent_at("covid19", kind, later, *held, zone=zone)
    for factor in Factor:
        assert urgent_at("covid19", kind, first, factor, zone=zone) < urgent_at("covid19", kind, first, zone=zone)


@pytest.mark.usefixtures("reference")
def test_each_departement_has_its_own_hours() -> None:
    assert zone_of("972") == MARTINIQUE
    assert zone_of("nowhere") == PARIS
    closed = closed_departments(NOW)
    assert {"972", "971", "973", "986"} <= set(closed)
    assert not {"75", "93", "974"} & set(closed)
    assert {"75", "974"} <= set(closed_departments(NOW.replace(hour=23)))
