"""Pages of a long list: each address says where the page before ended, never how many rows to skip."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DIGITS = 17
_MOST_PAGES = 6


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
