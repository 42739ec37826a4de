"""By which ways a person is written to, who is sent a secure link, and when one is dead."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from contact_covid.core.dates import age
from contact_covid.core.errors import RuleError
from contact_covid.core.rules.phone import takes_sms
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.rules.languages import represented
from contact_covid.people.rules.identity import Identity

PATH = "/suivi/"
"""Where the portal has the pages of a person; her token stands behind it."""
MAJORITY = 18
TRIES = 5
MOST_A_DAY = 3
"""Links to one person within 24 hours, the first one counted: each is an SMS that somebody may take for a fraud."""


class LinkErrorCode(StrEnum):
    NO_WAY = "secure_link.no_way"
    TOO_MANY = "secure_link.too_many"
    OVER = "secure_link.over"


class LinkError(RuleError):
    """A link cannot be sent again."""


class Way(NamedTuple):
    """How a message reaches a person, or her representative."""

    channel: Channel
    recipient: str


def is_minor(person: Identity, today: date) -> bool:
    """Whether she is written to through her representative; not, when her birth is not known."""
    return person.birth_date is not None and age(person.birth_date, today) < MAJORITY


def addressee(person: Identity, today: date) -> str:
    """Whose name is on an envelope to her."""
    if not is_minor(person, today):
        return person.name
    return person.representative or represented(person.name)


def ways_to(person: Identity, *, today: date, sms: bool) -> dict[Channel, str]:
    """Every way that reaches the person, with its recipient: by what is quickest and tells strangers least, first.

    Of a minor, her representative: on her telephone, or by post; an e-mail address is the child's own. ``sms``: whether
    any can be sent. A letter needs a street and a town.
    """
    minor = is_minor(person, today)
    telephones = (person.representative_phone,) if minor else person.telephones
    mobile = next((number for number in telephones if number and takes_sms(number)), "") if sms else ""
    ways = {
        Channel.SMS: mobile,
        Channel.EMAIL: "" if minor else person.email,
        Channel.LETTER: addressee(person, today) if person.street and (person.postcode or person.commune) else "",
    }
    return {channel: recipient for channel, recipient in ways.items() if recipient}


def way_of_link(person: Identity, *, today: date, sms: bool, refused: Collection[Channel] = ()) -> Way | None:
    """The way that is quickest, None when the link would be of no use: without birth date it opens nothing."""
    if person.birth_date is None or person.birth_date > today:
        return None
    ways = ways_to(person, today=today, sms=sms)
    return next(
        (Way(way, ways[way]) for way in (Channel.SMS, Channel.EMAIL) if way in ways and way not in refused), None
    )
