"""An SMS leaves by the gateway, once it answers and once nobody sleeps; the same message is known by its key."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from contact_covid.journal.models import Entry
from contact_covid.messaging import actions
from contact_covid.messaging.actions import OWN_JOB, deliver, send, sweep
from contact_covid.messaging.channels.registry import is_open
from contact_covid.messaging.enums import Answer, Channel, Failure, MessageState
from contact_covid.messaging.models import Message, Refusal
from contact_covid.messaging.refusal_actions import note_refusals, say_refused
from contact_covid.messaging.rules.retries import DELAYS
from tests.cast import PAUL, ident, person
from tests.messaging.gateway import TOKEN, Gateway, an_sms, sms_gateway
from tests.messaging.mail import outgoing
from tests.server import free_port

pytestmark = pytest.mark.django_db
NIGHT = timedelta(hours=12)  # 22:00


def the_message() -> Message:
    return Message.objects.get()


def test_an_sms_arrives_under_its_key_and_leaves_nothing_behind(settings: Settings, now: datetime) -> None:
    settings.SMS_STOP_NUMBER = "36105"
    with sms_gateway(settings) as gateway:
        [message] = send(messages=[an_sms()], now=now)
        deliver(message=message, now=now)
    [got] = gateway.received
    assert gateway.keys == [str(message)] == [got["id"]]
    assert (got["to"], got["from"]) == (person().phone, settings.SMS_SENDER)
    asked = f"Rappelez le {settings.PUBLIC_HELPLINE}, dossier K7M4-2QXD."
    stop = "Refus des SMS : STOP au 36105"
    assert got["text"] == f"Assurance Maladie : nous cherchons à vous joindre. {asked} {stop}"
    row = the_message()
    assert (row.state, row.sent_at, row.recipient, row.content) == (MessageState.SENT, now, None, None)
    [entry] = Entry.objects.filter(kind="messaging.sent")
    assert (entry.fiches, entry.detail["channel"]) == (["K7M42QXD"], "sms")


def test_an_sms_sent_again_is_the_same_sms(settings: Settings, now: datetime) -> None:
    """Its sender was killed between the gateway's answer and the commit: the outcome is rolled back, the key stays."""
    with sms_gateway(settings) as gateway:
        [message] = send(messages=[an_sms()], now=now)
        kept = Message.objects.filter(id=message).values("recipient", "content").get()
        deliver(message=message, now=now)
        Message.objects.filter(id=message).update(state="queued", sent_at=None, **kept)
        deliver(message=message, now=now + timedelta(minutes=1))
    assert gateway.keys == [str(message)] * 2
    assert gateway.received[0] == gateway.received[1]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 409])
def test_what_the_gateway_takes_over_or_has_already_is_sent(settings: Settings, now: datetime, status: int) -> None:
    with sms_gateway(settings) as gateway:
        gateway.answers = [status]
        [message] = send(messages=[an_sms()], now=now)
        deliver(message=message, now=now)
    assert the_message().state == MessageState.SENT


@pytest.mark.parametrize("status", [410, 422])
def test_a_number_that_is_refused_is_given_up_and_wiped(settings: Settings, now: datetime, status: int) -> None:
    with sms_gateway(settings) as gateway:
        gateway.answers = [status]
        [message] = send(messages=[an_sms()], now=now)
        deliver(message=message, now=now)
    row = the_message()
    assert (row.state, row.failure, row.content) == (MessageState.FAILED, Failure.REFUSED, None)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 408, 429, 500, 503])
def test_what_may_be_our_own_fault_is_tried_again(settings: Settings, now: datetime, status: int) -> None:
    with sms_gateway(settings) as gateway:
        gateway.answers = [status]
        [message] = send(messages=[an_sms()], now=now)
        deliver(message=message, now=now)
        row = the_message()
        assert (row.state, row.failure, row.next_try_at) == (
            MessageState.QUEUED,
            Failure.UNAVAILABLE,
            now + DELAYS[0],
        )
        deliver(message=message, now=now + DELAYS[0])
    assert the_message().state == MessageState.SENT


