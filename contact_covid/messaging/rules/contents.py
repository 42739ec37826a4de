"""What is written to professionals about their accounts, and the kind of content of every template."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

import msgspec

from contact_covid.core.dates import datetime_fr
from contact_covid.core.records import format_number
from contact_covid.messaging.enums import Channel, Template
from contact_covid.messaging.rules.content import Content, Linked, envelope
from contact_covid.messaging.rules.person_contents import (
    Callback,
    EndOfIsolation,
    Instructions,
    PersonalLink,
    Unreachable,
)
from contact_covid.messaging.rules.rights import RIGHTS_KINDS


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
    channels: ClassVar[tuple[Channel, ...]] = (Channel.EMAIL, Channel.LETTER)
    mails_its_letter: ClassVar[bool] = True

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
    def postal_address(self) -> tuple[str, ...]:
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


class HandOverAlert(Pointed, frozen=True, omit_defaults=True):
    """To the mailbox of an agency: a platform proposes a fiche, of which nothing but its number (as stored) is told."""

    template: ClassVar[Template] = Template.HAND_OVER

    number: str
    due_at: datetime

    def told(self) -> dict[str, Any]:
        return super().told() | {"number": format_number(self.number), "due_at": datetime_fr(self.due_at)}


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
    HandOverAlert,
    UnusedAccount,
    Unreachable,
    PersonalLink,
    Callback,
    EndOfIsolation,
    *RIGHTS_KINDS,
)
KINDS: Mapping[Template, type[Content]] = {kind.template: kind for kind in _KINDS}

_encoder = msgspec.json.Encoder()


def to_bytes(content: Content) -> bytes:
    return _encoder.encode(content)


def from_bytes(template: Template, plain: bytes) -> Content:
    return msgspec.json.decode(plain, type=KINDS[template])
