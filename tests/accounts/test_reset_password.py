"""A forgotten password: whoever reads the account's mail chooses a new one; a stranger learns nothing by asking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.db import connection

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewPost, PasswordRefused
from contact_covid.accounts.actions.closing import disable_account
from contact_covid.accounts.actions.forgotten import ResetPages, ask_reset, reset_password
from contact_covid.accounts.actions.guard import LoginBlocked
from contact_covid.accounts.actions.links import GOOD_FOR, LinkOver
from contact_covid.accounts.actions.login import LoginRefused, log_in
from contact_covid.accounts.models import Account, MailedLink
from contact_covid.accounts.queries import session_for
from contact_covid.accounts.rules.logins import Login, read
from contact_covid.journal.models import Entry
from contact_covid.messaging.models import Message
from tests.accounts.conftest import PASSWORD, LogIn, MakeAccount, MakePractice
from tests.accounts.links import PAGE
from tests.hashers import CountingHasher
from tests.mails import last_mail, last_token

pytestmark = pytest.mark.django_db
ADDRESS = "h.marchand@cabinet.example"
PAGES = ResetPages(link=PAGE, by_number="https://portail.example/oublie/?par=numero")
FORGOTTEN = "https://portail.example/oublie/"
NEW = "Bateau-Jaune-77"


def ask(typed: str, now: datetime) -> None:
    login = read(typed)
    assert login is not None
    ask_reset(login=login, pages=PAGES, now=now)


def reset(token: str, now: datetime, password: str = NEW) -> None:
    reset_password(token=token, password=password, forgotten_page=FORGOTTEN, now=now)


def kinds() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("kind", flat=True))


@pytest.fixture
def account(make_account: MakeAccount, make_practice: MakePractice) -> Account:
    return Account.objects.get(id=make_account(ADDRESS, make_practice("939000018")))


@pytest.mark.parametrize(
    "typed",
    [ADDRESS, ADDRESS.upper(), "939000018", "939 000 018"],
    ids=["address", "in capitals", "number", "number with spaces"],
)
def test_the_mailed_link_gives_a_new_password(account: Account, enter: LogIn, now: datetime, typed: str) -> None:
    ask(typed, now)
    token = last_token()
    assert PAGE + token in last_mail()
    later = now + timedelta(minutes=1)
    reset(token, later)

    assert enter(ADDRESS, NEW).session.actor.account == account.id
    with pytest.raises(LoginRefused):
        enter(ADDRESS, PASSWORD)
    account.refresh_from_db()
    assert account.password_changed_at == later
    assert "Votre mot de passe amelipro a été modifié" in last_mail()
    assert FORGOTTEN in last_mail()
    assert [kind for kind in kinds() if "reset" in kind] == ["accounts.reset_asked", "accounts.password_reset"]


def test_the_change_ends_every_session_and_lifts_every_block(account: Account, enter: LogIn, now: datetime) -> None:
    at_home = enter(ADDRESS)
    for device in (None, at_home.device_token):
        for _ in range(3):
            with pytest.raises((LoginRefused, LoginBlocked)):
                log_in(login=ADDRESS, password="Mauvais-Mot-1", device_token=device, now=now)
    ask(ADDRESS, now)
    assert session_for(at_home.token, now)
    reset(last_token(), now)

    assert session_for(at_home.token, now) is None
    enter(ADDRESS, NEW)
    enter(ADDRESS, NEW, device_token=at_home.device_token)


def test_a_link_is_for_once_for_a_day_and_until_the_next(account: Account, now: datetime) -> None:
    ask(ADDRESS, now)
    first, later = last_token(), now + timedelta(minutes=1)
    ask(ADDRESS, later)
    second = last_token()
    with pytest.raises(LinkOver):
        reset(first, later)
    with pytest.raises(LinkOver):
        reset(second, later + GOOD_FOR)
    reset(second, later + GOOD_FOR - timedelta(seconds=1))
    with pytest.raises(LinkOver):
        reset(second, later)


@pytest.mark.parametrize(
    "password",
    ["court", "tout-en-minuscules-1", "Marchand-2020", "Amelipro-2020", "A" * 200],
    ids=["short", "no capital", "like the name", "like the service", "long"],
)
def test_a_refused_password_leaves_the_link_whole(account: Account, now: datetime, password: str) -> None:
    ask(ADDRESS, now)
    token = last_token()
    with pytest.raises(PasswordRefused):
        reset(token, now, password)
    reset(token, now)


def test_an_account_closed_meanwhile_stays_closed(account: Account, enter: LogIn, now: datetime) -> None:
    ask(ADDRESS, now)
    disable_account(actor=SYSTEM, account=account.id, now=now)
    with pytest.raises(LinkOver):
        reset(last_token(), now)
    with pytest.raises(LoginRefused):
        enter(ADDRESS, NEW)


def test_three_mails_an_hour_whatever_way_they_are_asked_for(account: Account, now: datetime) -> None:
    for minute, typed in enumerate((ADDRESS, "939000018", ADDRESS, "939000018", ADDRESS)):
        ask(typed, now + timedelta(minutes=minute))
    assert Message.objects.count() == 3
    third = last_token()
    ask(ADDRESS, now + timedelta(minutes=61))
    assert Message.objects.count() == 3
    ask(ADDRESS, now + timedelta(minutes=62))
    assert Message.objects.count() == 4
    assert last_token() != third


def test_a_try_too_many_leaves_the_last_link_good(account: Account, enter: LogIn, now: datetime) -> None:
    """Strangers who ask and ask do not take the link from whom it was mailed to."""
    minutes = [now + timedelta(minutes=minute) for minute in range(6)]
    for minute in minutes[:3]:
        ask(ADDRESS, minute)
    third = last_token()
    for minute in minutes[3:5]:
        ask(ADDRESS, minute)
    assert last_token() == third
    reset(third, minutes[5])
    assert enter(ADDRESS, NEW, at=minutes[5]).session.actor.account == account.id


def test_a_shared_address_is_told_to_use_the_number(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    for number in ("939000018", "939000026"):
        make_account(ADDRESS, make_practice(number))
    ask(ADDRESS, now)
    assert MailedLink.objects.count() == 0
    assert PAGES.by_number in last_mail()
    assert "numéro d’Assurance Maladie ou FINESS" in last_mail()

    later = now + timedelta(minutes=1)
    ask("939000026", later)
    reset(last_token(), later)
    enter("939000026", NEW)
    enter("939000018", PASSWORD)


def test_who_has_no_address_gets_no_mail(make_account: MakeAccount, make_practice: MakePractice, now: datetime) -> None:
    make_account("", make_practice("939000018"))
    ask("939000018", now)
    assert Message.objects.count() == MailedLink.objects.count() == 0


# --- What asking costs ---------------------------------------------------------------------------------------------


@contextmanager
def statements() -> Iterator[list[str]]:
    """What reaches the database, by its first two words and its table."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: object, many: bool, context: object) -> Any:
        seen.append(" ".join(sql.split()[:3]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def counted(act: Callable[[], object]) -> tuple[int, int]:
    """Statements and hashes of an act."""
    CountingHasher.runs = 0
    with statements() as seen:
        act()
    return len(seen), CountingHasher.runs


@pytest.fixture
def four_kinds(make_account: MakeAccount, make_practice: MakePractice, now: datetime) -> dict[str, tuple[str, str]]:
    """Kind of user → e-mail and number."""
    people = {"existing": PASSWORD, "locked": PASSWORD, "password-less": None}
    logins = {"absent": ("personne@cabinet.example", "939000091")}
    for place, (kind, password) in enumerate(people.items(), 1):
        logins[kind] = (f"{kind}@cabinet.example", f"93900001{place}")
        make_account(logins[kind][0], make_practice(logins[kind][1]), password=password)
    for _ in range(3):
        with pytest.raises((LoginRefused, LoginBlocked)):
            log_in(login=logins["locked"][0], password="Mauvais-Mot-1", device_token=None, now=now)
    return logins


@pytest.mark.parametrize("way", [0, 1], ids=["by e-mail", "by number"])
@pytest.mark.parametrize("times", [1, 4], ids=["first time", "once too often"])
def test_asking_costs_the_same_for_everybody(
    four_kinds: dict[str, tuple[str, str]], now: datetime, way: int, times: int
) -> None:
    costs = {}
    for kind, logins in four_kinds.items():
        for _ in range(times - 1):
            ask(logins[way], now)
        costs[kind] = counted(lambda login=logins[way]: ask(login, now))  # type: ignore[misc]
    assert len(set(costs.values())) == 1, costs


def test_a_shared_address_costs_the_same_too(make_account: MakeAccount, now: datetime) -> None:
    for _ in range(2):
        make_account("partage@cabinet.example")
    assert counted(lambda: ask("partage@cabinet.example", now)) == counted(lambda: ask("non@cabinet.example", now))


def test_a_wrong_password_costs_the_same_for_everybody(four_kinds: dict[str, tuple[str, str]], now: datetime) -> None:
    """A block, which an unknown login earns too, answers without hash: compared among those who are let try."""

    def wrong(login: str) -> None:
        with pytest.raises(LoginRefused):
            log_in(login=login, password="Mauvais-Mot-1", device_token=None, now=now)

    del four_kinds["locked"]
    for way in (0, 1):
        costs = {kind: counted(lambda login=logins[way]: wrong(login)) for kind, logins in four_kinds.items()}  # type: ignore[misc]
        assert len(set(costs.values())) == 1, costs


def test_nothing_is_kept_of_who_asks_for_nobody(now: datetime) -> None:
    ask_reset(login=Login("personne@cabinet.example", is_email=True), pages=PAGES, now=now)
    assert Message.objects.count() == MailedLink.objects.count() == 0
    assert "personne" not in str(list(Entry.objects.values()))


def test_an_account_without_password_gets_one(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    account = make_account(ADDRESS, password=None)
    for password in ("", PASSWORD, NEW):
        with pytest.raises((LoginRefused, LoginBlocked)):
            enter(ADDRESS, password)
    ask(ADDRESS, now)
    reset(last_token(), now)
    assert enter(ADDRESS, NEW).session.actor.account == account


def test_a_secretary_is_not_meant_by_the_number_of_the_practice(
    make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    make_account(ADDRESS, posts=(NewPost(Role.SECRETARY, make_practice("939000018").id),))
    ask("939000018", now)
    assert Message.objects.count() == 0


def test_the_hash_of_the_new_password_is_stored_and_nothing_else(account: Account, now: datetime) -> None:
    ask(ADDRESS, now)
    reset(last_token(), now)
    account.refresh_from_db()
    assert hashers.check_password(NEW, account.password)
    assert NEW not in str(list(Entry.objects.values()))
