"""Reads the journal: the rows as they are sealed, the chain, and the state that ``doctor`` shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from contact_covid.journal.models import Batch, Entry
from contact_covid.journal.rules.sealing import Row, Seal

_CHUNK = 2_000
_MICROSECONDS = "CASE WHEN isfinite({0}) THEN (extract(epoch FROM {0}) * 1000000)::bigint END"
# Everything as plain numbers and text, so that nothing depends on the time zone or the client's conversions.
_ROWS = f"""
    SELECT entry.xid::text::bigint, entry.id, {_MICROSECONDS.format("entry.at")}, kind, account::text, session::text,
           role, practice::text, organisation::text, purpose, surface, fiches, count, detail::text
    FROM journal_entry AS entry
    WHERE entry.xid >= %s::xid8 AND entry.xid < %s::xid8
    ORDER BY entry.xid, entry.id
"""  # noqa: S608 - constants only
_SEALS = f"""
    SELECT seq, from_xid, to_xid, count, root, head, {_MICROSECONDS.format("sealed_at")} FROM journal_batch
"""  # noqa: S608 - constants only
_LAST_XID = 2**64 - 1


def rows(*, from_xid: int = 0, to_xid: int = _LAST_XID) -> Iterator[Row]:
    """The rows with ``from_xid`` <= xid < ``to_xid`` in the order (xid, id), streamed: call it inside a transaction."""
    return map(Row._make, _stream(_ROWS, [str(from_xid), str(to_xid)]))


def seals(*, after: int = 0) -> Iterator[Seal]:
    """The batches with seq > ``after`` in order, streamed: call it inside a transaction."""
    return (_seal(values) for values in _stream(f"{_SEALS} WHERE seq > %s ORDER BY seq", [after]))


def seal(seq: int) -> Seal | None:
    with connection.cursor() as cursor:
        cursor.execute(f"{_SEALS} WHERE seq = %s", [seq])
        values = cursor.fetchone()
    return _seal(values) if values else None


def last_seal() -> Seal | None:
    with connection.cursor() as cursor:
        cursor.execute(f"{_SEALS} ORDER BY seq DESC LIMIT 1")
        values = cursor.fetchone()
    return _seal(values) if values else None


@dataclass(frozen=True, slots=True)
class Horizon:
    """Where the transactions stand: all below ``settled`` have ended, none from ``next`` on has begun."""

    settled: int
    next: int


def horizon() -> Horizon:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint"
            " FROM pg_current_snapshot() AS now"
        )
        return Horizon(*cursor.fetchone())


@dataclass(frozen=True, slots=True)
class JournalState:
    """What ``doctor`` looks at."""

    last_sealed_at: datetime | None
    oldest_unsealed_at: datetime | None
    strays: int
    """Rows in the partition of last resort: partitions were not made in time."""
    partitions_until: datetime | None
    """The end of the last monthly partition."""
    cluster_replaced: bool
    """The transaction numbers restarted: restored from a logical dump. Nothing is sealed until it is mended."""


def state() -> JournalState:
    last = last_seal()
    sealed_at = Batch.objects.filter(seq=last.seq).values_list("sealed_at", flat=True).get() if last else None
    unsealed = Entry.objects.filter(xid__gte=last.to_xid if last else 0).order_by("xid", "id")
    return JournalState(
        last_sealed_at=sealed_at,
        oldest_unsealed_at=unsealed.values_list("at", flat=True).first(),
        strays=_strays(),
        partitions_until=_partitions_until(),
        cluster_replaced=last is not None and horizon().next < last.to_xid,
    )


def _strays() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_entry WHERE tableoid = 'journal_entry_default'::regclass")
        return int(cursor.fetchone()[0])


def _partitions_until() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(substring(pg_get_expr(relpartbound, oid) FROM $$TO \\('([^']+)'$$)::timestamptz)"
            " FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'journal_entry'::regclass"
        )
        until: datetime | None = cursor.fetchone()[0]
        return until


def _stream(sql: str, parameters: list[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while chunk := cursor.fetchmany(_CHUNK):
            yield from chunk


def _seal(values: tuple[Any, ...]) -> Seal:
    seq, from_xid, to_xid, count, root, head, sealed_at = values
    return Seal(seq, from_xid, to_xid, count, bytes(root), bytes(head), sealed_at)
