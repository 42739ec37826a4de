"""What a message needs to be written: one frozen value a template, sealed as a whole until it is sent."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

import msgspec

from contact_covid.core.records import format_number
from contact_covid.core.rules.text import clean_line
from contact_covid.messaging.enums import Language, Template
from contact_covid.messaging.rules.content import Content, envelope
from contact_covid.messaging.rules.rights import RIGHTS_KINDS


class Instructions(Content, frozen=True, omit_defaults=True):
    """The instructions to a contact after the call. Made by ``instructions``; empty text: not known, or not told.

    ``number``: record number as stored. ``department``: code. ``told_on``: day of the call.
    """

    template: ClassVar[Template] = Template.INSTRUCTIONS
    languages: ClassVar[tuple[Language, ...]] = tuple(Language)
    has_letter: ClassVar[bool] = True

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
        return envelope((self.name, self.street), self.postcode, self.commune)

    @property
    def test_at_once(self) -> bool:
        return self.test_due <= self.told_on

    def told(self) -> dict[str, Any]:
        return super().told() | {"number": format_number(self.number), "test_at_once": self.test_at_once}


class Linked(Content, frozen=True, omit_defaults=True):
    """A mail whose link its receiver follows. ``link``: whole address; ``hours``: how long it is good for."""

    name: str
    link: str
    hours: int


class ConfirmEmail(Linked, frozen=True, omit_defaults=True):
    """« Valider adresse e-mail »: the address becomes the one login of an account by whoever follows the link."""

    template: ClassVar[Template] = Template.CONFIRM_EMAIL


class ConfirmCreation(Linked, frozen=True, omit_defaults=True):
    """« Valider adresse e-mail » of an account that does not exist yet."""

    template: ClassVar[Template] = Template.CONFIRM_CREATION


class ConfirmChange(Linked, frozen=True, omit_defaults=True):
    """« Valider adresse e-mail » of the address that is to take the place of another."""

    template: ClassVar[Template] = Template.CONFIRM_CHANGE


class ResetPassword(Linked, frozen=True, omit_defaults=True):
    template: ClassVar[Template] = Template.RESET_PASSWORD


class Pointed(Content, frozen=True, omit_defaults=True):
    """A mail that names a page of the portal, the same for everybody. ``page``: whole address."""

    page: str


class SharedEmail(Pointed, frozen=True, omit_defaults=True):
    """To an address of several accounts, where a new password was asked for: by the number of the place instead."""

    template: ClassVar[Template] = Template.SHARED_EMAIL


class EmailTaken(Pointed, frozen=True, omit_defaults=True):
    """To the address of an account, which another one wanted for itself."""

    template: ClassVar[Template] = Template.EMAIL_TAKEN


class PasswordChanged(Pointed, frozen=True, omit_defaults=True):
    """After the fact, so that whose password was changed by somebody else knows."""

    template: ClassVar[Template] = Template.PASSWORD_CHANGED

    name: str


class LetterAsked(Content, frozen=True, omit_defaults=True):
    """The one notice to the address typed by who asked for a letter. It says nothing of whoever has the number."""

    template: ClassVar[Template] = Template.LETTER_ASKED


class ProvisionalCode(Content, frozen=True, omit_defaults=True):
    """The letter with which a professional or a structure logs in for the first time.

    ``place``: of the professional, empty when it is the name. ``number``: AM or FINESS. ``code``: as it is shown.
    ``page``: whole address of the login page.
    """

    template: ClassVar[Template] = Template.PROVISIONAL_CODE
    has_letter: ClassVar[bool] = True

    name: str
    number: str
    code: str
    valid_until: date
    page: str
    place: str = ""
    street: str = ""
    postcode: str = ""
    commune: str = ""

    @property
    def address(self) -> tuple[str, ...]:
        """The lines of an envelope, the name first."""
        return envelope((self.name, self.place, self.street), self.postcode, self.commune)


class LoginCode(Content, frozen=True, omit_defaults=True):
    """The code that proves that the mail was received. ``code``: its digits; ``minutes``: how long it is good for."""

    template: ClassVar[Template] = Template.LOGIN_CODE

    name: str
    code: str
    minutes: int


class FactorChanged(Content, frozen=True, omit_defaults=True):
    """A notice that the second factors have changed. ``change``: code of ``accounts.factors.enums.FactorChange``."""

    template: ClassVar[Template] = Template.FACTOR_CHANGED

    name: str
    change: str


class EmailChange(Pointed, frozen=True, omit_defaults=True):
    """To the address that an account leaves: when another one is asked for, and when it is confirmed (``done``)."""

    template: ClassVar[Template] = Template.EMAIL_CHANGE

    name: str
    done: bool


class FundReport(Content, frozen=True, omit_defaults=True):
    """What a professional tells her fund about her record. ``text``: hers, several lines; ``number``: AM or FINESS."""

    template: ClassVar[Template] = Template.FUND_REPORT

    name: str
    number: str
    place: str
    address: str
    text: str
    reply_to: str


class Invitation(Linked, frozen=True, omit_defaults=True):
    """« Vous êtes invité… »: by whom, where, as what (labels)."""

    template: ClassVar[Template] = Template.INVITATION

    inviter: str
    place: str
    role: str


class LoginNotice(Content, frozen=True, omit_defaults=True):
    """Somebody logged in. ``at``, ``way`` and ``device`` as they are read: « 13/05/2020 10:00 », « mot de passe »…"""

    template: ClassVar[Template] = Template.LOGIN_NOTICE

    name: str
    at: str
    way: str
    device: str


class UnusedAccount(Content, frozen=True, omit_defaults=True):
    """The account closes on ``blocked_on`` unless it is used."""

    template: ClassVar[Template] = Template.UNUSED_ACCOUNT

    name: str
    blocked_on: date


_KINDS: tuple[type[Content], ...] = (
    Instructions,
    ConfirmEmail,
    ConfirmCreation,
    ConfirmChange,
    ResetPassword,
    SharedEmail,
    EmailTaken,
    PasswordChanged,
    LetterAsked,
    ProvisionalCode,
    LoginCode,
    FactorChanged,
    EmailChange,
    FundReport,
    Invitation,
    LoginNotice,
    UnusedAccount,
    *RIGHTS_KINDS,
)
KINDS: Mapping[Template, type[Content]] = {kind.template: kind for kind in _KINDS}

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
