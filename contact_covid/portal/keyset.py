"""Pages of a long list: each address says where the page before ended, never how many rows to skip."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DIGITS = 17
_MOST_PAGES = 6


class Page(NamedTuple):
    """The page of a list that an address asks for. ``after``: where the one before ended, None for the first one."""

    after: tuple[datetime, UUID] | None
    number: int

    def context(self, following: tuple[datetime, UUID] | None, kept: Mapping[str, str] = {}) -> dict[str, object]:
        """What the macro ``pages`` needs. ``following``: where this page ends, None when it is the last one; ``kept``:
        what the address says beside."""
        more = {"apres": written(*following), "page": str(self.number + 1)} if following else {}
        return {
            "page": self.number,
            "first": f"?{urlencode(kept)}" if self.after else "",
            "next": f"?{urlencode({**kept, **more})}" if more else "",
        }


def asked(query: Mapping[str, str]) -> Page:
    """The first page for an address whose place cannot be read."""
    after = read(query.get("apres", ""))
    return Page(after, page_number(query.get("page", "")) if after else 1)


def written(moment: datetime, fiche: UUID) -> str:
    """The place of a row as the address of the next page carries it."""
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}-{fiche.hex}"


def read(text: str) -> tuple[datetime, UUID] | None:
    """Where the page before ended; None, which is the first page, for what cannot be read."""
    moment, _, fiche = text.partition("-")
    if not (moment.isascii() and moment.isdigit() and len(moment) < _MOST_DIGITS):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), UUID(hex=fiche)
    except (ValueError, OverflowError):
        return None


def page_number(text: str) -> int:
    """The number that the address says its page has; it is shown, and leads nowhere."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _MOST_PAGES else 1
