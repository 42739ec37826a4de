"""A sender killed at any moment: every message arrives, and one that arrives twice is known by its Message-ID."""

import os
import subprocess
import time
from collections import Counter
from datetime import datetime

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django.fixtures import Settings

from contact_covid.journal.models import Entry
from contact_covid.messaging.actions import deliver, send
from contact_covid.messaging.channels.email.sender import message_id
from contact_covid.messaging.enums import MessageState
from contact_covid.messaging.models import Message
from tests.messaging.mail import Keeper, mail_environment, mail_server, outgoing
from tests.server import PYTHON, ROOT

MESSAGES = 12
KILLS = 5


class Killer(Keeper):
    """Kills the sender after it has accepted a message and before it says so, or before it accepts, in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.sender: subprocess.Popen[bytes] | None = None
        self.kills = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.sender is None:
            return await super().handle_DATA(server, session, envelope)
        if len(self.received) % 2 == self.kills % 2:  # let some through, so that each sender gets somewhere
            return await super().handle_DATA(server, session, envelope)
        sender, self.sender = self.sender, None
        self.kills += 1
        if self.kills % 2:
            await super().handle_DATA(server, session, envelope)  # accepted, but the sender never hears it
        sender.kill()
        sender.wait()
        return "451 nobody is there to read this"


def start_sender(database: str) -> subprocess.Popen[bytes]:
    environment = os.environ | mail_environment() | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [PYTHON, "-m", "tests.messaging.sender", database]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def test_a_sender_killed_again_and_again_loses_nothing(fresh_database: str, settings: Settings, now: datetime) -> None:
    with mail_server(settings, Killer()) as server:
        assert isinstance(server, Killer)
        messages = send(messages=[outgoing(number) for number in range(MESSAGES)], now=now)
        for _ in range(KILLS):
            sender = start_sender(fresh_database)
            server.sender = sender
            assert sender.wait(timeout=60) == -9
        server.sender = None
        settle(now)
    arrived = Counter(server.ids)
    assert server.kills == KILLS
    assert set(arrived) == set(map(message_id, messages))
    # Only who was killed between acceptance and commit sent twice.
    assert sum(arrived.values()) - MESSAGES == (KILLS + 1) // 2
    assert max(arrived.values()) <= 1 + (KILLS + 1) // 2
    assert Entry.objects.filter(kind="messaging.sent").count() == MESSAGES


def settle(now: datetime) -> None:
    """Delivers what is left, once the server of the database has noticed that the killed sender is gone."""
    deadline = time.monotonic() + 20
    while queued := list(Message.objects.filter(state=MessageState.QUEUED).values_list("id", flat=True)):
        assert time.monotonic() < deadline
        for message in queued:
            deliver(message=message, now=now)


@pytest.mark.usefixtures("fresh_database")
def test_a_repeated_message_is_the_same_message(settings: Settings, now: datetime) -> None:
    """Sent again after a rolled-back outcome: same headers, same words, same letter."""
    with mail_server(settings) as server:
        [message] = send(messages=[outgoing()], now=now)
        kept = Message.objects.filter(id=message).values("recipient", "content").get()
        deliver(message=message, now=now)
        Message.objects.filter(id=message).update(state="queued", sent_at=None, **kept)
        deliver(message=message, now=now)
    first, second = server.received
    for header in ("Message-ID", "Date", "Subject", "To"):
        assert first[header] == second[header]
    assert [part.get_payload(decode=True) for part in first.walk()] == [
        part.get_payload(decode=True) for part in second.walk()
    ]
