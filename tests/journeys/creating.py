"""Creations of accounts as their mails and letters carry them on."""

import re

from contact_covid.messaging.enums import Channel
from tests.mails import last_message

START = "/compte/creer/"
PASSWORD = "Vélo-Orange-42"


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
