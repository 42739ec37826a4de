"""The security key: what a self-employed professional and her fund know, and a stranger does not."""

from dataclasses import dataclass

from contact_covid.core.rules.nir import Nir


@dataclass(frozen=True, slots=True, repr=False)
class NewKey:
    """``number``: AM number; ``iban_end``: last four characters of the professional IBAN. ``repr`` shows neither."""

    number: str
    nir: Nir
    iban_end: str

    @property
    def secret(self) -> str:
        """The one text that is hashed."""
        return f"{self.number}/{self.nir.body}/{self.iban_end}"
