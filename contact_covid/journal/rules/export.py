"""The lines of an export with proof: JSON, one a line. ``export_check`` reads them back.

A header; then, for each batch that holds an asked row, the batch with the head before it and, in the order of sealing,
every leaf, as its hash or, where the row was asked for, as the row itself; then asked rows not sealed yet; the end.
Who has the file can compute root and head again, and compare the heads with the anchor.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from contact_covid.journal.rules.filter import Filter
from contact_covid.journal.rules.sealing import Row, Seal, leaf

FORMAT = "contact-covid journal export 1"
HASHES_A_LINE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class MalformedExport(ValueError):
    """A line that no export holds. Says what is expected, never what is there."""


class Link(NamedTuple):
    """A batch and the head that it is chained to."""

    seal: Seal
    previous: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What opens an export. ``rows`` is the number of rows asked for that it holds."""

    made_at: datetime
    filter: Filter
    rows: int


def lines(
    header: Header, asked: Iterable[Row], links: Iterable[Link], rows_of: Callable[[Seal], Iterable[Row]]
) -> Iterator[str]:
    """The lines of an export, each with its end; constant memory, all arguments may be streams.

    ``asked``: the rows in the order (xid, id); ``links``: batches in the order of seq, those without an asked row are
    passed over; ``rows_of`` reads the rows of one batch in the order (xid, id).
    """
    yield _line("header", format=FORMAT, **_header(header))
    queue = _Queue(asked)
    batches = 0
    for link in links:
        yield from (_line("unsealed", **fields_of(row)) for row in queue.below(link.seal.from_xid))
        if queue.next is None:
            break
        if queue.next.xid < link.seal.to_xid:
            batches += 1
            yield _line("batch", **_batch(link))
            yield from _leaves(rows_of(link.seal), queue)
    yield from (_line("unsealed", **fields_of(row)) for row in queue.rest())
    yield _line("end", rows=queue.taken, batches=batches)


def fields_of(row: Row) -> dict[str, Any]:
    """A row as JSON values. ``detail`` stays the text that was sealed."""
    return row._asdict() | {"at": text_of(row.at)}


def row_of(fields: Mapping[str, Any]) -> Row:
    """The row of ``fields_of``. Raises ``MalformedExport``."""
    if fields.keys() != set(Row._fields) or any(type(fields[name]) not in _TYPES[name] for name in Row._fields):
        raise MalformedExport("row")
    if not all(type(number) is str for number in fields["fiches"]):
        raise MalformedExport("fiches")
    return Row(**{**fields, "at": moment_of(fields["at"])})


def text_of(moment: int | None) -> str | None:
    """Microseconds since 1970 as "2020-05-13T08:00:00.000000+00:00"."""
    return None if moment is None else (_EPOCH + moment * _MICROSECOND).isoformat(timespec="microseconds")


def moment_of(text: str | None) -> int | None:
    """Microseconds since 1970 of what ``text_of`` wrote, and of nothing else. Raises ``MalformedExport``."""
    if text is None:
        return None
    try:
        moment = (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError):
        raise MalformedExport("moment") from None
    if text_of(moment) != text:
        raise MalformedExport("moment")
    return moment


_TYPES: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("xid", "id", "people"), (int,)),
    **dict.fromkeys(("kind", "role", "purpose", "surface", "detail"), (str,)),
    **dict.fromkeys(("at", "account", "session", "practice", "organisation"), (str, type(None))),
    "fiches": (list,),
}
"""The JSON types of a row's values; a boolean is no number."""


class _Queue:
    """The rows asked for, taken one after the other."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self.next = next(self._rows, None)
        self.taken = 0

    def take(self) -> Row:
        row = self.next
        if row is None:
            raise IndexError
        self.next = next(self._rows, None)
        self.taken += 1
        return row

    def is_next(self, row: Row) -> bool:
        return self.next is not None and (self.next.xid, self.next.id) == (row.xid, row.id)

    def below(self, xid: int) -> Iterator[Row]:
        """Rows that no batch holds although a later one is sealed."""
        while self.next is not None and self.next.xid < xid:
            yield self.take()

    def rest(self) -> Iterator[Row]:
        while self.next is not None:
            yield self.take()


def _leaves(rows: Iterable[Row], queue: _Queue) -> Iterator[str]:
    hashes: list[str] = []
    for row in rows:
        if queue.is_next(row):
            yield from _hashes(hashes)
            yield _line("row", **fields_of(queue.take()))
        else:
            hashes.append(leaf(row).hex())
            if len(hashes) == HASHES_A_LINE:
                yield from _hashes(hashes)
    yield from _hashes(hashes)


def _hashes(hashes: list[str]) -> Iterator[str]:
    if hashes:
        yield _line("leaves", hashes=hashes)
        hashes.clear()


def _header(header: Header) -> dict[str, Any]:
    return {
        "made_at": header.made_at.astimezone(UTC).isoformat(),
        "filter": header.filter.codes(),
        "filter_sha256": header.filter.digest(),
        "rows": header.rows,
    }


def _batch(link: Link) -> dict[str, Any]:
    seal = link.seal
    return {
        "seq": seal.seq,
        "from_xid": seal.from_xid,
        "to_xid": seal.to_xid,
        "count": seal.count,
        "root": seal.root.hex(),
        "head": seal.head.hex(),
        "previous_head": link.previous.hex(),
        "sealed_at": text_of(seal.sealed_at),
    }


def _line(what: str, **fields: Any) -> str:
    return json.dumps({"type": what, **fields}, ensure_ascii=False) + "\n"
