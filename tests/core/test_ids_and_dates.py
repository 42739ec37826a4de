"""Keys, periods and dates."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.core.dates import DateError, DateErrorCode, age, date_fr, datetime_fr, parse_date, parse_moment
from contact_covid.core.ids import new_id
from contact_covid.core.period import bounds, following, months_back, period_of

NOON = datetime(2020, 5, 13, 10, 0, 0, 123456, tzinfo=UTC)
NAIVE = NOON.replace(tzinfo=None)
moments = st.integers(0, 7_000_000_000_000_000).map(
    lambda n: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(microseconds=n)
)
days = st.dates(date(1880, 1, 1), date(2199, 12, 31))
periods = st.builds(lambda year, month: f"{year:04d}-{month:02d}", st.integers(1971, 2199), st.integers(1, 12))


@given(moments)
def test_an_id_is_a_uuid_7_of_its_moment(now: datetime) -> None:
    made = new_id(now)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def test_ids_sort_by_moment_and_never_repeat() -> None:
    made = [new_id(NOON + timedelta(microseconds=step)) for step in range(2000)]
    assert made == sorted(made)
    assert len({new_id(NOON) for _ in range(2000)}) == 2000


def test_an_id_does_not_depend_on_the_time_zone() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=4)))
    assert new_id(elsewhere).int >> 64 == new_id(NOON).int >> 64
    with pytest.raises(TypeError):
        new_id(NAIVE)


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        (datetime(2020, 5, 31, 21, 59, 59, tzinfo=UTC), "2020-05"),
        (datetime(2020, 5, 31, 22, 0, tzinfo=UTC), "2020-06"),
        (datetime(2020, 12, 31, 22, 59, tzinfo=UTC), "2020-12"),
        (datetime(2020, 12, 31, 23, 0, tzinfo=UTC), "2021-01"),
    ],
    ids=["before midnight in summer", "midnight in summer", "before midnight in winter", "midnight in winter"],
)
def test_a_period_is_a_month_in_paris(moment: datetime, period: str) -> None:
    assert period_of(moment) == period
    with pytest.raises(ValueError, match="aware"):
        period_of(moment.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("period", "n", "after"),
    [("2020-05", 0, "2020-05"), ("2020-05", 1, "2020-06"), ("2020-12", 1, "2021-01"), ("2020-05", 31, "2022-12")],
)
def test_periods_before_and_after(period: str, n: int, after: str) -> None:
    assert following(period, n) == after
    assert months_back(after, n) == period


@given(periods, st.integers(0, 200))
def test_going_back_undoes_going_on_and_periods_sort_as_text(period: str, n: int) -> None:
    assert months_back(following(period, n), n) == period
    assert following(period) > period


@given(moments)
def test_a_moment_is_within_the_bounds_of_its_period(moment: datetime) -> None:
    start, end = bounds(period_of(moment))
    assert start <= moment < end
    assert period_of(start) == period_of(end - timedelta(microseconds=1)) == period_of(moment)
    assert period_of(end) == following(period_of(moment))


@pytest.mark.parametrize(
    "text", ["", "2020", "2020-13", "2020-00", "2020-5", "2020/05", "2020-05-01", "²020-05", "20-2005"]
)
def test_a_malformed_period_is_a_programming_error(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM"):
        bounds(text)


@pytest.mark.parametrize(
    "text",
    ["08/05/2020", "8/5/2020", "08-05-2020", "08.05.2020", "08052020", "2020-05-08", " 08/05/2020\n"],
)
def test_ways_to_type_a_date(text: str) -> None:
    assert parse_date(text) == date(2020, 5, 8)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "08/05",
        "08/05/20",
        "0805202",
        "852020",
        "08/05-2020",
        "31/04/2020",
        "29/02/2019",
        "00/05/2020",
        "08/13/2020",
        "08/05/0202",
        "08/05/2200",
        "2020-5-8",
        "2020/05/08",
        "08/05/2020 10:10",
        "٠٨/٠٥/٢٠٢٠",
        "8 mai 2020",
        "08/05/2020\x00",
        "9" * 5000,
    ],
    ids=range(19),
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_date(text)
    assert caught.value.code is DateErrorCode.INVALID
    assert str(caught.value) == "date.invalid"


@given(days)
def test_a_date_survives_showing_and_typing(day: date) -> None:
    assert parse_date(date_fr(day)) == day
    assert parse_date(date_fr(day).replace("/", "")) == day
    assert parse_date(day.isoformat()) == day
    assert date_fr(day) == day.strftime("%d/%m/%Y")


def test_a_moment_is_shown_in_paris() -> None:
    assert datetime_fr(datetime(2020, 5, 8, 8, 10, 59, tzinfo=UTC)) == "08/05/2020 10:10"
    assert datetime_fr(datetime(2020, 12, 31, 23, 5, tzinfo=UTC)) == "01/01/2021 00:05"
    with pytest.raises(ValueError, match="aware"):
        datetime_fr(NAIVE)


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        (date(1969, 5, 8), date(2020, 5, 7), 50),
        (date(1969, 5, 8), date(2020, 5, 8), 51),
        (date(2020, 5, 8), date(2020, 5, 8), 0),
        (date(2000, 2, 29), date(2021, 2, 28), 20),
        (date(2000, 2, 29), date(2021, 3, 1), 21),
        (date(2000, 2, 29), date(2020, 2, 29), 20),
    ],
    ids=["eve", "birthday", "newborn", "leap eve", "leap", "leap day"],
)
def test_age(birth: date, on: date, years: int) -> None:
    assert age(birth, on) == years


@pytest.mark.parametrize(
    "text",
    ["24/05/2020 14:30", "24/5/2020 14h30", "24/05/2020 à 14 h 30", "24052020, 14:30", "2020-05-24T14:30:00"],
)
def test_a_moment_is_read_on_the_clocks_of_its_zone(text: str) -> None:
    martinique = ZoneInfo("America/Martinique")
    assert parse_moment(f" {text} ", martinique) == datetime(2020, 5, 24, 14, 30, tzinfo=martinique)
    assert parse_moment("24/05/2020 9h", martinique) == datetime(2020, 5, 24, 9, tzinfo=martinique)


@pytest.mark.parametrize(
    "text", ["", "14:30", "24/05/2020", "24/05/2020 25:00", "24/05/2020 14:60", "31/02/2020 9h", "x 9h"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(DateError) as refused:
        parse_moment(text, ZoneInfo("Europe/Paris"))
    assert refused.value.code == DateErrorCode.MOMENT_INVALID


def test_a_moment_is_shown_on_the_clocks_of_its_zone() -> None:
    moment = datetime(2020, 5, 24, 14, 30, tzinfo=ZoneInfo("Europe/Paris"))
    assert datetime_fr(moment, ZoneInfo("America/Martinique")) == "24/05/2020 08:30"
