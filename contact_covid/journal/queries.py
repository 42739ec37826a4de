"""Reads the journal: the rows as they are sealed, the chain, and the state that ``doctor`` shows."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from contact_covid.journal.models import Batch, Entry
from contact_covid.journal.rules import export
from contact_covid.journal.rules.export import Header, Link
from contact_covid.journal.rules.filter import Filter
from contact_covid.journal.rules.sealing import GENESIS, Row, Seal

_CHUNK = 2_000
_MICROSECONDS = "CASE WHEN isfinite({0}) THEN (extract(epoch FROM {0}) * 1000000)::bigint END"
# Everything as plain numbers and text, so that nothing depends on the time zone or the client's conversions.
_COLUMNS = f"""
    SELECT entry.xid::text::bigint, entry.id, {_MICROSECONDS.format("entry.at")}, kind, account::text, session::text,
           role, practice::text, organisation::text, purpose, surface, fiches, count, detail::text
    FROM journal_entry AS entry
"""  # noqa: S608 - constants only
_ROWS = f"{_COLUMNS} WHERE entry.xid >= %s::xid8 AND entry.xid < %s::xid8 ORDER BY entry.xid, entry.id"
_ASKED = f"{_COLUMNS} WHERE entry.xid < %s::xid8 AND {{conditions}} ORDER BY entry.xid, entry.id"
_SEALS = f"""
    SELECT seq, from_xid, to_xid, count, root, head, {_MICROSECONDS.format("sealed_at")} FROM journal_batch
"""  # noqa: S608 - constants only
_LINKS = f"""
    SELECT batch.seq, batch.from_xid, batch.to_xid, batch.count, batch.root, batch.head,
           {_MICROSECONDS.format("batch.sealed_at")}, before.head
    FROM journal_batch AS batch LEFT JOIN journal_batch AS before ON before.seq = batch.seq - 1
    WHERE batch.to_xid > %s ORDER BY batch.seq
"""  # noqa: S608 - constants only
# The newest first; a batch of the demo or of a feed names thousands of fiches in one row: the first ones are shown.
_PAGE = """
    SELECT at, id, kind, account, role, practice, organisation, purpose, surface, fiches[1:{numbers}],
           cardinality(fiches), count,
           CASE WHEN jsonb_typeof(detail -> 'fields') = 'array'
                THEN ARRAY(SELECT jsonb_array_elements_text(detail -> 'fields')) ELSE ARRAY[]::text[] END
    FROM journal_entry WHERE {conditions} ORDER BY at {direction}, id {direction} LIMIT {size}
"""
_ACTS = """
    SELECT at, id, kind, coalesce(detail ->> 'way', '')
    FROM journal_entry WHERE account = %s AND kind = ANY(%s) {older} ORDER BY at DESC, id DESC LIMIT %s
"""
_WHO_SAW = """
    SELECT account, array_agg(DISTINCT role), array_agg(DISTINCT coalesce(practice, organisation)), min(at), max(at),
           count(*) FILTER (WHERE kind = ANY(%s)), count(*) FILTER (WHERE kind <> ALL(%s)), array_agg(DISTINCT purpose)
    FROM journal_entry WHERE fiches && %s::text[]
    GROUP BY account ORDER BY max(at) DESC, account
