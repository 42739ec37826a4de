"""Writes the search keys that sealed identities lack: ``rules.keys`` may give more today than when they were sealed."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from contact_covid.access.actor import SYSTEM
from contact_covid.core.keyring import KeyMissing
from contact_covid.core.rules.arrays import array
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.enums import KeyKind
from contact_covid.people.events import PeopleEvent
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import open_identity, search_keys

_ADD = """
INSERT INTO people_search_key (digest, fiche, period, kind, area)
SELECT digest, fiche, period, kind, area
FROM unnest(%s::bytea[], %s::text[], %s::uuid[], %s::text[], %s::text[]) AS given (digest, kind, fiche, period, area)
ON CONFLICT (digest, fiche) DO NOTHING
"""


class KeysWritten(NamedTuple):
    """``fiches`` whose identities were opened, keys that some of them lacked, identities that nobody can open."""

    fiches: int = 0
    keys_added: int = 0
    unreadable: int = 0


def add_missing_keys(*, areas: Mapping[UUID, str], now: datetime) -> KeysWritten:
    """Adds what those fiches lack, under the month each was sealed in, and one row to the journal.

    ``areas``: the fund of each fiche. In the caller's transaction, which keeps the fiches from being corrected: a key
    of what was said before would stay. An identity whose key was destroyed is left out and counted. Raises
    ``KeyDamaged``, ``SealBroken``.
    """
    sealed = list(SealedIdentity.objects.filter(fiche__in=areas).order_by("fiche"))
    if not sealed:
        return KeysWritten()
    known = [(row, keys) for row in sealed if (keys := _keys(row)) is not None]
    rows = [(*key, row.fiche, row.period, areas[row.fiche]) for row, keys in known for key in keys]
    written = KeysWritten(len(known), _add(rows), len(sealed) - len(known))
    detail = {"keys": written.keys_added, "unreadable": written.unreadable}
    event = Event.by(
        SYSTEM, PeopleEvent.KEYS_WRITTEN, Purpose.OPERATION, Surface.COMMAND, count=written.fiches, detail=detail
    )
    record(event, now=now)
    return written


def _keys(sealed: SealedIdentity) -> list[tuple[bytes, KeyKind]] | None:
    """None when nobody can open it any more."""
    try:
        return search_keys(open_identity(sealed.fiche, bytes(sealed.value)), sealed.period)
    except KeyMissing:
        return None


def _add(rows: list[tuple[bytes, KeyKind, UUID, str, str]]) -> int:
    """How many of the rows were not there."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [array(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)
