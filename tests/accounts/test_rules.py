from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from contact_covid.accounts.rules import devices, guard, logins, sessions

NOON = datetime(2020, 5, 13, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("typed", "value", "is_email"),
    [
        ("  Helene.Marchand@Example.FR ", "helene.marchand@example.fr", True),
        ("93 2 01234 5", "932012345", False),
        ("932.012.345", "932012345", False),
        ("2a0012345", "2A0012345", False),
        ("93201234", "93201234", False),
    ],
)
def test_a_login_is_read_as_people_type_it(typed: str, value: str, is_email: bool) -> None:
    assert logins.read(typed) == logins.Login(value, is_email)


@pytest.mark.parametrize("typed", ["", "   ", " . ", "a" * 255, "93201\x002345", "\ud800@example.fr", "a@b\nc"])
def test_what_nobody_can_have_as_a_login_is_not_looked_up(typed: str) -> None:
    assert logins.read(typed) is None


@pytest.mark.parametrize(("typed", "tried"), [("a" * 128, "a" * 128), ("a" * 129, ""), ("x\udfffy", ""), ("é", "é")])
def test_a_password_that_no_account_can_have_is_tried_as_the_empty_one(typed: str, tried: str) -> None:
    assert logins.password_to_try(typed) == tried


@pytest.mark.parametrize(
    ("left", "minutes"),
    [
        (15 * MINUTE, 15),
        (14 * MINUTE + timedelta(microseconds=1), 15),
        (14 * MINUTE, 14),
        (timedelta(seconds=1), 1),
        (timedelta(0), 1),
        (-MINUTE, 1),
    ],
)
def test_minutes_left_are_rounded_up_and_never_none(left: timedelta, minutes: int) -> None:
    assert guard.minutes_left(NOON + left, NOON) == minutes


@pytest.mark.parametrize(("tries", "evaluated"), [(1, True), (3, True), (4, False)])
def test_as_many_tries_as_the_limit_are_evaluated(tries: int, evaluated: bool) -> None:
    assert guard.Attempt(tries, None).may_be_evaluated(3) is evaluated


@pytest.mark.parametrize(
    ("seen_after", "expires_after"),
    [(0, 60), (30, 90), (179, 239), (180, 240), (200, 240)],
)
def test_a_session_expires_by_idleness_and_never_beyond_the_time_in_all(seen_after: int, expires_after: int) -> None:
    expiry = sessions.expires_at(
        created_at=NOON, seen_at=NOON + seen_after * MINUTE, idle=60 * MINUTE, total=240 * MINUTE
    )
    assert expiry == NOON + expires_after * MINUTE


@pytest.mark.parametrize(
    ("idle", "since", "due"),
    [
        (60 * MINUTE, timedelta(seconds=59), False),
        (60 * MINUTE, MINUTE, True),
        (1 * MINUTE, timedelta(seconds=5), False),
        (1 * MINUTE, timedelta(seconds=6), True),
    ],
)
def test_use_is_written_once_a_minute_and_more_often_when_the_idle_time_is_short(
    idle: timedelta, since: timedelta, due: bool
) -> None:
    assert sessions.seen_is_due(seen_at=NOON, now=NOON + since, idle=idle) is due


def test_a_browser_remembers_its_last_accounts_for_half_a_year() -> None:
    today = date(2020, 5, 13)
    accounts = [UUID(int=n) for n in range(10)]
    seen = {account: today - timedelta(days=n) for n, account in enumerate(accounts[:8])}
    after = devices.with_login(seen, accounts[9], today)
    assert list(after) == [accounts[9], *accounts[:7]]
    assert devices.still_known(
        {accounts[0]: today - timedelta(days=180), accounts[1]: today - timedelta(days=179)}, today
    ) == {accounts[1]: today - timedelta(days=179)}


def test_logging_in_again_renews_the_day_without_a_second_entry() -> None:
    today = date(2020, 5, 13)
    account = UUID(int=1)
    assert devices.with_login({account: today - timedelta(days=100)}, account, today) == {account: today}