"""
_LAST_XID = 2**64 - 1
NUMBERS_SHOWN = 4
"""Fiches of one row that a page shows."""


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


class Position(NamedTuple):
    """Where a page of rows ends, in the order of ``page``."""

    at: datetime
    id: int


class Line(NamedTuple):
    """A row as a page shows it. ``numbers`` are the first fiches of ``fiches``, ``people`` the people concerned.

    ``fields``: the codes of what was changed of them.
    """

    at: datetime
    id: int
    kind: str
    account: UUID | None
    role: str
    practice: UUID | None
    organisation: UUID | None
    purpose: str
    surface: str
    numbers: list[str]
    fiches: int
    people: int
    fields: list[str]


class Act(NamedTuple):
    """A row as its own account is shown it. ``way``: how somebody logged in, empty where that was not told."""

    at: datetime
    id: int
    kind: str
    way: str


def page(asked: Filter, *, size: int, before: Position | None = None, after: Position | None = None) -> list[Line]:
    """``size`` rows at most, the newest first: older than ``before``, or the nearest ones newer than ``after``."""
    conditions, parameters = _conditions(asked)
    if position := before or after:
        conditions += f" AND (at, id) {'<' if before else '>'} (%s, %s)"
        parameters += position
    direction = "ASC" if after and not before else "DESC"
    statement = _PAGE.format(numbers=NUMBERS_SHOWN, conditions=conditions, direction=direction, size=size)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = [Line._make(values) for values in cursor.fetchall()]
    return found[::-1] if direction == "ASC" else found


def acts_of(account: UUID, kinds: Collection[str], *, size: int, before: Position | None = None) -> list[Act]:
    """``size`` rows of these kinds at most that an account wrote or that were written of it, the newest first."""
    statement = _ACTS.format(older="AND (at, id) < (%s, %s)" if before else "")
    parameters: list[Any] = [account, list(kinds), *(before or ()), size]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Act._make(values) for values in cursor.fetchall()]


class Onlooker(NamedTuple):
    """An account (None: the service itself) that the journal names beside a fiche, and between which moments."""

    account: UUID | None
    roles: list[str]
    places: list[UUID | None]
    first: datetime
    last: datetime
    seen: int
    """How many times it was shown the identity."""
    acts: int
    purposes: list[str]


def who_saw(fiches: Sequence[str], *, showing: Collection[str]) -> list[Onlooker]:
    """Every account with a row about one of the fiches, the last one first; ``showing``: kinds of events that show a
    person."""
    kinds = list(showing)
    with connection.cursor() as cursor:
        cursor.execute(_WHO_SAW, [kinds, kinds, list(fiches)])
        return [Onlooker._make(values) for values in cursor.fetchall()]


def count(asked: Filter, *, below: int, most: int) -> int:
    """How many rows with xid < ``below``; ``most`` when there are as many or more."""
    conditions, parameters = _conditions(asked)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM journal_entry WHERE xid < %s::xid8"  # noqa: S608 - constants only
            f" AND {conditions} LIMIT {most}) AS capped",
            [str(below), *parameters],
        )
        return int(cursor.fetchone()[0])


def asked_rows(asked: Filter, *, below: int) -> Iterator[Row]:
    """The rows with xid < ``below`` in the order (xid, id), streamed: call it inside a transaction."""
    conditions, parameters = _conditions(asked)
    return map(Row._make, _stream(_ASKED.format(conditions=conditions), [str(below), *parameters]))


def export_lines(header: Header, *, below: int) -> Iterator[str]:
    """The lines of ``rules.export`` for the rows with xid < ``below``, streamed in a transaction of their own."""
    with snapshot():
        asked = asked_rows(header.filter, below=below)
        first = next(asked, None)
        if first is None:
            yield from export.lines(header, (), (), rows_of)
            return
        links = (_link(values) for values in _stream(_LINKS, [first.xid]))
        yield from export.lines(header, chain([first], asked), links, rows_of)


def rows_of(seal: Seal) -> Iterator[Row]:
    """The rows of a batch, streamed."""
    return rows(from_xid=seal.from_xid, to_xid=seal.to_xid)


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction in which all statements see the same moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _conditions(asked: Filter) -> tuple[str, list[Any]]:
    given = {
        "account = %s": asked.account,
        "fiches && %s::text[]": asked.fiche and [asked.fiche, *asked.merged],
        "at >= %s": asked.opens,
        "at < %s": asked.closes,
        "kind = %s": asked.kind,
    }
    kept = {condition: value for condition, value in given.items() if value}
    return " AND ".join(kept) or "true", list(kept.values())


def _link(values: tuple[Any, ...]) -> Link:
    *sealed, before = values
    return Link(_seal(tuple(sealed)), bytes(before) if before is not None else GENESIS)


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
