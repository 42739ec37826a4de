"""From a proof to an account, and the letter's code: what may happen at once, twice, too late."""

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import connection, transaction
from pytest_django import Settings

from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.accounts.actions.enrolments import (
    MAILS_AN_HOUR,
    AccountExists,
    TooManyMails,
    create_account,
    enrol,
)
from contact_covid.accounts.actions.guard import LoginBlocked
from contact_covid.accounts.actions.letters import LettersUnavailable, request_letter
from contact_covid.accounts.actions.links import LinkOver
from contact_covid.accounts.actions.login import FirstLogin, LoginRefused, log_in
from contact_covid.accounts.actions.sessions import purge
from contact_covid.accounts.creation_queries import Holder, holder_of_number
from contact_covid.accounts.enums import Route
from contact_covid.accounts.models import Account, Enrolment, LetterCode, Post
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Channel, Failure, MessageState
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from tests.accounts.conftest import PASSWORD
from tests.accounts.links import PAGE
from tests.accounts.newcomers import professional, structure
from tests.hashers import CountingHasher

pytestmark = pytest.mark.usefixtures("fresh_database")
NUMBER, ADDRESS = "939960011", "i.zqmarchal@cabinet.example"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def printing_service(settings: Settings, tmp_path: Path) -> None:
    settings.LETTERS_DIR = tmp_path


@pytest.fixture
def holder(now: datetime) -> Holder:
    professional(NUMBER, now=now)
    found = holder_of_number(NUMBER)
    assert found is not None
    return found


def enrolled(holder: Holder, now: datetime, email: str = ADDRESS, password: str = PASSWORD) -> str:
    before = set(Message.objects.values_list("id", flat=True))
    enrol(route=Route.SECURITY_KEY, holder=holder, email=email, password=password, page=PAGE, now=now)
    mail = parcel(Message.objects.exclude(id__in=before).get())
    assert mail is not None
    return mail.words.text.split(PAGE)[1].split("/")[0]


def asked(number: str, now: datetime, email: str = "demande@cabinet.example") -> list[str]:
    """The channels of what a request sends."""
    before = set(Message.objects.values_list("id", flat=True))
    request_letter(number=number, email=email, login_page=PAGE, now=now)
    return sorted(Message.objects.exclude(id__in=before).values_list("channel", flat=True))


def code(monkeypatch: pytest.MonkeyPatch, value: str = "K7M42QXD9T3F") -> str:
    monkeypatch.setattr("contact_covid.accounts.rules.letter_codes.new_code", lambda: value)
    return value


def enter(typed: str, now: datetime, number: str = NUMBER) -> None:
    log_in(login=number, password=typed, device_token=None, now=now)


