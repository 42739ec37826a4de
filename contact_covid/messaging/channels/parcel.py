"""What a channel is given, and what it may answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contact_covid.messaging.enums import Language
from contact_covid.messaging.rules.rendering import Words


class ChannelUnavailable(Exception):
    """The service that takes messages over did not; later it may."""


class RecipientRefused(Exception):
    """The service said that it will never take this message over."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to go. ``id`` is the same at each try: what reaches a receiver twice can be known by it.

    ``languages``: what it is written in, one after the other; ``unreviewed``: a translation that nobody has signed.
    """

    id: UUID
    recipient: str
    languages: tuple[Language, ...]
    unreviewed: bool
    created_at: datetime
    words: Words
    attachments: tuple[Attachment, ...]


class Sender(Protocol):
    def is_configured(self) -> bool:
        """Whether this installation has what the channel needs."""

    def send(self, parcel: Parcel) -> None:
        """Returns once somebody else answers for the message. Raises ``ChannelUnavailable``, ``RecipientRefused``."""
