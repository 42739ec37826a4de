"""Mails and letters as their receivers hold them: read off the outbox, newest first."""

import re
from collections.abc import Iterator

from contact_covid.messaging.channels.parcel import Parcel
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel

TOKEN = re.compile(r"/([\w-]{43})/\s")


def newest(channel: Channel | None = None) -> Iterator[Parcel]:
    """What was decided and not wiped; of the same moment, in no order that a test may count on."""
    rows = Message.objects.order_by("-created_at", "-id")
    for message in rows.filter(channel=channel) if channel else rows:
        opened = parcel(message)
        if opened:
            yield opened


def last_message(channel: Channel, containing: str) -> Parcel:
    """The last one that says so: a notice of the same moment may stand beside it."""
    return next(each for each in newest(channel) if containing in each.words.text)


def mail_to(address: str, containing: str = "") -> str:
    """The text of the last mail to that address that says so."""
    texts = (each.words.text for each in newest(Channel.EMAIL) if each.recipient == address)
    return next(text for text in texts if containing in text)


def path_in(mail: str) -> str:
    """The path of the link in a mail."""
    found = re.search(r"https?://[^/]+(/\S+/)\s", mail)
    assert found
    return found[1]


def last_mail() -> str:
    """The text of the mail decided last."""
    return next(newest()).words.text


def last_token() -> str:
    """The token of the last link that was mailed: another mail of the same act may stand beside it."""
    found = next(token for each in newest() if (token := TOKEN.search(each.words.text)))
    return found[1]
