"""What a password must have, and what it may not lean on (ASVS 5.0, 6.2; CNIL 2022-100)."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum

MIN_LENGTH = 8
MAX_LENGTH = 128
CONTEXT_WORDS = (
    "amelipro", "ameli", "assurancemaladie", "assurance", "maladie", "secu", "cpam", "cnam", "caisse", "contactcovid",
    "contact", "covid", "corona", "virus", "pharmacie", "pharmacien", "laboratoire", "biologiste", "medecin", "docteur",
    "cabinet", "hopital", "sante",
)  # fmt: skip
_WRITTEN_FOR_LETTERS = str.maketrans("013457@$", "oieastas")


class PasswordFault(StrEnum):
    """Why a password is refused. The first, fourth and fifth values are Django's own codes."""

    TOO_SHORT = "password_too_short"
    TOO_LONG = "password_too_long"
    BROKEN_TEXT = "password_broken_text"
    TOO_COMMON = "password_too_common"
    TOO_SIMILAR = "password_too_similar"
    CONTEXT = "password_context"
    NO_LOWER = "password_no_lower"
    NO_UPPER = "password_no_upper"
    NO_DIGIT = "password_no_digit"
    NO_SPECIAL = "password_no_special"
    REUSED = "password_reused"


_CLASSES: dict[PasswordFault, Callable[[str], bool]] = {
    PasswordFault.NO_LOWER: str.islower,
    PasswordFault.NO_UPPER: str.isupper,
    PasswordFault.NO_DIGIT: str.isdigit,
    PasswordFault.NO_SPECIAL: lambda character: not character.isalnum() and not character.isspace(),
}


def missing_classes(password: str) -> tuple[PasswordFault, ...]:
    """The kinds of character that are not in ``password``."""
    return tuple(fault for fault, is_of_class in _CLASSES.items() if not any(map(is_of_class, password)))


def is_broken(password: str) -> bool:
    """Whether it holds half characters, which no keyboard sends and no hash takes."""
    return not password.isascii() and any("\ud800" <= character <= "\udfff" for character in password)


def leans_on(password: str, words: Iterable[str]) -> bool:
    """Whether ``password`` is one of ``words`` dressed up: the words taken out, too little is left to be a password.

    Accents, case and the usual signs written for letters (0, 1, 3, 4, 5, 7, @, $) hide nothing.
    """
    folded = rest = _fold(password)
    for word in sorted({_fold(word) for word in words}, key=len, reverse=True):
        if len(word) > 2:
            rest = rest.replace(word, "")
    return rest != folded and len(rest) < MIN_LENGTH


def heart_of(password: str) -> str:
    """The password without the digits and signs around it, in lower case: "!Azerty123" is "azerty"."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password).lower()


def words_of(text: str) -> list[str]:
    """The words of a name or an address."""
    return [word for word in re.split(r"\W+|_", text) if word]


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_WRITTEN_FOR_LETTERS)
