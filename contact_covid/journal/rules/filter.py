"""Which rows of the journal are asked for."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from contact_covid.core.period import PARIS
from contact_covid.journal.rules.encoding import encode

_FILTER = "contact-covid journal filter 1"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Filter:
    """All that is given must hold. ``fiche`` is a stored record number, ``since`` and ``until`` days of Paris, both
    included; ``kind`` the code of an event. Nothing given: every row. ``merged``: numbers of fiches that were merged
    into ``fiche``; their rows are its rows, but an address or an export names one number."""

    account: UUID | None = None
    fiche: str = ""
    since: date | None = None
    until: date | None = None
    kind: str = ""
    merged: tuple[str, ...] = ()

    @property
    def opens(self) -> datetime | None:
        """The first moment of ``since``."""
        return datetime.combine(self.since, time.min, PARIS) if self.since else None

    @property
    def closes(self) -> datetime | None:
        """The first moment after ``until``."""
        return datetime.combine(self.until + _ONE_DAY, time.min, PARIS) if self.until else None

    @property
    def days(self) -> int | None:
        """The length of the period in days, None when it is open at one end."""
        return (self.until - self.since).days + 1 if self.since and self.until else None

    def codes(self) -> dict[str, str]:
        """What is given, as codes: for an address, a line of the journal, the head of an export."""
        named = {
            "account": str(self.account or ""),
            "fiche": self.fiche,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "kind": self.kind,
        }
        return {name: code for name, code in named.items() if code}

    def digest(self) -> str:
        """SHA-256 of the filter in hexadecimal: the same in the journal's row of an export and in its file."""
        return hashlib.sha256(encode((_FILTER, self.codes()))).hexdigest()
