"""Who gets in by a login and a password, and what those who do not are told."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.actions.accounts import NewPost
from contact_covid.accounts.actions.guard import LoginBlocked
from contact_covid.accounts.actions.login import LoginRefused, log_in
from contact_covid.accounts.actions.sessions import NoOpenPost
from contact_covid.accounts.models import Account, LoginGuard, Session
from contact_covid.accounts.queries import session_for
from contact_covid.journal.models import Entry
from tests.accounts.conftest import PASSWORD, LogIn, MakeAccount, MakePractice
from tests.hashers import CountingHasher

pytestmark = pytest.mark.django_db

EMAIL = "helene@example.fr"
NUMBER = "932012345"
MINUTE = timedelta(minutes=1)


def attempt(login: str, password: str, now: datetime, device_token: str | None = None) -> str:
    try:
        log_in(login=login, password=password, device_token=device_token, now=now)
    except LoginBlocked as blocked:
        return f"blocked {blocked.minutes}"
    except LoginRefused:
        return "refused"
    except NoOpenPost:
        return "no open post"
    return "in"


@pytest.mark.parametrize(
    "login",
    [EMAIL, " Helene@EXAMPLE.fr", NUMBER, "93 2 01234 5"],
    ids=["address", "in capitals", "number", "number with spaces"],
)
def test_e_mail_and_number_open_a_session(
    login: str, make_account: MakeAccount, make_practice: MakePractice, enter: LogIn
) -> None:
    practice = make_practice(NUMBER)
    account = make_account(EMAIL, practice)
    actor = enter(login).session.actor
    assert (actor.account, actor.practice, actor.role, actor.assurance) == (
        account,
        practice.id,
        Role.PHARMACIST,
        Assurance.PASSWORD,
    )


def test_the_session_opens_pages_and_only_its_digest_is_stored(
    make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    make_account(EMAIL)
    entered = enter(EMAIL)
    found = session_for(entered.token, now)
    assert found == entered.session
    assert entered.token.encode() not in bytes(Session.objects.get().token_digest)
    assert Account.objects.get().last_login == now


def test_two_logins_are_two_tokens(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(EMAIL)
    first, second = enter(EMAIL), enter(EMAIL)
    assert first.token != second.token
    assert session_for(first.token, now) != session_for(second.token, now)


def test_a_number_opens_the_post_of_that_place(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn
) -> None:
    market, station = make_practice(NUMBER), make_practice("932054321", "Pharmacie de la Gare")
    make_account(EMAIL, posts=(NewPost(Role.PHARMACIST, market.id), NewPost(Role.PHARMACIST, station.id)))
    assert enter("932054321").session.profile.place == "Pharmacie de la Gare"
    assert enter(NUMBER).session.profile.place == "Pharmacie du Marché"
    assert enter(EMAIL).session.profile.place in ("Pharmacie du Marché", "Pharmacie de la Gare")


def test_a_shared_address_is_no_login_but_the_number_is(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    make_account(EMAIL, make_practice(NUMBER))
    make_account(EMAIL, make_practice("932054321"))
    assert attempt(EMAIL, PASSWORD, now) == "refused"
    assert enter(NUMBER).session.profile.number == NUMBER


def test_an_address_shared_with_a_disabled_account_is_a_login_again(make_account: MakeAccount, now: datetime) -> None:
    make_account(EMAIL)
    Account.objects.update(is_active=False)
    make_account(EMAIL)
    assert attempt(EMAIL, PASSWORD, now) == "in"


def test_a_number_of_two_accounts_is_no_login(
    make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    practice = make_practice(NUMBER)
    make_account("one@example.fr", practice)
    make_account("two@example.fr", practice)
    assert attempt(NUMBER, PASSWORD, now) == "refused"
    assert attempt("two@example.fr", PASSWORD, now) == "in"


def test_a_secretary_never_logs_in_by_the_number_of_the_holder(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn
) -> None:
    practice = make_practice(NUMBER)
    holder = make_account(EMAIL, practice)
    make_account("secretary@example.fr", posts=(NewPost(Role.SECRETARY, practice.id),))
    assert enter(NUMBER).session.actor.account == holder
    assert enter("secretary@example.fr").session.actor.role == Role.SECRETARY


def test_the_right_password_without_a_post_says_so(make_account: MakeAccount, now: datetime) -> None:
    account = make_account(EMAIL, posts=())
    assert [attempt(EMAIL, PASSWORD, now) for _ in range(4)] == ["no open post"] * 4, "none of them was wrong"
    assert not Session.objects.exists()
    refusals = Entry.objects.filter(kind="accounts.login_failed", account=account)
    assert [each.detail for each in refusals] == [{"reason": "login.no_open_post"}] * 4


def test_the_third_wrong_password_blocks_for_the_minutes_it_says(make_account: MakeAccount, now: datetime) -> None:
    make_account(EMAIL)
    told = [attempt(EMAIL, "wrong", now + n * MINUTE) for n in range(5)]
    assert told == ["refused", "refused", "blocked 15", "blocked 14", "blocked 13"]
    assert attempt(EMAIL, PASSWORD, now + 16 * MINUTE) == "blocked 1"
    assert attempt(EMAIL, PASSWORD, now + 17 * MINUTE) == "in"


def test_tries_during_the_lock_neither_hash_nor_lengthen_it(make_account: MakeAccount, now: datetime) -> None:
    make_account(EMAIL)
    for _ in range(3):
        attempt(EMAIL, "wrong", now)
    CountingHasher.runs = 0
    assert {attempt(EMAIL, PASSWORD, now + 14 * MINUTE) for _ in range(20)} == {"blocked 1"}
    assert CountingHasher.runs == 0


def test_after_the_lock_the_count_begins_anew(make_account: MakeAccount, now: datetime) -> None:
    make_account(EMAIL)
    told = [attempt(EMAIL, "wrong", now + after * MINUTE) for after in (0, 0, 0, 15, 15, 15)]
    assert told == ["refused", "refused", "blocked 15"] * 2


def test_the_e_mail_and_the_number_of_an_account_count_together(
    make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    make_account(EMAIL, make_practice(NUMBER))
    told = [attempt(login, "wrong", now) for login in (EMAIL, NUMBER, EMAIL, NUMBER)]
    assert told == ["refused", "refused", "blocked 15", "blocked 15"]


def test_a_success_resets_the_count(make_account: MakeAccount, now: datetime) -> None:
    make_account(EMAIL)
    told = [attempt(EMAIL, word, now) for word in ("wrong", "wrong", PASSWORD, "wrong", "wrong", PASSWORD)]
    assert told == ["refused", "refused", "in"] * 2


@pytest.mark.parametrize(("pause", "told"), [(timedelta(hours=24), "refused"), (timedelta(hours=23), "blocked 15")])
def test_wrong_passwords_are_forgotten_after_a_day(
    pause: timedelta, told: str, make_account: MakeAccount, now: datetime
) -> None:
    make_account(EMAIL)
    attempt(EMAIL, "wrong", now)
    attempt(EMAIL, "wrong", now)
    assert attempt(EMAIL, "wrong", now + pause) == told


def test_one_account_s_lock_is_nobody_else_s(make_account: MakeAccount, now: datetime) -> None:
    make_account(EMAIL)
    make_account("other@example.fr")
    for _ in range(3):
        attempt(EMAIL, "wrong", now)
    assert attempt("other@example.fr", PASSWORD, now) == "in"


def test_strangers_cannot_lock_out_a_browser_that_has_logged_in_before(
    make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    make_account(EMAIL)
    device = enter(EMAIL).device_token
    assert [attempt(EMAIL, "wrong", now) for _ in range(3)][-1] == "blocked 15"
    assert attempt(EMAIL, PASSWORD, now) == "blocked 15"
    assert attempt(EMAIL, PASSWORD, now, device) == "in"
    assert attempt(EMAIL, PASSWORD, now) == "blocked 15", (
        "a known browser's success does not reset the strangers' count"
    )


def test_a_known_browser_has_three_tries_too(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(EMAIL)
    device = enter(EMAIL).device_token
    told = [attempt(EMAIL, "wrong", now, device) for _ in range(4)]
    assert told == ["refused", "refused", "blocked 15", "blocked 15"]
    assert attempt(EMAIL, PASSWORD, now) == "in"


def test_a_browser_known_to_one_account_is_a_stranger_to_another(
    make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    make_account(EMAIL)
    make_account("other@example.fr")
    device = enter(EMAIL).device_token
    for _ in range(3):
        attempt("other@example.fr", "wrong", now)
    assert attempt("other@example.fr", PASSWORD, now, device) == "blocked 15"


def test_a_shared_computer_is_known_to_all_who_logged_in_there(
    make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    make_account(EMAIL)
    make_account("other@example.fr")
    device = enter("other@example.fr", device_token=enter(EMAIL).device_token).device_token
    for login in (EMAIL, "other@example.fr"):
        for _ in range(3):
            attempt(login, "wrong", now)
        assert attempt(login, PASSWORD, now, device) == "in"


@pytest.mark.parametrize("cut", [slice(0, -2), slice(2, None), slice(0, 0)])
@pytest.mark.parametrize("tail", ["xx", "é" * 5000, ":b"])
def test_a_forged_browser_cookie_is_no_cookie(
    cut: slice, tail: str, make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    make_account(EMAIL)
    device = enter(EMAIL).device_token[cut] + tail
    for _ in range(3):
        attempt(EMAIL, "wrong", now)
    assert attempt(EMAIL, PASSWORD, now, device) == "blocked 15"


def test_a_browser_is_forgotten_after_half_a_year(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(EMAIL)
    device = enter(EMAIL).device_token
    later = now + timedelta(days=181)
    for _ in range(3):
        attempt(EMAIL, "wrong", later)
    assert attempt(EMAIL, PASSWORD, later, device) == "blocked 15"


@pytest.mark.parametrize("password", ["wrong", "", "x" * 100_000, "\ud800", "\x00", PASSWORD + " "])
def test_nobody_learns_whether_a_login_exists(
    password: str, make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    """Same answers, same number of hashes, same rows, in the same order, for every kind of login."""
    make_account(EMAIL, make_practice(NUMBER))
    make_account("without@example.fr", password=None)
    disabled = make_account("disabled@example.fr", make_practice("932000001"))
    Account.objects.filter(id=disabled).update(is_active=False)
    make_account("shared@example.fr", make_practice("932000002"))
    make_account("shared@example.fr", make_practice("932000003"))
    known, *others = [
        EMAIL,
        "nobody@example.fr",
        "932999999",
        "without@example.fr",
        "disabled@example.fr",
        "932000001",
        "shared@example.fr",
        "a\x00b",
    ]
    expected = trace(known, password, now)
    assert expected[0][0] == "refused"
    assert expected[2][0] == "blocked 15"
    assert {login: trace(login, password, now) for login in others} == dict.fromkeys(others, expected)


def trace(login: str, password: str, now: datetime) -> list[tuple[str, int, list[str], int]]:
    seen = []
    for _ in range(5):
        CountingHasher.runs, last, guards = 0, newest_entry(), LoginGuard.objects.count()
        told = attempt(login, password, now)
        kinds = list(Entry.objects.filter(id__gt=last).order_by("id").values_list("kind", flat=True))
        seen.append((told, CountingHasher.runs, kinds, LoginGuard.objects.count() - guards))
    return seen


def newest_entry() -> int:
    return Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def test_the_journal_says_what_happened_and_never_what_was_typed(
    make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    account = make_account(EMAIL)
    entered = enter(EMAIL)
    for _ in range(4):
        attempt(EMAIL, "wrong-Secret-1", now)
        attempt("typed.by.mistake@example.fr", "wrong-Secret-1", now)
    rows = list(
        Entry.objects.filter(kind__startswith="accounts.log").order_by("id").values_list("kind", "account", "session")
    )
    assert rows[0] == ("accounts.logged_in", account, entered.session.id)
    failed: list[tuple[str, UUID | None, UUID | None]] = [
        ("accounts.login_failed", account, None),
        ("accounts.login_failed", None, None),
    ]
    assert rows[1:] == failed * 3
    assert set(Entry.objects.filter(kind="accounts.blocked").values_list("account", flat=True)) == {account, None}
    written = " ".join(str(values) for values in Entry.objects.values_list())
    assert "typed" not in written
    assert "Secret" not in written
    assert EMAIL not in written


def test_a_password_changed_while_it_is_verified_opens_nothing(
    make_account: MakeAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account(EMAIL)
    verify = CountingHasher.verify

    def verify_while_it_changes(self: CountingHasher, password: str, encoded: str) -> bool:
        Account.objects.update(password=make_password("Another-Word-7"))
        return verify(self, password, encoded)

    monkeypatch.setattr(CountingHasher, "verify", verify_while_it_changes)
    assert attempt(EMAIL, PASSWORD, now) == "refused"
    assert not Session.objects.exists()
    assert Entry.objects.filter(kind="accounts.login_failed", account=account).count() == 1


def test_a_password_hashed_the_old_way_is_hashed_anew_at_login(
    make_account: MakeAccount, enter: LogIn, settings: Settings
) -> None:
    make_account(EMAIL)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    enter(EMAIL)
    assert "m=102400" in Account.objects.get().password
    assert enter(EMAIL).token


@pytest.mark.parametrize("limit", [1, 5])
def test_the_limit_is_a_setting(limit: int, make_account: MakeAccount, now: datetime, settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS = limit
    make_account(EMAIL)
    told = [attempt(EMAIL, "wrong", now) for _ in range(limit + 1)]
    assert told == ["refused"] * (limit - 1) + ["blocked 15"] * 2
