"""Who is sent a secure link, by which way, and when one is dead."""

from datetime import date
from typing import NamedTuple

from contact_covid.core.dates import age
from contact_covid.core.rules.phone import takes_sms
from contact_covid.messaging.enums import Channel
from contact_covid.people.rules.identity import Identity

PATH = "/suivi/"
"""Where the portal has the pages of a person; her token stands behind it."""
MAJORITY = 18
TRIES = 5


class Way(NamedTuple):
    """How a link reaches a person, or her representative."""

    channel: Channel
    recipient: str


def way_to(person: Identity, *, today: date, sms: bool) -> Way | None:
    """The way that is quickest, None when the link would be of no use: without birth date it opens nothing.

    A minor's goes to the telephone of her representative and to nowhere else. ``sms``: whether any can be sent.
    """
    if person.birth_date is None or person.birth_date > today:
        return None
    minor = age(person.birth_date, today) < MAJORITY
    telephones = (person.representative_phone,) if minor else person.telephones
    mobile = next((number for number in telephones if number and takes_sms(number)), "") if sms else ""
    if mobile:
        return Way(Channel.SMS, mobile)
    return Way(Channel.EMAIL, person.email) if person.email and not minor else None
