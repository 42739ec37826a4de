"""The provisional code that a letter brings: 60 random bits that people copy from paper without a mistake."""

import secrets
from datetime import timedelta

from contact_covid.core.records import ALPHABET

VALID_FOR = timedelta(days=30)
ONE_LETTER_IN = timedelta(days=30)
MOST_TRIES = 5
AGAIN_AFTER = timedelta(days=7)
"""When a letter whose tries somebody spent may be replaced."""
LENGTH = 12
_GROUP = 4
_AS_WRITTEN = str.maketrans("OIL", "011", " -\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{NON-BREAKING HYPHEN}")


def new_code() -> str:
    """A code as hashed: no I, L, O or U."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """ "K7M4-2QXD-9T3F", as the letter shows it."""
    return "-".join(code[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def read(typed: str) -> str:
    """The code as hashed from what was typed: lower case, dashes and spaces, O for 0, I or L for 1; "" for no code."""
    code = typed.strip().upper().translate(_AS_WRITTEN)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""
