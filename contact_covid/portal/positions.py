"""Where a page of the journal begins or ends, as its address carries it."""

import re
from datetime import UTC, datetime, timedelta

from django.http import Http404

from contact_covid.journal.queries import Position

_POSITION = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def position_of(text: str) -> Position | None:
    """Where a page begins or ends, None when nothing is said. Raises ``Http404``."""
    if not text:
        return None
    found = _POSITION.fullmatch(text)
    if found is None:
        raise Http404
    return Position(_EPOCH + int(found[1]) * _MICROSECOND, int(found[2]))


def text_of(position: Position) -> str:
    return f"{(position.at - _EPOCH) // _MICROSECOND}-{position.id}"
