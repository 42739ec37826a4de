"""A mail that comes back is known by the message it carries, or by where it comes back to; anything else is left."""

import sys
from collections.abc import Callable
from datetime import datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from contact_covid.journal.models import Entry
from contact_covid.messaging.actions import deliver, send
from contact_covid.messaging.channels.email.sender import message_id
from contact_covid.messaging.enums import MessageState, Receipt
from contact_covid.messaging.management.commands import read_bounces
from contact_covid.messaging.models import Message
from contact_covid.messaging.rules.bounces import Bounce, read_bounce, return_path
from tests.cast import ident, person
from tests.messaging.mail import mail_server, outgoing

ID = UUID("0196c8a2-0001-7000-8000-000000000001")
ADDRESS = "retours@contact.example"

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@relais.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_1"

--=_1
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--=_1
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.example
X-Postfix-Queue-ID: 4B2C1

Final-Recipient: rfc822; zq@zq.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such person

--=_1
{original}
--=_1--
"""
HEADERS = "Content-Type: text/rfc822-headers\n\nFrom: x@y.example\nMessage-ID:\n {id}\nTo: zq@zq.example\n"
WHOLE = "Content-Type: message/rfc822\n\nFrom: x@y.example\nMessage-ID: {id}\nTo: zq@zq.example\n\nBonjour\n"
NONE = "Content-Type: text/plain\n\nnothing\n"


def report(
    message: UUID | str = ID,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    original: str = WHOLE,
    to: str = "ne-pas-repondre@localhost",
) -> bytes:
    inside = original.format(id=message_id(message) if isinstance(message, UUID) else message)
    return REPORT.format(to=to, action=action, status=status, original=inside).encode()


def read(mail: bytes, domain: str = "localhost", bounce_address: str = "") -> Bounce | None:
    return read_bounce(mail, domain=domain, bounce_address=bounce_address)


@pytest.mark.parametrize("original", [HEADERS, WHOLE])
@pytest.mark.parametrize(
    ("action", "status", "receipt"),
    [
        ("failed", "5.1.1", Receipt.UNDELIVERED),
        ("Failed", "4.4.7", Receipt.UNDELIVERED),  # gave up after days
        ("delayed", "4.4.1", Receipt.DELAYED),
        ("delivered", "2.0.0", Receipt.DELIVERED),
    ],
)
def test_a_report_says_of_which_message_and_whether_it_is_over(
    original: str, action: str, status: str, receipt: Receipt
) -> None:
    assert read(report(action=action, status=status, original=original)) == Bounce(ID, receipt)


@pytest.mark.parametrize("crlf", [True, False])
def test_where_it_comes_back_to_says_which_it_was(crlf: bool) -> None:
    mail = report(original=NONE, to=return_path(ID, ADDRESS))
    mail = mail.replace(b"\n", b"\r\n") if crlf else mail
    assert read(mail, bounce_address=ADDRESS) == Bounce(ID, Receipt.UNDELIVERED)
    assert read(mail) is None
    assert read(mail, bounce_address="autre@contact.example") is None


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\x00\xff",
        b"From: zq@zq.example\nSubject: Re: consignes\nIn-Reply-To: <%b@localhost>\n\nMerci" % ID.hex.encode(),
        b"Content-Type: multipart/report\n\nno boundary",
        report("<not-ours@localhost>"),
        report(f"<{ID.hex}@elsewhere.example>"),
        report(action="relayed"),
        report(original=NONE),
    ],
    ids=["empty", "bytes", "answer", "broken", "foreign", "other-domain", "relayed", "nameless"],
)
def test_what_is_no_report_on_a_message_of_ours_is_left(mail: bytes) -> None:
    assert read(mail) is None


@given(st.binary(max_size=400), st.integers(0, 900), st.booleans())
def test_no_mail_however_broken_stops_the_reading(noise: bytes, at: int, cut: bool) -> None:
    whole = report()
    read(whole[:at] + noise + (b"" if cut else whole[at:]), bounce_address=ADDRESS)


@pytest.fixture
def message(settings: Settings, now: datetime) -> UUID:
    with mail_server(settings):
        [sent] = send(messages=[outgoing()], now=now)
        deliver(message=sent, now=now)
    Message.objects.update(fiche=ident(9, 1))
    return sent


Piped = Callable[[bytes], str]


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Piped:
    def run(mail: bytes) -> str:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(mail)))
        said = StringIO()
        call_command("read_bounces", stdout=said)
        return said.getvalue()

    return run


@pytest.mark.django_db
def test_a_mail_that_comes_back_is_written_once(message: UUID, piped: Piped) -> None:
    for _ in range(2):
        assert piped(report(message)) == "Retours lus : 1.\n"
    assert Message.objects.get().state == MessageState.UNDELIVERED
    [entry] = Entry.objects.filter(kind="messaging.undelivered")
    assert entry.fiches == ["K7M42QXD"]


@pytest.mark.django_db
def test_a_delay_is_in_the_journal_and_nothing_more(message: UUID, piped: Piped) -> None:
    piped(report(message, action="delayed"))
    assert Message.objects.get().state == MessageState.SENT
    assert Entry.objects.filter(kind="messaging.delayed").count() == 1


@pytest.mark.django_db
def test_what_comes_back_of_nobody_changes_nothing(message: UUID, piped: Piped) -> None:
    assert piped(report(uuid4())) == "Retours lus : 1.\n"
    assert piped(b"Subject: absent\n\nJe suis absent") == "Retours lus : 0.\n"
    assert Message.objects.get().state == MessageState.SENT


@pytest.mark.django_db
def test_a_maildir_is_emptied_of_what_was_understood(message: UUID, tmp_path: Path) -> None:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / "1.x").write_bytes(report(message))
    (tmp_path / "new" / "2.x").write_bytes(b"Subject: absent\n\nJe suis absent")
    said = StringIO()
    call_command("read_bounces", maildir=tmp_path, stdout=said)
    assert said.getvalue() == "Retours lus : 1. Autres messages, laissés dans « cur » : 1.\n"
    assert [file.name for file in tmp_path.rglob("*.x*")] == ["2.x:2,S"]
    assert Message.objects.get().state == MessageState.UNDELIVERED


@pytest.mark.django_db
def test_the_mail_server_is_asked_to_come_again_when_the_database_is_away(
    piped: Piped, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> int:
        raise OperationalError("zq")

    monkeypatch.setattr(read_bounces, "record_receipts", away)
    with pytest.raises(CommandError, match="relancez") as told:
        piped(report())
    assert told.value.returncode == 75
    assert "zq" not in str(told.value)


@pytest.mark.django_db
def test_a_maildir_that_is_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="vérifiez ce maildir"):
        call_command("read_bounces", maildir=tmp_path / "away")


@pytest.mark.django_db
def test_a_mail_leaves_with_a_return_path_of_its_own(settings: Settings, now: datetime) -> None:
    settings.BOUNCE_ADDRESS = ADDRESS
    with mail_server(settings) as server:
        [sent] = send(messages=[outgoing()], now=now)
        deliver(message=sent, now=now)
    [mail] = server.received
    assert server.senders == [f"retours+{sent.hex}@contact.example"]
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert mail["To"] == person().email
