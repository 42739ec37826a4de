"""Record numbers: what people read to each other on the phone to name a fiche.

Eight characters of Crockford's base 32 (no I, L, O, U), stored "K7M42QXD", shown "K7M4-2QXD". The eighth is a check:
the characters are elements of the field of 32 elements and the number, read as a polynomial, is zero at an element a of
order 31. Any one wrong character and any swap of two different characters, adjacent or not, is detected.
"""

import secrets
from collections.abc import Callable
from enum import StrEnum

from contact_covid.core.errors import RuleError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8

_VALUES = {character: value for value, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_SEPARATORS = str.maketrans("", "", " -\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{NON-BREAKING HYPHEN}")
_BITS = 5
_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, irreducible over the field of two elements
_EXPONENT = 12  # a = x^12; any exponent from 1 to 30 is as good, this one makes the example above a valid number


class RecordNumberErrorCode(StrEnum):
    INVALID = "record_number.invalid"


class RecordNumberError(RuleError):
    """Not a record number, or one with a typing error."""


def new_number(random: Callable[[int], int] = secrets.randbelow) -> str:
    """A record number as stored. ``random(n)`` draws from 0 to n - 1; 32**7 numbers exist, so the column is unique."""
    drawn = random(len(ALPHABET) ** (LENGTH - 1))
    values = [drawn >> _BITS * position & len(ALPHABET) - 1 for position in reversed(range(LENGTH - 1))]
    return "".join(ALPHABET[value] for value in [*values, _TIMES_A[_remainder(values)]])


def parse(text: str) -> str:
    """The record number as stored, from what was typed: lower case, dashes and spaces, O for 0, I or L for 1.

    Raises ``RecordNumberError``.
    """
    values = [_VALUES.get(character) for character in text.translate(_SEPARATORS).upper()]
    known = [value for value in values if value is not None]
    if len(known) != len(values) or len(known) != LENGTH or _remainder(known) != 0:
        raise RecordNumberError(RecordNumberErrorCode.INVALID)
    return "".join(ALPHABET[value] for value in known)


def format_number(number: str) -> str:
    """ "K7M4-2QXD" from the stored "K7M42QXD"."""
    return f"{number[:4]}-{number[4:]}"


def _product_by_a(value: int) -> int:
    """Product in the field: ``_EXPONENT`` doublings, each reduced by the polynomial."""
    for _ in range(_EXPONENT):
        value <<= 1
        value ^= _FIELD_POLYNOMIAL if value >> _BITS else 0
    return value


_TIMES_A = tuple(_product_by_a(value) for value in range(len(ALPHABET)))


def _remainder(values: list[int]) -> int:
    """The polynomial with these coefficients, the highest power first, at a (Horner)."""
    total = 0
    for value in values:
        total = _TIMES_A[total] ^ value
    return total
