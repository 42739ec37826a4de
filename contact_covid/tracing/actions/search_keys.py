"""Search keys of fiches registered before there were such keys; the fiche knows whose platform searches it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from contact_covid.core.rules.arrays import array
from contact_covid.people.key_actions import KeysWritten, add_missing_keys

# Corrections lock for update, and so wait for this one; calls lock less and go on.
_LOCK = "SELECT id, fund FROM tracing_fiche WHERE id = ANY(%s::uuid[]) ORDER BY id FOR KEY SHARE"
_LOCK_FREE = f"{_LOCK} SKIP LOCKED"


def write_search_keys(*, fiches: Sequence[UUID], now: datetime) -> list[KeysWritten]:
    """Adds the keys that those fiches lack; what was written, transaction by transaction. Said twice, nothing new.

    One transaction for all but those that somebody is writing, then one for each of these: who waits for one fiche
    holds no other. Raises ``KeyDamaged``, ``SealBroken``.
    """
    with transaction.atomic():
        free = _locked(_LOCK_FREE, fiches)
        written = [add_missing_keys(areas=free, now=now)]
    for busy in [fiche for fiche in fiches if fiche not in free]:
        with transaction.atomic():
            written.append(add_missing_keys(areas=_locked(_LOCK, [busy]), now=now))
    return written


def _locked(sql: str, fiches: Sequence[UUID]) -> dict[UUID, str]:
    """The funds of the fiches that ``sql`` locks."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [array(fiches)])
        return dict(cursor.fetchall())
