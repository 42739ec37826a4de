"""The only writers of the journal: rows in the transaction of the act, seals a minute later, partitions ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from json import dumps
from typing import Any, Protocol, Self
from uuid import UUID

from django.db import connection, transaction

from contact_covid.core.rules.arrays import array
from contact_covid.journal import anchor, queries
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail, check_detail, check_fiches
from contact_covid.journal.rules.sealing import GENESIS, Root, Seal, head

INSERT = """INSERT INTO journal_entry
    (at, kind, account, session, role, practice, organisation, purpose, surface, fiches, count, detail)
    SELECT %(at)s, %(kind)s, %(account)s, %(session)s, %(role)s, %(practice)s, %(organisation)s, %(purpose)s,
           %(surface)s, %(fiches)s, %(count)s, %(detail)s"""
"""One row, for the hot paths that put it into their own statement (``WITH …``), with the values of ``parameters``."""
_INSERT_MANY = """INSERT INTO journal_entry
    (at, kind, account, session, role, practice, organisation, purpose, surface, fiches, count, detail)
    SELECT at, kind, account, session, role, practice, organisation, purpose, surface, fiches::text[], count, detail
    FROM unnest(%s::timestamptz[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::text[],
                %s::text[], %s::text[], %s::int[], %s::jsonb[])
    AS event (at, kind, account, session, role, practice, organisation, purpose, surface, fiches, count, detail)"""
_SEALERS = 0x6A6F7572  # the advisory lock of those who seal
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Author(Protocol):
    """Who acts, as the journal needs it; ``access.actor.Actor`` is one."""

    @property
    def account(self) -> UUID | None: ...
    @property
    def session(self) -> UUID | None: ...
    @property
    def role(self) -> str: ...
    @property
    def practice(self) -> UUID | None: ...
    @property
    def organisation(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Event:
    """An act or a reading. ``kind`` is declared by the ``events.py`` of the app that acts ("tracing.masks_recorded").

    ``fiches`` are record numbers as stored; ``count`` the number of people concerned, by default that of the fiches.
    Raises ``NotACode`` when ``detail`` or ``fiches`` could hold a name, a NIR or a free text.
    """

    kind: str
    role: str
    purpose: Purpose
    surface: Surface
    account: UUID | None = None
    session: UUID | None = None
    practice: UUID | None = None
    organisation: UUID | None = None
    fiches: Sequence[str] = ()
    count: int | None = None
    detail: Mapping[str, Detail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_fiches(self.fiches)
        check_detail(self.detail)

    @classmethod
    def by(
        cls,
        author: Author,
        kind: str,
        purpose: Purpose,
        surface: Surface,
        *,
        fiches: Sequence[str] = (),
        count: int | None = None,
        detail: Mapping[str, Detail] | None = None,
    ) -> Self:
        """An event of ``author``."""
        return cls(
            kind,
            author.role,
            purpose,
            surface,
            author.account,
            author.session,
            author.practice,
            author.organisation,
            fiches,
            count,
            detail or {},
        )


class ClusterReplaced(RuntimeError):
    """The server numbers its transactions below what is already sealed: restored from a logical dump.

    New rows would fall into sealed batches, so nothing is sealed. Restore from a physical backup, or advance the
    counter of the new server beyond the last batch (``pg_resetwal --epoch --next-transaction-id``, server stopped).
    """


class AnchorContradicts(RuntimeError):
    """The anchor's last head is not the one in the database. Sealing stops: see ``verify_journal``.

    After a wanted restore to an earlier moment, put the anchor file aside, as evidence, and the sealer begins another.
    """


def parameters(event: Event, *, now: datetime) -> dict[str, Any]:
    """The values of ``INSERT``, in the order of its columns."""
    return {
        "at": now,
        "kind": str(event.kind),
        "account": event.account,
        "session": event.session,
        "role": str(event.role),
        "practice": event.practice,
        "organisation": event.organisation,
        "purpose": str(event.purpose),
        "surface": str(event.surface),
        "fiches": "{" + ",".join(event.fiches) + "}",  # as PostgreSQL writes it; a list costs ten times as much
        "count": len(event.fiches) if event.count is None else event.count,
        "detail": dumps(event.detail) if event.detail else "{}",
    }


def record(*events: Event, now: datetime) -> None:
    """Writes the events in one statement, in the caller's transaction: undone with the act, kept with it."""
    if not events:
        return
    with connection.cursor() as cursor:
        if len(events) == 1:
            cursor.execute(INSERT, parameters(events[0], now=now))
            return
        columns = zip(*(parameters(event, now=now).values() for event in events), strict=True)
        cursor.execute(_INSERT_MANY, [array(column) for column in columns])


def ensure_partitions(*, first: date, months: int) -> list[str]:
    """Makes the missing monthly partitions of ``months`` months from that of ``first``; returns their names.

    Within ten years back and one ahead, else ``django.db.DataError``.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_ensure_partitions(%s::date, %s::int)", [first, months])
        return [name for (name,) in cursor.fetchall()]


def seal_batch(*, now: datetime) -> Seal | None:
    """Seals the settled rows not sealed before, if any, and tells the anchor; heals an anchor left behind by a crash.

    Settled: of transactions below every one still running, so that a late commit never falls into a sealed range.
    Raises ``ClusterReplaced``, ``AnchorContradicts``, ``anchor.UnreadableAnchor``, ``OSError`` (anchor out of reach).
    The anchor is told before and after: sealing is never more than one batch ahead of it.
    """
    place = anchor.configured()
    _publish(place)
    with transaction.atomic(durable=True):
        sealed = _seal_settled(now)
    if sealed:
        _publish(place)
    return sealed


def _seal_settled(now: datetime) -> Seal | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [_SEALERS])
    previous = queries.last_seal()
    seq, from_xid, last_head = (previous.seq, previous.to_xid, previous.head) if previous else (0, 0, GENESIS)
    horizon = queries.horizon()
    if horizon.next < from_xid:
        raise ClusterReplaced
    root = Root()
    for row in queries.rows(from_xid=from_xid, to_xid=horizon.settled):
        root.add(row)
    if not root.count:
        return None
    sealed_at = (now - _EPOCH) // _MICROSECOND
    open_seal = Seal(seq + 1, from_xid, horizon.settled, root.count, root.digest(), b"", sealed_at)
    sealed = replace(open_seal, head=head(last_head, open_seal))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_batch (seq, from_xid, to_xid, count, root, head, sealed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [sealed.seq, sealed.from_xid, sealed.to_xid, sealed.count, sealed.root, sealed.head, now],
        )
    return sealed


def _publish(place: anchor.FileAnchor | anchor.SyslogAnchor) -> None:
    """Appends to the anchor the heads that it lacks."""
    with place.exclusive(), transaction.atomic():
        newest = queries.last_seal()
        last = place.last()
        if last is not None:
            kept = queries.seal(last[0])
            if kept is None or kept.head != last[1]:
                raise AnchorContradicts
        if newest is None or (last is not None and last[0] == newest.seq):
            return
        if isinstance(place, anchor.SyslogAnchor):
            place.append([newest])
        else:
            place.append(queries.seals(after=last[0] if last else 0))
