"""What was typed in the login box: an e-mail address, or the number of a place (Assurance Maladie or FINESS)."""

from dataclasses import dataclass

from contact_covid.accounts.rules.passwords import MAX_LENGTH, is_broken

LOGIN_LENGTH = 254
_BETWEEN_DIGITS = str.maketrans("", "", " \t\u00a0\u202f.-")


@dataclass(frozen=True, slots=True)
class Login:
    value: str
    is_email: bool


def read(typed: str) -> Login | None:
    """The login as it is looked up: addresses in lower case, numbers without separators (2A and 2B in capitals).

    None when nobody can have such a login (empty, over-long, characters that no column can hold).
    """
    text = typed.strip()
    if not text or len(text) > LOGIN_LENGTH or not text.isprintable():
        return None
    if "@" in text:
        return Login(text.lower(), is_email=True)
    number = text.translate(_BETWEEN_DIGITS).upper()
    return Login(number, is_email=False) if number else None


def password_to_try(typed: str) -> str:
    """The password to verify. What no account can have (over-long, broken text) becomes the empty one, which opens
    nothing: an odd password then costs and answers the same whether or not the login exists."""
    return "" if len(typed) > MAX_LENGTH or is_broken(typed) else typed
