"""Creations of accounts as their mails and letters carry them on."""

import re

from contact_covid.messaging.channels.parcel import Parcel
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel

START = "/compte/creer/"
PASSWORD = "Vélo-Orange-42"


def last_message(channel: Channel, containing: str) -> Parcel:
    """The message decided last of those that say so."""
    opened = (parcel(message) for message in Message.objects.filter(channel=channel).order_by("-created_at"))
    return next(each for each in opened if each and containing in each.words.text)


def link() -> str:
    mail = last_message(Channel.EMAIL, "/compte/creer/valider/").words.text
    found = re.search(r"https?://[^/]+(/compte/creer/valider/[\w-]{43}/)", mail)
    assert found
    return found[1]


def letter_code() -> str:
    letter = last_message(Channel.LETTER, "provisoire : ").words.text
    found = re.search(r"provisoire : (\S{4}-\S{4}-\S{4})", letter)
    assert found
    return found[1]
