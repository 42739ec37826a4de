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
    """The token of the link in it."""
    found = re.search(r"/([\w-]{43})/\s", last_mail())
    assert found is not None
    return found.group(1)
