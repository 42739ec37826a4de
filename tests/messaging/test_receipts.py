"""What became of a message: told by the gateway, which signs it, once or many times, of messages known or not."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from contact_covid.journal.models import Entry
from contact_covid.messaging.actions import deliver, send
from contact_covid.messaging.enums import Channel, MessageState, Receipt
from contact_covid.messaging.models import Message, Refusal
from contact_covid.messaging.receipt_actions import Told, record_receipts
from contact_covid.messaging.rules.receipts import after
from contact_covid.messaging.rules.signatures import is_signed, sign
from tests.cast import ident
from tests.messaging.gateway import an_sms, sms_gateway

SECRET, OLD = "secret of the gateway, thirty-two characters", "secret of before, also thirty-two characters"
PATH = "/messages/recus/"
GONE = {MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED}


@pytest.fixture
def message(settings: Settings, now: datetime) -> UUID:
    settings.SMS_RECEIPT_SECRETS = (SECRET, OLD)
    with sms_gateway(settings):
        [sent] = send(messages=[an_sms()], now=now)
        deliver(message=sent, now=now)
    return sent


def posted(body: object, *, secret: str = SECRET, at: datetime | None = None, **headers: Any) -> HttpResponse:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = str(int((at or timezone.now()).timestamp()))
    signed = {"Receipt-Timestamp": timestamp, "Receipt-Signature": sign(secret, timestamp, content)} | headers
    client = Client(enforce_csrf_checks=True)
    return client.post(PATH, content, content_type="application/json", headers=signed)  # type: ignore[return-value]


def told(*receipts: tuple[object, str]) -> dict[str, Any]:
    return {"receipts": [{"id": str(id_), "status": status} for id_, status in receipts]}


@pytest.mark.parametrize("state", MessageState)
@pytest.mark.parametrize("receipt", Receipt)
def test_a_delivery_is_the_end_and_the_rest_never_goes_back(state: MessageState, receipt: Receipt) -> None:
    reached = after(state, receipt)
    assert after(reached, receipt) is reached
    if receipt is Receipt.DELIVERED:
        assert reached is MessageState.DELIVERED
    if receipt in (Receipt.DELAYED, Receipt.STOPPED) or state in (MessageState.DELIVERED, MessageState.FAILED):
        assert reached is state or receipt is Receipt.DELIVERED


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["delivered", "undelivered"])
def test_a_receipt_is_written_once(message: UUID, status: str) -> None:
    for _ in range(2):
        assert posted(told((message, status))).status_code == 204
    row = Message.objects.get()
    assert row.state == status
    assert row.receipt_at is not None
    assert Entry.objects.filter(kind=f"messaging.{status}", fiches=["K7M42QXD"]).count() == 1


@pytest.mark.django_db
def test_the_secret_of_before_is_good_until_it_is_taken_away(message: UUID, settings: Settings) -> None:
    assert posted(told((message, "delivered")), secret=OLD).status_code == 204
    settings.SMS_RECEIPT_SECRETS = (SECRET,)
    assert posted(told((message, "undelivered")), secret=OLD).status_code == 403


@pytest.mark.django_db
def test_what_is_not_known_is_answered_like_what_is(message: UUID) -> None:
    answers = [
        posted(told(*receipts))
        for receipts in (
            [(message, "delivered")],
            [(uuid4(), "delivered")],
            [(message, "buffered")],
            [("not an id", "delivered")],
            [],
        )
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}
    assert Message.objects.get().state == MessageState.DELIVERED


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {"Receipt-Signature": ""},
        {"Receipt-Signature": "0" * 64},
        {"Receipt-Signature": "é"},
        {"Receipt-Timestamp": ""},
        {"Receipt-Timestamp": "soon"},
        {"Receipt-Timestamp": "9" * 40},
        {"Receipt-Timestamp": "9" * 16},
        {"Receipt-Timestamp": "1589356800"},
    ],
)
def test_what_is_not_signed_changes_nothing(message: UUID, headers: dict[str, Any]) -> None:
    assert posted(told((message, "delivered")), **headers).status_code == 403
    assert Message.objects.get().state == MessageState.SENT


@pytest.mark.django_db
def test_what_was_signed_long_ago_or_for_something_else_changes_nothing(message: UUID) -> None:
    assert posted(told((message, "delivered")), at=timezone.now() - timedelta(minutes=6)).status_code == 403
    assert posted(told((message, "delivered")), at=timezone.now() + timedelta(minutes=6)).status_code == 403
    stamp = str(int(timezone.now().timestamp()))
    other = sign(SECRET, stamp, b"{}")
    headers: dict[str, Any] = {"Receipt-Timestamp": stamp, "Receipt-Signature": other}
    refused = posted(told((message, "delivered")), **headers)
    assert refused.status_code == 403
    assert Message.objects.get().state == MessageState.SENT


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"receipts": 1}', b'{"receipts": [{"id": 1}]}', b"\xff"])
def test_what_is_signed_and_makes_no_sense_is_told_so(message: UUID, body: bytes) -> None:
    assert posted(body).status_code == 400


@pytest.mark.django_db
def test_without_a_secret_nobody_is_listened_to(message: UUID, settings: Settings) -> None:
    settings.SMS_RECEIPT_SECRETS = ()
    assert posted(told((message, "delivered"))).status_code == 404
    assert posted(told((message, "delivered")), secret="").status_code == 404


@pytest.mark.django_db
def test_who_answers_stop_gets_no_more_sms(message: UUID) -> None:
    for _ in range(2):
        assert posted(told((message, "stopped"))).status_code == 204
    [refusal] = Refusal.objects.all()
    assert (refusal.fiche, refusal.channel, refusal.account) == (ident(9, 1), Channel.SMS, None)
    assert Message.objects.get().state == MessageState.SENT
    assert Entry.objects.filter(kind="messaging.channel_refused").count() == 1


@pytest.mark.django_db
def test_a_gateway_speaks_of_sms_only(message: UUID, now: datetime) -> None:
    Message.objects.update(channel="email")
    assert posted(told((message, "undelivered"))).status_code == 204
    assert Message.objects.get().state == MessageState.SENT
    assert record_receipts(channel=Channel.EMAIL, receipts=[Told(message, Receipt.UNDELIVERED)], now=now) == 1
    assert Message.objects.get().state == MessageState.UNDELIVERED


@pytest.mark.django_db
def test_a_message_whose_sender_was_killed_is_not_sent_again_once_it_arrived(settings: Settings, now: datetime) -> None:
    [queued] = send(messages=[an_sms()], now=now)
    record_receipts(channel=Channel.SMS, receipts=[Told(queued, Receipt.DELIVERED)], now=now)
    with sms_gateway(settings) as gateway:
        deliver(message=queued, now=now)
    row = Message.objects.get()
    assert gateway.received == []
    assert (row.state, row.sent_at, row.content) == (MessageState.DELIVERED, now, None)


@pytest.mark.django_db
def test_many_receipts_take_few_statements(now: datetime, django_assert_max_num_queries: Any) -> None:
    ids = send(messages=[an_sms(number) for number in range(1, 41)], now=now)
    receipts = [Told(id_, Receipt.DELIVERED if n % 2 else Receipt.UNDELIVERED) for n, id_ in enumerate(ids)]
    with django_assert_max_num_queries(8):
        record_receipts(channel=Channel.SMS, receipts=receipts, now=now)
    assert sorted(Message.objects.values_list("state", flat=True)) == ["delivered"] * 20 + ["undelivered"] * 20


def test_a_signature_is_of_the_moment_and_the_body() -> None:
    now = datetime.fromisoformat("2020-05-13T10:00:00+02:00")
    stamp = str(int(now.timestamp()))
    # As openssl says: printf '1589356800.{}' | openssl dgst -sha256 -hmac key
    assert sign("key", "1589356800", b"{}") == "d1bea109082a97881f790f28d2ec916f6e5ce3c967f43361f9920fa8cbe20f92"
    good = {"timestamp": stamp, "signature": sign("key", stamp, b"{}"), "secrets": ["key"], "now": now}
    assert is_signed(b"{}", **good)  # type: ignore[arg-type]
    assert not is_signed(b"{ }", **good)  # type: ignore[arg-type]
    assert not is_signed(b"{}", **good | {"secrets": []})  # type: ignore[arg-type]
