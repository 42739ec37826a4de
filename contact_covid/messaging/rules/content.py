"""What every message is made of beside its words."""

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from contact_covid.messaging.enums import Language, Template


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a message says beside its words. ``has_letter``: a PDF goes with it."""

    template: ClassVar[Template]
    languages: ClassVar[tuple[Language, ...]] = (Language.FRENCH,)
    has_letter: ClassVar[bool] = False

    def told(self) -> dict[str, Any]:
        """What the templates may ask for: the fields that are known."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value != ""}


def envelope(lines: Sequence[str], postcode: str, commune: str) -> tuple[str, ...]:
    """The lines of an envelope, those that are known."""
    return tuple(line for line in (*lines, f"{postcode} {commune}".strip()) if line)
