"""Telephone numbers, stored in E.164 ("+33639981234").

A number of the French plan is ten digits wherever it is typed, overseas included: the digits alone tell Guadeloupe from
Mayotte. Which blocks are open to subscribers changes every year, and the ranges reserved for fiction are open to none,
so a French number is checked for its form only; foreign ones are left to ``phonenumbers``.

Source: Arcep, plan national de numérotation (decision 2018-0881 as amended).
"""

import re
from enum import StrEnum

import phonenumbers

from contact_covid.core.errors import RuleError

MAINLAND = "33"

_SEPARATORS = re.compile(r"[\s.\-/()\u2010-\u2015]+")
_NATIONAL = re.compile(r"0([1-9][0-9]{8})")
_FRENCH_ABROAD = re.compile(r"(?:\+|00)(?:33|590|594|596|262)0?([1-9][0-9]{8})")
_FOREIGN = re.compile(r"(?:\+|00)([0-9]{6,20})")
_FRENCH_STORED = re.compile(r"\+(?:33|590|594|596|262)([1-9][0-9]{8})")
_FRENCH_MOBILE = re.compile(r"\+(?:33|590|594|596|262)[67][0-9]{8}")
_MAINLAND_FICTION = "63998"
_OVERSEAS = (
    ("590", ("587", "590", "690", "691", "7090")),  # Guadeloupe, Saint-Martin, Saint-Barthélemy
    ("594", ("588", "594", "694", "70930", "70931", "70932", "70933")),  # French Guiana
    ("596", ("589", "596", "696", "697", "7091")),  # Martinique
    ("262", ("262", "263", "268", "269", "639", "692", "693", "7092", "70935", "70936", "70937")),  # Réunion, Mayotte
)


class PhoneErrorCode(StrEnum):
    INVALID = "phone.invalid"


class PhoneError(RuleError):
    """Not ten French digits, nor a foreign number with its country code."""


def parse(text: str) -> str:
    """The E.164 form of a number typed in the French way ("06 39 98 12 34") or with a country code ("+590 690 …").

    Raises ``PhoneError``.
    """
    typed = _SEPARATORS.sub("", text)
    if french := _NATIONAL.fullmatch(typed) or _FRENCH_ABROAD.fullmatch(typed):
        return f"+{_country_code(french[1])}{french[1]}"
    if foreign := _FOREIGN.fullmatch(typed):
        return _foreign(f"+{foreign[1]}")
    raise PhoneError(PhoneErrorCode.INVALID)


def display(e164: str) -> str:
    """ "06 39 98 12 34" from a stored French number, the international form with its code from another."""
    if french := _FRENCH_STORED.fullmatch(e164):
        digits = f"0{french[1]}"
        return " ".join(digits[start : start + 2] for start in range(0, len(digits), 2))
    number = phonenumbers.parse(e164)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def takes_sms(e164: str) -> bool:
    """Whether a stored number is a mobile telephone's, as far as the number tells."""
    if _FRENCH_STORED.fullmatch(e164):
        return _FRENCH_MOBILE.fullmatch(e164) is not None
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return phonenumbers.number_type(phonenumbers.parse(e164)) in kinds


def _country_code(digits: str) -> str:
    """The country code under which nine digits of the French plan are reached from abroad."""
    if digits.startswith(_MAINLAND_FICTION):
        return MAINLAND
    return next((code for code, prefixes in _OVERSEAS if digits.startswith(prefixes)), MAINLAND)


def _foreign(typed: str) -> str:
    try:
        number = phonenumbers.parse(typed)
    except phonenumbers.NumberParseException:
        raise PhoneError(PhoneErrorCode.INVALID) from None
    if not phonenumbers.is_valid_number(number):
        raise PhoneError(PhoneErrorCode.INVALID)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
