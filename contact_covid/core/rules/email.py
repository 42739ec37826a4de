"""E-mail addresses. Their syntax is checked by the form (Django's validator)."""

from contact_covid.core.rules.text import clean_line


def normalise(text: str) -> str:
    """The address as stored and compared: trimmed, lower case, without invisible characters."""
    return clean_line(text).lower()
