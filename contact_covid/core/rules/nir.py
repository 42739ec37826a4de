"""The NIR, the number of the national register of persons ("numéro de sécurité sociale").

Thirteen characters (sex, year, month, department, commune, order) and a key of two digits, 97 - (n mod 97), where the
Corsican 2A counts as 19 and 2B as 18. A wrong key or an impossible field is an error; what contradicts the person or
is merely unusual is a warning that the user may confirm.

Source: Insee, "Codification du numéro d'inscription au répertoire"; the key is python-stdnum's.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum.fr import nir as stdnum_nir

from contact_covid.core.errors import RuleError

BODY_LENGTH = 13
MAN = 1
WOMAN = 2
ABROAD = "99"

_OVERSEAS = frozenset(
    ("971", "972", "973", "974", "975", "976", "977", "978", "984", "985", "986", "987", "988", "989")
)
_LAST_CALENDAR_MONTH = 12
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015]+")
_WRITTEN = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?")
_POSSIBLE = re.compile(
    r"""
    [123478]                                # sex, provisional 3, 4, 7, 8
    [0-9]{2}                                # year of birth
    (?:0[1-9]|1[0-2]|[23][0-9]|4[0-2]|[5-9][0-9])  # month: 01-12, or 20-42 and 50-99 for an incomplete record
    (?!00)(?:[0-9]{2}|2[AB])                # department of birth
    (?!000)[0-9]{3}                         # commune or country
    (?!000)[0-9]{3}                         # order
    """,
    re.VERBOSE,
)


class NirErrorCode(StrEnum):
    INVALID = "nir.invalid"
    KEY = "nir.key"


class NirError(RuleError):
    """Not a NIR (``INVALID``), or one mistyped (``KEY``)."""


class NirWarning(StrEnum):
    """What the user is asked to confirm."""

    SEX = "nir.sex_differs"
    BIRTH_YEAR = "nir.birth_year_differs"
    BIRTH_MONTH = "nir.birth_month_differs"
    PLACE = "nir.place_unusual"


@dataclass(frozen=True, slots=True)
class Nir:
    """A NIR that passed ``parse``. Its ``repr`` does not show it, so that no log does."""

    body: str
    """The 13 characters, upper case: what is compared and stored."""

    @property
    def key(self) -> str:
        """The two digits computed from the body."""
        return str(stdnum_nir.calc_check_digits(self.body))

    @property
    def number(self) -> str:
        """The 15 characters."""
        return self.body + self.key

    @property
    def sex(self) -> int:
        """1 a man, 2 a woman (as ISO 5218)."""
        return MAN if self.body[0] in "137" else WOMAN

    @property
    def provisional(self) -> bool:
        """Whether the number waits for the register (sex digits 3, 4, 7, 8)."""
        return self.body[0] not in "12"

    @property
    def birth_year(self) -> int:
        """The last two digits of the year, 0 to 99."""
        return int(self.body[1:3])

    @property
    def birth_month(self) -> int | None:
        """1 to 12; none when the civil record is incomplete."""
        month = int(self.body[3:5])
        return month if month <= _LAST_CALENDAR_MONTH else None

    @property
    def department(self) -> str:
        """Department of birth: "49", "2A" ("20" before 1976), "971" to "98x" overseas, "99" abroad."""
        return self.body[5:8] if self.body[5:7] in ("97", "98") else self.body[5:7]

    def display(self) -> str:
        """ "2 69 05 49 588 157 80", with the key."""
        return str(stdnum_nir.format(self.number))

    def __repr__(self) -> str:
        return "Nir(…)"


def parse(text: str) -> Nir:
    """The NIR typed with 13 or 15 characters; spaces, dots, dashes and lower case are accepted.

    The key, when typed, is checked before the fields, since a slip breaks it first. Raises ``NirError``.
    """
    typed = _SEPARATORS.sub("", text).upper()
    if not _WRITTEN.fullmatch(typed):
        raise NirError(NirErrorCode.INVALID)
    nir = Nir(typed[:BODY_LENGTH])
    if len(typed) > BODY_LENGTH and typed != nir.number:
        raise NirError(NirErrorCode.KEY)
    if not _POSSIBLE.fullmatch(nir.body):
        raise NirError(NirErrorCode.INVALID)
    return nir


def warnings(nir: Nir, *, sex: int | None, birth_date: date | None) -> tuple[NirWarning, ...]:
    """What in the number contradicts the person, or is unusual; empty when all agrees.

    ``sex`` is 1 (man) or 2 (woman); what is not known is not compared, nor the month of an incomplete record.
    """
    found = []
    if sex is not None and sex != nir.sex:
        found.append(NirWarning.SEX)
    if birth_date is not None and birth_date.year % 100 != nir.birth_year:
        found.append(NirWarning.BIRTH_YEAR)
    if birth_date is not None and nir.birth_month not in (None, birth_date.month):
        found.append(NirWarning.BIRTH_MONTH)
    if _place_is_unusual(nir):
        found.append(NirWarning.PLACE)
    return tuple(found)


def _place_is_unusual(nir: Nir) -> bool:
    """An overseas code in use by nobody, or an overseas commune "00": not sure enough to refuse."""
    if len(nir.department) == len(ABROAD):
        return False
    return nir.department not in _OVERSEAS or nir.body[8:10] == "00"
