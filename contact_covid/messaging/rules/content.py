"""What every message says beside its words: one frozen value a template, sealed as a whole until it is sent."""

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from contact_covid.messaging.enums import Channel, Template


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a message says beside its words.

    ``channels``: the ways it may go, each with files of its own. ``mails_its_letter``: the letter is attached to the
    mail. ``is_medical``: it says something of somebody's health, so that only a text that was read over may be sent.
    """

    template: ClassVar[Template]
    channels: ClassVar[tuple[Channel, ...]] = (Channel.EMAIL,)
    mails_its_letter: ClassVar[bool] = False
    is_medical: ClassVar[bool] = False

    @property
    def postal_address(self) -> tuple[str, ...]:
        """The lines of the envelope, the name first; none of a content that does not go by post."""
        return ()

    @property
    def about(self) -> str:
        """Code of the disease that it speaks of, empty when of none."""
        return ""

    def told(self) -> dict[str, Any]:
        """What the templates may ask for: the fields that are known."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value != ""}


def envelope(lines: Sequence[str], postcode: str, commune: str) -> tuple[str, ...]:
    """The lines of an envelope, those that are known."""
    return tuple(line for line in (*lines, f"{postcode} {commune}".strip()) if line)


class Linked(Content, frozen=True, omit_defaults=True):
    """A mail whose link its receiver follows. ``link``: whole address; ``hours``: how long it is good for."""

    name: str
    link: str
    hours: int
