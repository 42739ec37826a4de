"""What is written to the persons whom the service follows: patients zéro and contacts."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

import msgspec

from contact_covid.core.records import format_number
from contact_covid.core.rules.text import clean_line
from contact_covid.messaging.enums import Channel, Template
from contact_covid.messaging.rules.content import Content, Linked, envelope


class ToPerson(Content, frozen=True, omit_defaults=True):
    """A message that a fiche is written to; empty text: not known. ``number``: record number as stored.

    ``addressee``: who opens the letter, of a minor her representative; empty: she. ``country``: its French name, empty
    for France. An SMS says neither the name nor anything of health: whoever holds the telephone may read it.
    """

    name: str
    number: str
    street: str = ""
    postcode: str = ""
    commune: str = ""
    country: str = ""
    addressee: str = ""

    @property
    def postal_address(self) -> tuple[str, ...]:
        lines = envelope((self.addressee or self.name, self.street), self.postcode, self.commune)
        return (*lines, self.country.upper()) if self.country else lines

    def told(self) -> dict[str, Any]:
        return super().told() | {"number": format_number(self.number)}


class AskedTest(msgspec.Struct, frozen=True, array_like=True):
    """A test that is asked for; ``kind``: code, which each language's ``words.txt`` knows."""

    day: date
    kind: str


class Instructions(ToPerson, frozen=True, omit_defaults=True, kw_only=True):
    """The instructions to a contact after the call. Made by ``instructions``; empty text: not known, or not told.

    ``department``: code. ``told_on``: day of the call. ``isolation_until`` None: she is not isolated. ``again``: they
    replace what she was told before. ``test_due`` belongs to messages written when there was one test only, ``disease``
    is not told by those of when there was one only.
    """

    template: ClassVar[Template] = Template.INSTRUCTIONS
    channels: ClassVar[tuple[Channel, ...]] = (Channel.EMAIL, Channel.LETTER)
    mails_its_letter: ClassVar[bool] = True
    is_medical: ClassVar[bool] = True

    department: str
    last_contact: date
    isolation_until: date | None
    told_on: date
    tests: tuple[AskedTest, ...] = ()
    test_due: date | None = None
    mask_until: date | None = None
    again: bool = False
    index_name: str = ""
    disease: str = "covid19"

    @property
    def about(self) -> str:
        return self.disease

    @property
    def isolated(self) -> bool:
        """Whether she is isolated on the day she is told."""
        return self.isolation_until is not None and self.isolation_until >= self.told_on

    def told(self) -> dict[str, Any]:
        tests = self.tests or ((AskedTest(self.test_due, "laboratory"),) if self.test_due else ())
        due = [{"day": test.day, "kind": test.kind, "at_once": test.day <= self.told_on} for test in tests]
        return super().told() | {"isolated": self.isolated, "tests": due}


class Unreachable(ToPerson, frozen=True, omit_defaults=True):
    """« Nous cherchons à vous joindre »: nobody answered, or the number is another's."""

    template: ClassVar[Template] = Template.UNREACHABLE
    channels: ClassVar[tuple[Channel, ...]] = (Channel.EMAIL, Channel.LETTER, Channel.SMS)


class Callback(ToPerson, frozen=True, omit_defaults=True, kw_only=True):
    """The platform calls again as was agreed. ``time``: as it is read where the person lives, « 14:30 »."""

    template: ClassVar[Template] = Template.CALLBACK
    channels: ClassVar[tuple[Channel, ...]] = (Channel.EMAIL, Channel.SMS)

    day: date
    time: str


class EndOfIsolation(ToPerson, frozen=True, omit_defaults=True, kw_only=True):
    """The follow-up is over. ``until``: the last day of isolation, which no SMS says."""

    template: ClassVar[Template] = Template.END_OF_ISOLATION
    channels: ClassVar[tuple[Channel, ...]] = (Channel.EMAIL, Channel.LETTER, Channel.SMS)
    is_medical: ClassVar[bool] = True

    until: date
    disease: str = "covid19"

    @property
    def about(self) -> str:
        return self.disease


class PersonalLink(Linked, frozen=True, omit_defaults=True):
    """The secure link of a person: what it opens is not said before it is opened. ``number``: as stored."""

    template: ClassVar[Template] = Template.LINK
    channels: ClassVar[tuple[Channel, ...]] = (Channel.EMAIL, Channel.SMS)

    number: str

    def told(self) -> dict[str, Any]:
        return super().told() | {"number": format_number(self.number)}


def instructions(
    number: str,
    address: Mapping[str, str],
    *,
    department: str,
    last_contact: date,
    isolation_until: date | None,
    mask_until: date | None,
    tests: Iterable[tuple[date, str]],
    told_on: date,
    index_agrees: bool,
    index_name: str,
    disease: str,
    again: bool = False,
) -> Instructions:
    """The content for a contact. The patient zéro's name goes no further than here unless she agrees.

    ``address``: the fields of ``ToPerson`` beside the number. Texts come out as one line each, whatever was typed.
    """
    return Instructions(
        number=number,
        department=department,
        last_contact=last_contact,
        isolation_until=isolation_until,
        mask_until=mask_until,
        tests=tuple(AskedTest(day, kind) for day, kind in tests),
        told_on=told_on,
        again=again,
        disease=disease,
        index_name=clean_line(index_name) if index_agrees else "",
        **_lines(address),
    )


def unreachable(number: str, address: Mapping[str, str]) -> Unreachable:
    """The content for whom nobody reached; ``address`` as for ``instructions``."""
    return Unreachable(number=number, **_lines(address))


def end_of_isolation(number: str, address: Mapping[str, str], until: date, disease: str) -> EndOfIsolation:
    """The content for whose isolation ends on that day; ``address`` as for ``instructions``."""
    return EndOfIsolation(number=number, until=until, disease=disease, **_lines(address))


def _lines(address: Mapping[str, str]) -> dict[str, Any]:
    return {name: clean_line(text) for name, text in address.items()}
