"""Each policy of accounts on both sides of its bound: by e-mail or not, ages, reuse, disuse, lock and session times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from contact_covid.access.enums import Assurance, Role
from contact_covid.access.policy import Denied
from contact_covid.accounts.actions.accounts import NewPost, PasswordRefused
from contact_covid.accounts.actions.entrance import let_in
from contact_covid.accounts.actions.guard import LoginBlocked
from contact_covid.accounts.actions.login import LoginRefused
from contact_covid.accounts.actions.notices import tell_of_login, warn_unused
from contact_covid.accounts.actions.passwords import choose_password
from contact_covid.accounts.enums import InvitationState, Step
from contact_covid.accounts.models import Account, FormerPassword, Post
from contact_covid.accounts.queries import session_for
from contact_covid.accounts.rules.ages import is_over
from contact_covid.accounts.rules.invitations import InvitationRefused, period, state
from contact_covid.accounts.rules.passwords import PasswordFault
from contact_covid.accounts.rules.user_agents import device_of
from contact_covid.core.period import PARIS
from contact_covid.journal.models import Entry
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from tests.accounts.conftest import PASSWORD, LogIn, MakeAccount, MakePractice
from tests.clock import NOW

FORGOTTEN = "https://portail.example/oublie/"
pytestmark = pytest.mark.django_db

EMAIL, NUMBER = "helene@example.fr", "932012345"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
Words = list[tuple[str, str]]


@pytest.fixture
def now() -> datetime:
    """In UTC, where days have 24 hours."""
    return NOW.astimezone(UTC)


@pytest.fixture
def mails() -> Callable[[], Words]:
    """(receiver, text) of every mail decided."""

    def read() -> Words:
        opened = [parcel(message) for message in Message.objects.all()]
        return [(each.recipient, each.words.text) for each in opened if each]

    return read


# --- By e-mail or not ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("allowed", [True, False])
def test_an_address_opens_an_account_with_a_number_only_where_that_is_allowed(
    settings: Settings, allowed: bool, make_account: MakeAccount, make_practice: MakePractice, enter: LogIn
) -> None:
    settings.EMAIL_LOGIN = allowed
    make_account(EMAIL, make_practice(NUMBER))
    assert enter(NUMBER).token
    if allowed:
        assert enter(EMAIL).token
    else:
        with pytest.raises(LoginRefused):
            enter(EMAIL)


@pytest.mark.parametrize("post", [NewPost(Role.ADMINISTRATOR), NewPost(Role.PLATFORM_AGENT)])
def test_who_has_no_number_keeps_her_address(
    settings: Settings, post: NewPost, make_account: MakeAccount, enter: LogIn
) -> None:
    settings.EMAIL_LOGIN = False
    make_account(EMAIL, posts=(post,))
    assert enter(EMAIL).token


def test_a_delegate_keeps_her_address_and_leaves_the_number_to_the_holder(
    settings: Settings, make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    settings.EMAIL_LOGIN = False
    practice = make_practice(NUMBER)
    holder, delegate = make_account("titulaire@example.fr", practice), make_account(EMAIL, practice)
    Post.objects.filter(account=delegate).update(delegated_by=holder)
    assert enter(EMAIL).session.actor.account == delegate
    assert enter(NUMBER).session.actor.account == holder


# --- Ages ----------------------------------------------------------------------------------------------------------


@given(st.timedeltas(min_value=timedelta(0), max_value=1000 * DAY), st.timedeltas(-1000 * DAY, 1000 * DAY))
def test_what_has_no_length_is_never_over_and_the_rest_is_at_its_end(length: timedelta, past: timedelta) -> None:
    assert is_over(since=NOW, good_for=length, now=NOW + past) is (length > timedelta(0) and past >= length)


@pytest.mark.parametrize(("days", "age", "asked"), [(90, 89, False), (90, 90, True), (0, 5000, False)])
def test_a_password_that_is_too_old_opens_the_page_of_a_new_one_only(
    settings: Settings, make_account: MakeAccount, enter: LogIn, now: datetime, days: int, age: int, asked: bool
) -> None:
    settings.PASSWORD_MAX_AGE, settings.UNUSED_AFTER = days * DAY, timedelta()
    make_account(EMAIL, at=now - 6000 * DAY)
    Account.objects.update(password_changed_at=now - age * DAY)
    assert enter(EMAIL).session.steps == ((Step.NEW_PASSWORD,) if asked else ())


def test_the_age_of_a_password_never_changed_is_that_of_the_account(
    settings: Settings, make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    settings.PASSWORD_MAX_AGE, settings.UNUSED_AFTER = 90 * DAY, timedelta()
    make_account(EMAIL, at=now - 91 * DAY)
    assert enter(EMAIL).session.steps == (Step.NEW_PASSWORD,)


# --- Reuse ---------------------------------------------------------------------------------------------------------

OTHERS = ("Lune-Verte-17", "Train-Jaune-28", "Sac-Violet-39", "Pont-Rose-51")


def change(enter: LogIn, old: str, new: str, now: datetime) -> tuple[PasswordFault, ...]:
    """The faults that were told; none when the password was changed."""
    session = replace(enter(EMAIL, old, at=now).session, steps=(Step.NEW_PASSWORD,))
    try:
        choose_password(session=session, password=new, forgotten=FORGOTTEN, now=now)
    except PasswordRefused as refused:
        return refused.faults
    return ()


@pytest.mark.parametrize("history", [0, 1, 2, 3])
def test_a_password_comes_back_after_as_many_others_as_the_policy_says(
    settings: Settings, make_account: MakeAccount, enter: LogIn, now: datetime, history: int
) -> None:
    settings.PASSWORD_HISTORY = history
    make_account(EMAIL)
    told, present = [], PASSWORD
    for n, other in enumerate(OTHERS[: max(history - 1, 1)]):
        moment = now + n * MINUTE
        told.append(change(enter, present, PASSWORD, moment) == (PasswordFault.REUSED,))
        assert change(enter, present, other, moment) == ()
        present = other
    back = change(enter, present, PASSWORD, now + 10 * MINUTE)
    if history > 1:
        assert back == (PasswordFault.REUSED,)
        assert change(enter, present, OTHERS[-1], now + 11 * MINUTE) == ()
        back = change(enter, OTHERS[-1], PASSWORD, now + 12 * MINUTE)
    assert told[0]  # the present one never
    assert back == ()
    assert FormerPassword.objects.count() == max(history - 1, 0)


@pytest.mark.parametrize("steps", [(), (Step.SECOND_FACTOR, Step.NEW_PASSWORD), (Step.ONE_LOGIN,)])
def test_only_who_is_asked_for_a_new_password_chooses_one_without_the_old(
    make_account: MakeAccount, enter: LogIn, now: datetime, steps: tuple[Step, ...]
) -> None:
    make_account(EMAIL)
    session = replace(enter(EMAIL).session, steps=steps)
    with pytest.raises(Denied):
        choose_password(session=session, password=OTHERS[0], forgotten=FORGOTTEN, now=now)
    assert enter(EMAIL).token


def test_a_new_password_ends_every_other_session_and_is_told_in_the_journal(
    make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    account = make_account(EMAIL)
    other, own = enter(EMAIL), enter(EMAIL)
    session = replace(own.session, steps=(Step.NEW_PASSWORD,))
    choose_password(session=session, password=OTHERS[0], forgotten=FORGOTTEN, now=now)
    assert session_for(other.token, now) is None
    assert session_for(own.token, now)
    assert Account.objects.get(id=account).password_changed_at == now
    assert Entry.objects.filter(kind="accounts.password_changed", account=account).count() == 1
    with pytest.raises(LoginRefused):
        enter(EMAIL)


# --- Disuse --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "idle", "closed"), [(183, 182, False), (183, 183, True), (0, 5000, False)])
def test_an_account_unused_for_too_long_answers_like_a_wrong_password(
    settings: Settings, make_account: MakeAccount, enter: LogIn, now: datetime, days: int, idle: int, closed: bool
) -> None:
    settings.UNUSED_AFTER = days * DAY
    make_account(EMAIL, at=now - 6000 * DAY)
    Account.objects.update(last_login=now - idle * DAY)
    if not closed:
        assert enter(EMAIL).token
        return
    for _ in range(2):
        with pytest.raises(LoginRefused):
            enter(EMAIL)
    with pytest.raises(LoginBlocked):
        enter(EMAIL)


def unused(make_account: MakeAccount, now: datetime) -> UUID:
    account = make_account(EMAIL, at=now - 400 * DAY)
    Account.objects.update(last_login=now - 200 * DAY)
    return account


@pytest.mark.parametrize("assurance", [Assurance.PRO_SANTE_CONNECT, Assurance.CARD])
def test_card_and_pro_sante_connect_open_it_again(
    make_account: MakeAccount, enter: LogIn, now: datetime, assurance: Assurance
) -> None:
    account = unused(make_account, now)
    let_in(account=account, post=Post.objects.get(), assurance=assurance, now=now)
    assert enter(EMAIL).token


def test_a_new_password_opens_it_again(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    unused(make_account, now)
    Account.objects.update(password_changed_at=now)
    assert enter(EMAIL).token


@pytest.mark.parametrize(("idle", "told"), [(167, 0), (168, 1), (190, 1)])
def test_the_owner_is_warned_fifteen_days_before_and_once(
    make_account: MakeAccount, mails: Callable[[], Words], now: datetime, idle: int, told: int
) -> None:
    make_account(EMAIL, at=now - 400 * DAY)
    make_account("", at=now - 400 * DAY)  # nowhere to write to
    Account.objects.update(last_login=now - idle * DAY)
    assert [warn_unused(now=now), warn_unused(now=now + DAY - MINUTE)] == [told, 0]
    assert [receiver for receiver, _ in mails()] == [EMAIL] * told
    if idle == 168:
        assert "jeudi 28 mai 2020" in mails()[0][1]


def test_who_came_back_is_warned_again_the_next_time(make_account: MakeAccount, now: datetime) -> None:
    make_account(EMAIL, at=now - 800 * DAY)
    Account.objects.update(last_login=now - 200 * DAY, unused_warned_at=now - 201 * DAY)
    assert [warn_unused(now=now), warn_unused(now=now)] == [1, 0]


def test_nobody_is_warned_where_accounts_never_close(
    settings: Settings, make_account: MakeAccount, now: datetime
) -> None:
    settings.UNUSED_AFTER = timedelta()
    make_account(EMAIL, at=now - 5000 * DAY)
    assert warn_unused(now=now) == 0


# --- The notice at each login --------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [True, False])
def test_the_owner_is_told_of_a_login_where_that_is_wanted(
    settings: Settings, make_account: MakeAccount, enter: LogIn, mails: Callable[[], Words], now: datetime, wanted: bool
) -> None:
    settings.LOGIN_NOTICE = wanted
    make_account(EMAIL)
    tell_of_login(session=enter(EMAIL).session, user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 13_4)", now=now)
    assert len(mails()) == wanted
    for receiver, text in mails():
        assert receiver == EMAIL
        for told in ("13/05/2020 10:00", "mot de passe", "téléphone", "Si ce n’était pas vous"):
            assert told in text


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/81", "ordinateur (Windows)"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_4) Safari/605", "ordinateur (Mac)"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:76.0) Firefox/76.0", "ordinateur (Linux)"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 13_4 like Mac OS X) Mobile/15E148", "téléphone"),
        ("Mozilla/5.0 (Linux; Android 10; SM-G960U) Chrome/81 Mobile Safari/537.36", "téléphone"),
        ("Mozilla/5.0 (Linux; Android 9; SM-T510) Chrome/81 Safari/537.36", "tablette"),
        ("Mozilla/5.0 (iPad; CPU OS 13_4 like Mac OS X) Mobile/15E148", "tablette"),
        ("<script>", "appareil inconnu"),
        ("", "appareil inconnu"),
    ],
)
def test_a_device_is_told_by_its_kind_never_in_its_own_words(user_agent: str, device: str) -> None:
    assert device_of(user_agent) == device


# --- Lock and session times ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [1, 45])
def test_the_lock_lasts_as_long_as_is_set(
    settings: Settings, make_account: MakeAccount, enter: LogIn, now: datetime, minutes: int
) -> None:
    settings.LOGIN_LOCK = minutes * MINUTE
    make_account(EMAIL)
    for _ in range(2):
        with pytest.raises(LoginRefused):
            enter(EMAIL, "Faux-Mot-9")
    with pytest.raises(LoginBlocked) as told:
        enter(EMAIL, "Faux-Mot-9")
    assert told.value.minutes == minutes
    with pytest.raises(LoginBlocked):
        enter(EMAIL, at=now + minutes * MINUTE - timedelta(seconds=1))
    assert enter(EMAIL, at=now + minutes * MINUTE).token


@pytest.mark.parametrize(("idle", "total"), [(5, 30), (20, 480)])
def test_idle_and_total_time_are_those_that_are_set(
    settings: Settings, make_account: MakeAccount, enter: LogIn, now: datetime, idle: int, total: int
) -> None:
    settings.SESSION_IDLE, settings.SESSION_TOTAL = idle * MINUTE, total * MINUTE
    make_account(EMAIL)
    entered = enter(EMAIL)
    second = timedelta(seconds=1)
    assert session_for(entered.token, now + idle * MINUTE - second)
    assert session_for(entered.token, now + idle * MINUTE) is None
    assert entered.session.warns_at == now + idle * MINUTE - settings.SESSION_WARNING
    assert entered.session.ends_at == now + total * MINUTE


# --- The rules of invitations --------------------------------------------------------------------------------------


@given(
    st.dates(NOW.date() - 400 * DAY, NOW.date() + 400 * DAY),
    st.dates(NOW.date() - 800 * DAY, NOW.date() + 1200 * DAY),
)
def test_a_period_covers_its_days_and_nothing_else(since: object, until: object) -> None:
    today = NOW.date()
    first, last = since, until
    allowed = today <= first <= last and (last - first).days <= 366  # type: ignore[operator]
    try:
        starts_at, ends_at = period(first, last, today)  # type: ignore[arg-type]
    except InvitationRefused:
        assert not allowed
        return
    assert allowed
    assert starts_at.astimezone(PARIS).date() == first
    assert (ends_at - timedelta(microseconds=1)).astimezone(PARIS).date() == last


@pytest.mark.parametrize(
    ("accepted", "closed", "hours", "starts", "ends", "wanted"),
    [
        (False, False, 23, 0, 10, InvitationState.SENT),
        (False, False, 24, 0, 10, InvitationState.LAPSED),
        (False, True, 1, 0, 10, InvitationState.ENDED),
        (True, False, 1, 2, 10, InvitationState.TO_COME),
        (True, False, 48, 0, 10, InvitationState.ACTIVE),
        (True, False, 48, -9, 0, InvitationState.ENDED),
        (True, True, 48, 0, 10, InvitationState.ENDED),
        (True, False, 48, None, None, InvitationState.ACTIVE),
    ],
)
def test_an_invitation_stands_where_its_dates_say(
    accepted: bool, closed: bool, hours: int, starts: int | None, ends: int | None, wanted: InvitationState
) -> None:
    found = state(
        accepted=accepted,
        closed=closed,
        sent_at=NOW - timedelta(hours=hours),
        good_for=timedelta(hours=24),
        starts_at=None if starts is None else NOW + starts * DAY,
        ends_at=None if ends is None else NOW + ends * DAY,
        now=NOW,
    )
    assert found is wanted
