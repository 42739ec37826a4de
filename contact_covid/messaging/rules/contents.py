"""What a message needs to be written: one frozen value a template, sealed as a whole until it is sent."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

import msgspec

from contact_covid.core.rules.text import clean_line
from contact_covid.messaging.enums import Template


class Instructions(msgspec.Struct, frozen=True, omit_defaults=True):
    """The instructions to a contact after the call. Made by ``instructions``; empty text: not known, or not told.

    ``number``: record number as stored. ``department``: code. ``told_on``: day of the call.
    """

    template: ClassVar[Template] = Template.INSTRUCTIONS

    name: str
    number: str
    department: str
    last_contact: date
    isolation_until: date
    test_due: date
    told_on: date
    street: str = ""
    postcode: str = ""
    commune: str = ""
    index_name: str = ""

    @property
    def address(self) -> tuple[str, ...]:
        """The lines of an envelope, the name first."""
        return tuple(line for line in (self.name, self.street, f"{self.postcode} {self.commune}".strip()) if line)

    @property
    def test_at_once(self) -> bool:
        return self.test_due <= self.told_on


Content = Instructions
"""Any content; a union as soon as there are two."""

KINDS: Mapping[Template, type[Content]] = {Template.INSTRUCTIONS: Instructions}

_encoder = msgspec.json.Encoder()


def instructions(
    *,
    name: str,
    number: str,
    department: str,
    last_contact: date,
    isolation_until: date,
    test_due: date,
    told_on: date,
    index_agrees: bool,
    index_name: str,
    street: str = "",
    postcode: str = "",
    commune: str = "",
) -> Instructions:
    """The content for a contact. The patient zéro's name goes no further than here unless she agrees.

    Texts come out as one line each, whatever was typed.
    """
    return Instructions(
        name=clean_line(name),
        number=number,
        department=department,
        last_contact=last_contact,
        isolation_until=isolation_until,
        test_due=test_due,
        told_on=told_on,
        street=clean_line(street),
        postcode=clean_line(postcode),
        commune=clean_line(commune),
        index_name=clean_line(index_name) if index_agrees else "",
    )


def to_bytes(content: Content) -> bytes:
    return _encoder.encode(content)


def from_bytes(template: Template, plain: bytes) -> Content:
    return msgspec.json.decode(plain, type=KINDS[template])
