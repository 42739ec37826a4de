"""How long an SMS is, and when it may ring: pure rules, by tables from the standards and the calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.core.rules.phone import takes_sms
from contact_covid.messaging.rules.holidays import easter_sunday, holidays
from contact_covid.messaging.rules.quiet_hours import SmsPolicy, may_leave_at
from contact_covid.messaging.rules.sms import SmsAlphabet, SmsLength, length_of

GSM, UCS = SmsAlphabet.GSM_7, SmsAlphabet.UCS_2


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", SmsLength(GSM, 0, 1)),
        ("a" * 160, SmsLength(GSM, 160, 1)),
        ("a" * 161, SmsLength(GSM, 161, 2)),
        ("a" * 306, SmsLength(GSM, 306, 2)),
        ("a" * 307, SmsLength(GSM, 307, 3)),
        ("éèàùÉ", SmsLength(GSM, 5, 1)),
        ("€" * 80, SmsLength(GSM, 160, 1)),
        ("€" * 81, SmsLength(GSM, 162, 2)),
        ("a" * 152 + "€" + "a" * 152, SmsLength(GSM, 306, 3)),  # the sign is not cut in two: 152 + 2 > 153
        ("ê", SmsLength(UCS, 1, 1)),
        ("’", SmsLength(UCS, 1, 1)),
        ("ê" * 70, SmsLength(UCS, 70, 1)),
        ("ê" * 71, SmsLength(UCS, 71, 2)),
        ("😷" * 35, SmsLength(UCS, 70, 1)),
        ("😷" * 36, SmsLength(UCS, 72, 2)),
        ("ê" * 66 + "😷" + "ê" * 66, SmsLength(UCS, 134, 3)),  # nor is a pair of surrogates
    ],
)
def test_an_sms_is_as_long_as_the_standard_says(text: str, length: SmsLength) -> None:
    assert length_of(text) == length


@given(st.text(min_size=1, max_size=400))
def test_no_text_takes_fewer_parts_than_its_units_need(text: str) -> None:
    text = text.encode("utf-16-le", "ignore").decode("utf-16-le")
    length = length_of(text)
    room = 153 if length.alphabet is GSM else 67
    assert length.segments == 1 or (length.segments - 1) * (room - 1) < length.units <= length.segments * room


DAYTIME = SmsPolicy(8, 20, on_sundays=True)
WORKDAYS = SmsPolicy(8, 20, on_sundays=False)
PARIS = ZoneInfo("Europe/Paris")


def leaves(at: str, policy: SmsPolicy = DAYTIME, department: str = "93", zone: str = "Europe/Paris") -> str:
    """When an SMS of ``at`` leaves, both by the local clock."""
    place = ZoneInfo(zone)
    moment = datetime.fromisoformat(at).replace(tzinfo=place)
    left = may_leave_at(moment, policy, department=department, zone=place)
    return f"{left.astimezone(place):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("at", "leaves_at"),
    [
        ("2020-05-13 08:00", "2020-05-13 08:00"),
        ("2020-05-13 07:59", "2020-05-13 08:00"),
        ("2020-05-13 19:59", "2020-05-13 19:59"),
        ("2020-05-13 20:00", "2020-05-14 08:00"),
        ("2020-03-28 23:00", "2020-03-29 08:00"),  # the night that lost an hour
        ("2020-10-24 23:00", "2020-10-25 08:00"),  # the night that gained one
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Martinique", "Indian/Reunion", "Pacific/Noumea"])
def test_an_sms_waits_for_the_morning_where_the_person_lives(at: str, leaves_at: str, zone: str) -> None:
    assert leaves(at, zone=zone) == leaves_at


def test_noon_in_paris_is_too_early_in_martinique() -> None:
    noon = datetime(2020, 5, 13, 12, 0, tzinfo=PARIS)
    left = may_leave_at(noon, DAYTIME, department="972", zone=ZoneInfo("America/Martinique"))
    assert left == datetime(2020, 5, 13, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "department", "leaves_on"),
    [
        (date(2020, 5, 24), "93", date(2020, 5, 25)),  # Sunday
        (date(2020, 5, 21), "93", date(2020, 5, 22)),  # Ascension
        (date(2020, 5, 30), "93", date(2020, 5, 30)),  # Saturday
        (date(2020, 5, 31), "93", date(2020, 6, 2)),  # Whit Sunday and Monday
        (date(2020, 4, 10), "93", date(2020, 4, 10)),
        (date(2020, 4, 10), "67", date(2020, 4, 11)),  # Good Friday in Alsace
        (date(2020, 12, 25), "68", date(2020, 12, 28)),  # and the day after Christmas, then Sunday
        (date(2020, 5, 22), "972", date(2020, 5, 23)),
        (date(2020, 5, 22), "971", date(2020, 5, 22)),
    ],
)
def test_days_of_rest_are_kept_where_the_policy_says_so(at: date, department: str, leaves_on: date) -> None:
    assert leaves(f"{at} 12:00", WORKDAYS, department)[:10] == leaves_on.isoformat()
    assert leaves(f"{at} 12:00", DAYTIME, department) == f"{at} 12:00"


@given(st.integers(0, 5 * 366 * 24 * 4), st.sampled_from(["93", "57", "972", "976"]))
def test_what_leaves_leaves_within_hours_and_soon(quarters: int, department: str) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=15) * quarters
    left = may_leave_at(at, WORKDAYS, department=department, zone=PARIS).astimezone(PARIS)
    assert 8 <= left.hour < 20
    assert left.weekday() < 6
    assert left.date() not in holidays(left.year, department)
    assert at <= left < at + timedelta(days=4)


@pytest.mark.parametrize(
    "sunday", [date(2000, 4, 23), date(2019, 4, 21), date(2020, 4, 12), date(2021, 4, 4), date(2038, 4, 25)]
)
def test_easter_is_when_it_was(sunday: date) -> None:
    assert easter_sunday(sunday.year) == sunday


@pytest.mark.parametrize(
    ("number", "takes"),
    [
        ("+33639980001", True),
        ("+33765432100", True),
        ("+33199000001", False),
        ("+33999000001", False),
        ("+590690000001", True),
        ("+262692000001", True),
        ("+596596000001", False),
        ("+4915112345678", True),
        ("+493012345678", False),
    ],
)
def test_which_numbers_take_an_sms(number: str, takes: bool) -> None:
    assert takes_sms(number) is takes
