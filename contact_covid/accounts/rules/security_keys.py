"""The security key: what a self-employed professional and her fund know, and a stranger does not."""

from contact_covid.core.rules.nir import Nir


def secret(*, number: str, nir: Nir, iban_end: str) -> str:
    """The one text that is hashed. ``number``: AM number as stored; ``iban_end``: four characters."""
    return f"{number}/{nir.body}/{iban_end}"
