"""What is decided is sent: to a real mail server, once it answers, and nothing stays behind."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection, connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from config import embedded, postgres
from contact_covid.journal.models import Entry
from contact_covid.messaging.actions import OWN_JOB, Outgoing, deliver, send, sweep
from contact_covid.messaging.channels.email.sender import message_id
from contact_covid.messaging.enums import Channel, Failure, Language, MessageState
from contact_covid.messaging.models import Message
from contact_covid.messaging.rules.retries import DELAYS
from tests.cast import person, traits
from tests.messaging.mail import Keeper, consignes, mail_server, outgoing, parts, pdf_text
from tests.server import free_port
from tests.settings import HOME
from tests.tracing.dump import betrayals
from tests.worker import work

JOB = "messaging.deliver"


def of(message: UUID) -> Message:
    return Message.objects.get(id=message)


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name=JOB).count()


@pytest.mark.django_db
def test_a_message_arrives_as_text_html_and_letter(settings: Settings, now: datetime) -> None:
    with mail_server(settings) as server:
        [message] = send(messages=[outgoing()], now=now)
        deliver(message=message, now=now + timedelta(minutes=1))
    [mail] = server.received
    text, html, pdf = parts(mail)
    who = person()
    assert mail["To"] == who.email
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert mail["Subject"] == "Consignes à suivre – dossier K7M4-2QXD"
    assert mail["Message-ID"] == message_id(message)
    assert parsedate_to_datetime(mail["Date"]) == now
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    assert mail["Reply-To"] is None
    for written in (text, html, pdf_text(pdf)):
        assert who.name in written
        assert "dimanche 24 mai 2020" in written  # isolation
        assert "dimanche 17 mai 2020" in written  # test
        assert settings.PUBLIC_HELPLINE in written
        assert "K7M4-2QXD" in written
    assert who.street in pdf_text(pdf)
    assert "décret n° 2020-551" in pdf_text(pdf)


@pytest.mark.django_db
def test_nothing_of_a_person_stays_once_sent(settings: Settings, now: datetime) -> None:
    with mail_server(settings):
        [message] = send(messages=[outgoing()], now=now)
        assert of(message).content is not None
        deliver(message=message, now=now)
    row = of(message)
    assert (row.state, row.sent_at, row.tries) == (MessageState.SENT, now, 1)
    assert (row.recipient, row.content) == (None, None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(messaging_message)::text FROM messaging_message")
        [(written,)] = cursor.fetchall()
    assert not [trait for trait in traits(person()) if trait in written.lower().encode()]
    [entry] = Entry.objects.filter(kind="messaging.sent")
    assert (entry.role, entry.surface, entry.fiches) == ("system", "job", ["K7M42QXD"])


def test_no_table_holds_a_trait_while_a_message_waits(fresh_database: str, now: datetime) -> None:
    send(messages=[outgoing(), outgoing(2, index_agrees=True, index_name=person(3).name)], now=now)
    assert Message.objects.count() == 2
    assert betrayals(fresh_database, [person(1), person(2), person(3)]) == set()
    with psycopg.connect(embedded.of(HOME).url(postgres.SUPERUSER, fresh_database)) as db:  # the search would find it
        db.execute("UPDATE messaging_message SET recipient = %s::bytea", [person().email.encode()])
    assert betrayals(fresh_database, [person()]) == {"messaging_message"}


class ActRefused(Exception):
    pass


def act_and_refuse(now: datetime) -> None:
    with transaction.atomic():
        send(messages=[outgoing()], now=now)
        assert (Message.objects.count(), jobs()) == (1, 1)
        raise ActRefused


@pytest.mark.usefixtures("fresh_database")
def test_a_message_of_an_act_that_did_not_happen_is_not_sent(now: datetime) -> None:
    with pytest.raises(ActRefused):
        act_and_refuse(now)
    assert (Message.objects.count(), jobs()) == (0, 0)


@pytest.mark.usefixtures("fresh_database")
def test_the_worker_sends_what_was_decided(settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)  # the job's thread ends with the test
    with mail_server(settings) as server:
        sent = send(messages=[outgoing(1), outgoing(2)], now=now)
        work()
    assert sorted(server.ids) == sorted(map(message_id, sent))
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


@pytest.mark.django_db
def test_a_mail_server_that_is_down_loses_nothing(settings: Settings, now: datetime) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    [message] = send(messages=[outgoing()], now=now)
    deliver(message=message, now=now)
    row = of(message)
    assert (row.state, row.failure, row.tries) == (MessageState.QUEUED, Failure.UNAVAILABLE, 1)
    assert row.next_try_at == now + DELAYS[0]
    assert sweep(now=now) == []
    later = now + DELAYS[0]
    with mail_server(settings) as server:
        assert sweep(now=later) == [message]
        deliver(message=message, now=later)
    assert server.ids == [message_id(message)]
    assert (of(message).state, of(message).failure, of(message).tries) == (MessageState.SENT, "", 2)


@pytest.mark.django_db
def test_without_a_mail_server_a_message_waits(settings: Settings, now: datetime) -> None:
    settings.EMAIL_HOST = ""
    [message] = send(messages=[outgoing()], now=now)
    deliver(message=message, now=now)
    assert of(message).state == MessageState.QUEUED


@pytest.mark.django_db
def test_a_mail_server_may_ask_for_patience(settings: Settings, now: datetime) -> None:
    with mail_server(settings) as server:
        server.answers = ["451 busy"]
        [message] = send(messages=[outgoing()], now=now)
        deliver(message=message, now=now)
        assert of(message).failure == Failure.UNAVAILABLE
        deliver(message=message, now=now + timedelta(minutes=1))
    assert server.ids == [message_id(message)]


@pytest.mark.django_db
def test_a_refusal_is_final_and_wiped(settings: Settings, now: datetime) -> None:
    with mail_server(settings) as server:
        server.answers = ["550 no such person"]
        [message] = send(messages=[outgoing()], now=now)
        deliver(message=message, now=now)
        deliver(message=message, now=now + timedelta(days=1))
    row = of(message)
    assert server.received == []
    assert (row.state, row.failure, row.tries, row.content) == (MessageState.FAILED, Failure.REFUSED, 1, None)
    [entry] = Entry.objects.filter(kind="messaging.failed")
    assert entry.detail["failure"] == "refused"


@pytest.mark.django_db
def test_after_four_days_of_tries_a_message_has_failed_and_is_kept_sealed(settings: Settings, now: datetime) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    [message] = send(messages=[outgoing()], now=now)
    at = now
    for _ in DELAYS:
        deliver(message=message, now=at)
        assert of(message).state == MessageState.QUEUED
        at = of(message).next_try_at
    deliver(message=message, now=at)
    assert at - now > timedelta(days=3)
    assert (of(message).state, of(message).failure) == (MessageState.FAILED, Failure.UNAVAILABLE)
    assert of(message).content is not None
    assert sweep(now=at + timedelta(days=9)) == []
    assert Entry.objects.filter(kind="messaging.failed").count() == 1


@pytest.mark.django_db
def test_a_message_whose_key_is_gone_is_put_off(settings: Settings, now: datetime, tmp_path: Path) -> None:
    with mail_server(settings) as server:
        [message] = send(messages=[outgoing()], now=now)
        keys, settings.KEYS_DIR = settings.KEYS_DIR, tmp_path
        deliver(message=message, now=now)
        assert (of(message).state, of(message).failure) == (MessageState.QUEUED, Failure.UNREADABLE)
        settings.KEYS_DIR = keys
        deliver(message=message, now=now)
    assert len(server.received) == 1


@pytest.mark.django_db
def test_the_sweep_leaves_a_message_to_its_own_job_first(now: datetime) -> None:
    [message] = send(messages=[outgoing()], now=now)
    assert sweep(now=now + OWN_JOB - timedelta(seconds=1)) == []
    assert sweep(now=now + OWN_JOB) == [message]
    assert sweep(now=now + OWN_JOB) == []  # it has a new job
    assert jobs() == 2


@pytest.mark.usefixtures("fresh_database")
def test_a_message_in_the_hands_of_another_worker_is_left_alone(
    fresh_database: str, settings: Settings, now: datetime
) -> None:
    url = embedded.of(HOME).url(postgres.SERVICE, fresh_database)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")  # who waits for the other worker fails here
    with mail_server(settings) as server:
        [message] = send(messages=[outgoing()], now=now)
        with psycopg.connect(url) as other:
            other.execute("SELECT 1 FROM messaging_message WHERE id = %s FOR UPDATE", [message])
            deliver(message=message, now=now)
            assert sweep(now=now + OWN_JOB) == []
            assert server.received == []
        deliver(message=message, now=now)
    assert len(server.received) == 1


@pytest.mark.django_db
def test_a_sent_or_absent_message_is_not_sent_again(settings: Settings, now: datetime) -> None:
    with mail_server(settings, Keeper()) as server:
        [message] = send(messages=[outgoing()], now=now)
        for _ in range(3):
            deliver(message=message, now=now)
        deliver(message=uuid4(), now=now)
    assert len(server.received) == 1


@pytest.mark.django_db
def test_a_demo_without_mail_server_keeps_what_it_would_have_sent(settings: Settings, now: datetime) -> None:
    settings.DEMO, settings.EMAIL_HOST = True, ""
    [message] = send(messages=[outgoing()], now=now)
    deliver(message=message, now=now)
    assert of(message).state == MessageState.SENT
    assert of(message).content is not None


@pytest.mark.django_db
def test_a_letter_is_put_where_the_printing_service_fetches_it(
    settings: Settings, now: datetime, tmp_path: Path
) -> None:
    settings.LETTERS_DIR = tmp_path
    letter = Outgoing(Channel.LETTER, Language.FRENCH, person().name, consignes())
    [message] = send(messages=[letter], now=now)
    deliver(message=message, now=now)
    [file] = tmp_path.iterdir()
    assert file.name == f"{message}.pdf"
    assert file.stat().st_mode & 0o077 == 0
    assert person().street in pdf_text(file.read_bytes())
    assert of(message).state == MessageState.SENT


@pytest.mark.django_db
def test_a_letter_waits_for_a_folder_that_is_away(settings: Settings, now: datetime, tmp_path: Path) -> None:
    settings.LETTERS_DIR = tmp_path / "away"
    [message] = send(messages=[Outgoing(Channel.LETTER, Language.FRENCH, "", consignes())], now=now)
    deliver(message=message, now=now)
    assert (of(message).state, of(message).failure) == (MessageState.QUEUED, Failure.UNAVAILABLE)


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [{"content": None}, {"state": "failed"}, {"state": "sent"}, {"recipient": None}])
def test_the_database_refuses_a_message_that_makes_no_sense(broken: dict[str, None], now: datetime) -> None:
    [message] = send(messages=[outgoing()], now=now)
    with pytest.raises(IntegrityError):
        Message.objects.filter(id=message).update(**broken)