def test_an_account_is_created_once_and_journaled(holder: Holder, now: datetime) -> None:
    token = enrolled(holder, now)
    account = create_account(token=token, now=now)
    assert Account.objects.get(id=account).one_login_at == now
    assert Post.objects.get(account=account).role == Role.PHYSICIAN
    assert not Enrolment.objects.exists()
    kinds = list(Entry.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["accounts.enrolled", "accounts.created"]
    with pytest.raises(LinkOver):
        create_account(token=token, now=now)
    with pytest.raises(AccountExists):
        enrolled(holder, now)


def test_the_password_leans_on_neither_name_nor_address(holder: Holder, now: datetime) -> None:
    for weak in ("Zqmarchal-1", "I.Zqmarchal1", "court"):
        with pytest.raises(PasswordRefused):
            enrolled(holder, now, password=weak)
    assert not Enrolment.objects.exists()


def test_mails_are_counted_by_the_hour_and_each_makes_the_former_void(holder: Holder, now: datetime) -> None:
    tokens = [enrolled(holder, now + n * SECOND) for n in range(MAILS_AN_HOUR)]
    with pytest.raises(TooManyMails):
        enrolled(holder, now + timedelta(minutes=59))
    for void in tokens[:-1]:
        with pytest.raises(LinkOver):
            create_account(token=void, now=now + timedelta(minutes=1))
    enrolled(holder, now + timedelta(minutes=62))


def test_a_link_of_yesterday_creates_nothing(holder: Holder, now: datetime) -> None:
    token = enrolled(holder, now)
    with pytest.raises(LinkOver):
        create_account(token=token, now=now + timedelta(hours=24))
    purge(now=now + timedelta(hours=49))
    assert not Enrolment.objects.exists()


def test_two_clicks_at_once_create_one_account(holder: Holder, now: datetime) -> None:
    token = enrolled(holder, now)
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def click() -> None:
        connection.ensure_connection()
        together.wait(timeout=30)
        try:
            create_account(token=token, now=now)
            outcomes.append("created")
        except LinkOver:
            outcomes.append("over")
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["created", *["over"] * 7]
    assert Account.objects.count() == 1


def test_what_fails_leaves_the_link_whole(holder: Holder, now: datetime) -> None:
    token = enrolled(holder, now)
    with transaction.atomic():
        create_account(token=token, now=now)
        transaction.set_rollback(True)
    assert create_account(token=token, now=now)


def test_an_account_is_for_her_practices_that_are_open(now: datetime) -> None:
    who = professional(NUMBER, "939960022", now=now)
    professional("939960033", now=now, profession=Profession.SECRETARY)
    found = holder_of_number(NUMBER)
    assert found is not None
    assert [place.number for place in found.places] == [NUMBER, "939960022"]
    second = holder_of_number("939960022")
    assert second is not None
    assert [place.number for place in second.places] == ["939960022", NUMBER]
    who.practices.filter(number=NUMBER).update(active=False)
    assert holder_of_number(NUMBER) is None
    assert holder_of_number("939960033") is None
    assert holder_of_number("939960099") is None


def test_one_letter_in_thirty_days_and_one_notice_a_day(holder: Holder, now: datetime) -> None:
    both, notice = ["email", "letter"], ["email"]
    assert asked(NUMBER, now) == both
    assert asked(NUMBER, now + timedelta(minutes=1)) == []
    assert asked(NUMBER, now + timedelta(minutes=2), email="autre@cabinet.example") == notice
    assert asked(NUMBER, now + timedelta(days=29, hours=23)) == notice
    assert asked(NUMBER, now + timedelta(days=31)) == both


def test_without_a_printing_service_no_letter_is_asked_for(holder: Holder, now: datetime, settings: Settings) -> None:
    settings.LETTERS_DIR = None
    for number in (NUMBER, "939960099"):
        with pytest.raises(LettersUnavailable):
            asked(number, now)
    assert not LetterCode.objects.exists()
    assert not Message.objects.exists()
    settings.DEMO = True  # whose mailbox shows it
    assert asked(NUMBER, now) == ["email", "letter"]


@pytest.mark.parametrize(("host", "folder", "told"), [("a.example", None, True), ("", None, False)])
def test_a_service_without_a_printing_service_is_told_so(
    settings: Settings, tmp_path: Path, host: str, folder: Path | None, told: bool
) -> None:
    settings.PUBLIC_HOST, settings.LETTERS_DIR = host, folder
    assert [each.id for each in run_checks(tags=["letters"])] == (["accounts.W001"] if told else [])
    settings.LETTERS_DIR = tmp_path
    assert run_checks(tags=["letters"]) == []


def test_a_letter_that_is_given_up_lets_another_be_asked_for(holder: Holder, now: datetime) -> None:
    assert asked(NUMBER, now) == ["email", "letter"]
    letters, later = Message.objects.filter(channel=Channel.LETTER), now + timedelta(days=4)
    assert asked(NUMBER, later) == ["email"]
    letters.update(state=MessageState.FAILED, failure=Failure.UNAVAILABLE)
    assert asked(NUMBER, later + timedelta(hours=1), email="autre@cabinet.example") == ["email", "letter"]
    later += timedelta(hours=2)
    assert asked(NUMBER, later, email="tiers@cabinet.example") == ["email"], "that one is on its way"


def test_a_request_costs_and_tells_the_same_for_every_number(
    holder: Holder, now: datetime, cheap_hashes: type[CountingHasher]
) -> None:
    professional("939960044", now=now)
    taken = holder_of_number("939960044")
    assert taken is not None
    create_account(token=enrolled(taken, now), now=now)
    told: list[str] = []
    for n, number in enumerate((NUMBER, "939960044", "939960099")):
        cheap_hashes.runs = 0
        sent = asked(number, now + (n + 1) * SECOND, email=f"x{n}@cabinet.example")
        assert cheap_hashes.runs == 1
        assert sent == (["email", "letter"] if number == NUMBER else ["email"])
        mail = parcel(Message.objects.filter(channel=Channel.EMAIL).latest("created_at"))
        assert mail is not None
        told.append(mail.words.text)
    assert told == [told[0]] * 3
    assert Entry.objects.filter(kind="accounts.letter_requested").count() == 3


def test_the_code_is_void_after_five_wrong_tries(
    holder: Holder, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = code(monkeypatch)
    asked(NUMBER, now)
    later = [now + n * timedelta(minutes=20) for n in range(8)]  # each after the block of the login
    for moment in later[:4]:
        with pytest.raises((LoginRefused, LoginBlocked)):
            enter("K7M4-2QXD-9T3E", moment)
    with pytest.raises(FirstLogin):
        enter(right, later[4])
    for moment in later[:5]:
        with pytest.raises((LoginRefused, LoginBlocked)):
            enter("K7M4-2QXD-9T3E", now + timedelta(hours=3) + (moment - now))
    with pytest.raises(LoginRefused):
        enter(right, now + timedelta(days=2))


def test_the_code_is_void_after_thirty_days_and_when_it_has_served(
    holder: Holder, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = code(monkeypatch)
    asked(NUMBER, now)
    assert right not in LetterCode.objects.get().code
    with pytest.raises(FirstLogin):
        enter(f" {right.lower()} ", now + timedelta(days=30) - SECOND)
    with pytest.raises(LoginRefused):
        enter(right, now + timedelta(days=30))
    create_account(token=enrolled(holder, now), now=now)
    assert LetterCode.objects.get().closed_at == now
    with pytest.raises(LoginRefused):
        enter(right, now + timedelta(hours=1))


def test_a_login_costs_one_hash_with_or_without_a_letter(
    holder: Holder, now: datetime, cheap_hashes: type[CountingHasher]
) -> None:
    asked(NUMBER, now)
    for number in (NUMBER, "939960099"):
        cheap_hashes.runs = 0
        with pytest.raises(LoginRefused):
            enter("Mauvais-Mot-1", now, number)
        assert cheap_hashes.runs == 1


def test_a_structure_has_one_account_by_its_own_number(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    right = code(monkeypatch)
    structure(OrganisationKind.HOSPITAL, "930096011", now)
    professional("930096011", now=now, kind=OrganisationKind.HOSPITAL)  # who works there has no letter of her own
    assert asked("930096011", now) == ["email", "letter"]
    with pytest.raises(FirstLogin) as first:
        enter(right, now, "930096011")
    holder = holder_of_number("930096011")
    assert holder is not None
    assert (holder.professional, holder.place.practice) == (None, first.value.practice)
    create_account(token=enrolled(holder, now), now=now)
    assert asked("930096011", now + timedelta(days=31), email="y@cabinet.example") == ["email"]
    assert Message.objects.filter(channel=Channel.LETTER).count() == 1
