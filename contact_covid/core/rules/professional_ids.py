"""Numbers that name a health professional or an establishment.

RPPS (11 digits), ADELI (9), FINESS (9) and SIRET (14) end with a Luhn key. In Corsica the department is written 2A or
2B; its key is computed with 1 and 2 for the letters, which is not certain enough to refuse a number. An AM number is
looked up as typed.

Source: ANS, "Annuaire Santé, dossier des spécifications fonctionnelles et techniques"; DREES, FINESS.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from stdnum import iban, luhn
from stdnum.exceptions import ValidationError
from stdnum.fr import siret

from contact_covid.core.errors import RuleError
from contact_covid.core.rules import email
from contact_covid.core.rules.text import clean_line

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015]+")
_RPPS = re.compile(r"[0-9]{11}")
_NINE_DIGITS = re.compile(r"[0-9]{9}")
_NINE_IN_CORSICA = re.compile(r"2[AB][0-9]{7}")
_AM_NUMBER = re.compile(r"[0-9]{8,11}")
_IBAN_END = re.compile(r"[0-9A-Z]{2}[0-9]{2}")
_CORSICA_AS_DIGITS = str.maketrans("AB", "12")
_LAST = 4
_FINESS_LENGTH = 9
_SIRET_LENGTH = 14


class ProfessionalIdErrorCode(StrEnum):
    RPPS = "rpps.invalid"
    ADELI = "adeli.invalid"
    FINESS = "finess.invalid"
    SIRET = "siret.invalid"
    AM_NUMBER = "am_number.invalid"
    NATIONAL_ID = "national_id.invalid"
    IBAN = "iban.invalid"


class ProfessionalIdError(RuleError):
    """Not a number of the kind asked for, or one mistyped."""


class NationalIdKind(StrEnum):
    """The first digit of a professional's national identifier."""

    ADELI = "0"
    FINESS = "3"
    SIRET = "5"
    RPPS = "8"


@dataclass(frozen=True, slots=True)
class NationalId:
    """A professional's national identifier, as the CPS card and Pro Santé Connect carry it."""

    kind: NationalIdKind
    number: str
    """The RPPS, ADELI, FINESS or SIRET."""
    internal: str = ""
    """What the establishment adds for the person (kinds FINESS and SIRET)."""

    def __str__(self) -> str:
        return f"{self.kind}{self.number}{self.internal}"


class LoginKind(StrEnum):
    EMAIL = "email"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Login:
    """What was typed at the door: an e-mail address, or anything else as a number."""

    kind: LoginKind
    value: str


def parse_rpps(text: str) -> str:
    """The 11 digits. Raises ``ProfessionalIdError``."""
    number = _compact(text)
    if not _RPPS.fullmatch(number) or not luhn.is_valid(number):
        raise ProfessionalIdError(ProfessionalIdErrorCode.RPPS)
    return number


def parse_adeli(text: str) -> str:
    """The 9 characters; a Corsican one is accepted whatever its key. Raises ``ProfessionalIdError``."""
    return _nine(text, ProfessionalIdErrorCode.ADELI)


def parse_finess(text: str) -> str:
    """The 9 characters; a Corsican one is accepted whatever its key, see ``finess_key_ok``.

    Raises ``ProfessionalIdError``.
    """
    return _nine(text, ProfessionalIdErrorCode.FINESS)


def finess_key_ok(number: str) -> bool:
    """Whether the key agrees; when not on a parsed number (Corsica only) the user is asked to check it."""
    return bool(luhn.is_valid(number.translate(_CORSICA_AS_DIGITS)))


def parse_siret(text: str) -> str:
    """The 14 digits. Raises ``ProfessionalIdError``."""
    try:
        return str(siret.validate(_compact(text)))
    except ValidationError:
        raise ProfessionalIdError(ProfessionalIdErrorCode.SIRET) from None


def parse_am_number(text: str) -> str:
    """The 8 to 11 digits of an Assurance Maladie number: forms with and without key exist, none is refused.

    Raises ``ProfessionalIdError``.
    """
    number = _compact(text)
    if not _AM_NUMBER.fullmatch(number):
        raise ProfessionalIdError(ProfessionalIdErrorCode.AM_NUMBER)
    return number


def parse_national_id(text: str) -> NationalId:
    """The identifier behind its prefix: "8" + RPPS, "0" + ADELI, "3" + FINESS…, "5" + SIRET….

    The key is checked on the identifier alone, never on the whole. Raises ``ProfessionalIdError``.
    """
    typed = "".join(clean_line(text).split())
    prefix, rest = typed[:1], typed[1:]
    try:
        if prefix == NationalIdKind.RPPS:
            return NationalId(NationalIdKind.RPPS, parse_rpps(rest))
        if prefix == NationalIdKind.ADELI:
            return NationalId(NationalIdKind.ADELI, parse_adeli(rest))
        if prefix == NationalIdKind.FINESS:
            return NationalId(NationalIdKind.FINESS, parse_finess(rest[:_FINESS_LENGTH]), rest[_FINESS_LENGTH:])
        if prefix == NationalIdKind.SIRET:
            return NationalId(NationalIdKind.SIRET, parse_siret(rest[:_SIRET_LENGTH]), rest[_SIRET_LENGTH:])
    except ProfessionalIdError:
        raise ProfessionalIdError(ProfessionalIdErrorCode.NATIONAL_ID) from None
    raise ProfessionalIdError(ProfessionalIdErrorCode.NATIONAL_ID)


def iban_last_four(text: str) -> str:
    """The last four characters of an IBAN, from these four or from a whole valid one.

    Raises ``ProfessionalIdError``.
    """
    typed = _compact(text)
    if not _IBAN_END.fullmatch(typed[-_LAST:]) or not (len(typed) == _LAST or iban.is_valid(typed)):
        raise ProfessionalIdError(ProfessionalIdErrorCode.IBAN)
    return typed[-_LAST:]


def login_kind(text: str) -> Login:
    """How a typed login is looked up: an address lower case, a number without spaces, dots or dashes.

    Never refuses: an impossible login is treated like an unknown one.
    """
    typed = clean_line(text)
    if "@" in typed:
        return Login(LoginKind.EMAIL, email.normalise(typed))
    return Login(LoginKind.NUMBER, _compact(typed))


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", text).upper()


def _nine(text: str, code: ProfessionalIdErrorCode) -> str:
    number = _compact(text)
    if _NINE_IN_CORSICA.fullmatch(number) or (_NINE_DIGITS.fullmatch(number) and luhn.is_valid(number)):
        return number
    raise ProfessionalIdError(code)