def test_a_gateway_that_is_down_loses_nothing_and_tells_the_log_nothing(
    settings: Settings, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = f"http://127.0.0.1:{free_port()}/", TOKEN
    caplog.set_level(logging.DEBUG)
    [message] = send(messages=[an_sms()], now=now)
    deliver(message=message, now=now)
    assert the_message().failure == Failure.UNAVAILABLE
    assert person().phone not in caplog.text
    assert TOKEN not in caplog.text


def test_a_wrong_token_is_not_the_person_s_fault(settings: Settings, now: datetime) -> None:
    with sms_gateway(settings) as gateway:
        settings.SMS_GATEWAY_TOKEN = "another"
        [message] = send(messages=[an_sms()], now=now)
        deliver(message=message, now=now)
    assert (gateway.received, the_message().state) == ([], MessageState.QUEUED)


def test_without_gateway_there_is_no_such_channel_but_in_a_demo(settings: Settings, now: datetime) -> None:
    settings.SMS_GATEWAY_URL = ""
    assert not is_open(Channel.SMS)
    settings.DEMO = True
    assert is_open(Channel.SMS)
    [message] = send(messages=[an_sms()], now=now)
    deliver(message=message, now=now)
    row = the_message()
    assert (row.state, row.content is None) == (MessageState.SENT, False)


def test_an_sms_of_the_night_waits_for_the_morning(settings: Settings, now: datetime) -> None:
    night, morning = now + NIGHT, now + timedelta(hours=22)  # 22:00, 8:00
    with sms_gateway(settings) as gateway:
        [message] = send(messages=[an_sms()], now=night)
        assert the_message().next_try_at == morning
        assert not ProcrastinateJob.objects.filter(task_name="messaging.deliver").exists()
        assert sweep(now=morning - timedelta(minutes=1)) == []
        deliver(message=message, now=morning - timedelta(minutes=1))
        assert gateway.received == []
        assert (the_message().tries, the_message().next_try_at) == (0, morning)
        assert sweep(now=morning) == [message]
        deliver(message=message, now=morning)
    assert len(gateway.received) == 1


def test_the_night_is_where_the_person_lives(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    zones = {"93": ZoneInfo("Europe/Paris"), "972": ZoneInfo("America/Martinique")}
    monkeypatch.setattr(actions, "zone_of", zones.__getitem__)
    send(messages=[an_sms(1), an_sms(2, department="972")], now=now)  # 4 o'clock in Martinique
    assert {row.department: row.next_try_at for row in Message.objects.all()} == {
        "93": now + OWN_JOB,
        "972": now + timedelta(hours=4),
    }


def test_mails_do_not_wait_for_the_morning(now: datetime) -> None:
    send(messages=[outgoing()], now=now + NIGHT)
    assert the_message().next_try_at == now + NIGHT + OWN_JOB


def test_a_try_again_does_not_ring_at_night(settings: Settings, now: datetime) -> None:
    evening = now + timedelta(hours=9, minutes=59)  # 19:59
    with sms_gateway(settings) as gateway:
        gateway.answers = [503]
        [message] = send(messages=[an_sms()], now=evening)
        deliver(message=message, now=evening)
        again = the_message().next_try_at
        deliver(message=message, now=again)
        assert gateway.received == []
        assert the_message().next_try_at == now + timedelta(hours=22)
        deliver(message=message, now=now + timedelta(hours=22))
        assert len(gateway.received) == 1


def test_who_wants_no_more_sms_gets_none_even_of_those_that_wait(settings: Settings, now: datetime) -> None:
    with sms_gateway(settings) as gateway:
        [message] = send(messages=[an_sms()], now=now)
        for _ in range(2):
            note_refusals([(ident(9, 1), "K7M42QXD")], Channel.SMS, actor=PAUL, now=now)
        deliver(message=message, now=now)
    row = the_message()
    assert gateway.received == []
    assert (row.state, row.failure, row.content) == (MessageState.FAILED, Failure.OPTED_OUT, None)
    assert row.answer == Answer.NONE  # nobody is called for that
    [refusal] = Refusal.objects.all()
    assert (refusal.account, refusal.since) == (PAUL.account, now)
    [entry] = Entry.objects.filter(kind="messaging.channel_refused")
    assert (entry.account, entry.fiches, entry.detail) == (PAUL.account, ["K7M42QXD"], {"channel": "sms"})


def test_a_refusal_is_of_one_channel_and_can_be_taken_back(settings: Settings, now: datetime) -> None:
    note_refusals([(ident(9, 1), "K7M42QXD")], Channel.EMAIL, actor=PAUL, now=now)
    with sms_gateway(settings, Gateway()) as gateway:
        [message] = send(messages=[an_sms()], now=now)
        deliver(message=message, now=now)
    assert len(gateway.received) == 1
    say_refused(actor=PAUL, fiche=ident(9, 1), number="K7M42QXD", refused=(), now=now)
    assert not Refusal.objects.exists()
    assert Entry.objects.filter(kind="messaging.channel_accepted").count() == 1
