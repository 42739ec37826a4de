"""Mailed links as their receivers hold them: read off the outbox."""

import re

from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel

PAGE = "https://portail.example/lien/"


def last_mail() -> str:
    """The text of the mail decided last."""
    opened = parcel(Message.objects.latest("id"))
    assert opened is not None
    return opened.words.text


def last_token() -> str:
    """The token of the last link that was mailed: another mail of the same act may stand beside it."""
    for message in Message.objects.order_by("-id")[:3]:
        opened = parcel(message)
        found = re.search(r"/([\w-]{43})/\s", opened.words.text) if opened else None
        if found:
            return found.group(1)
    raise AssertionError("no mail has a link")
