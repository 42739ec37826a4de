"""Checks an export with proof by itself, and against the anchor: nothing else is needed, least of all the database."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contact_covid.journal.enums import Problem
from contact_covid.journal.rules.export import FORMAT, Link, MalformedExport, moment_of, row_of
from contact_covid.journal.rules.sealing import GENESIS, Root, Row, Seal, head
from contact_covid.journal.rules.verification import Anchored, Finding

_HASH = 32
_BATCH = {"seq": int, "from_xid": int, "to_xid": int, "count": int, "root": str, "head": str, "previous_head": str}


@dataclass(slots=True)
class ExportReport:
    rows: int = 0
    """Rows proven by a batch, when nothing is found."""
    unsealed: int = 0
    """Rows that nothing proves yet."""
    batches: int = 0
    anchored: int = 0
    """Batches whose head the anchor keeps too."""
    findings: list[Finding] = field(default_factory=list)


def check_export(lines: Iterable[bytes], anchored: Anchored | None) -> ExportReport:
    """Recomputes root and head of every batch of the file; ``anchored`` None: no anchor to compare with.

    ``lines`` may be a stream, nothing is kept. A row left out of the file, with all counts made to agree, shows only
    beside the journal's own line of the export, which holds the number of rows.
    """
    check = _Check(anchored)
    for number, line in enumerate(lines, start=1):
        try:
            check.read(_parse(line))
        except MalformedExport:
            check.report.findings.append(Finding(check.batch, Problem.EXPORT_UNREADABLE, line=number))
    check.finish()
    return check.report


class _Check:
    """The state between two lines."""

    def __init__(self, anchored: Anchored | None) -> None:
        self.report = ExportReport()
        self._anchored = anchored
        self._link: Link | None = None
        """The batch being read."""
        self._last: Link | None = None
        """The one before it in the file."""
        self._root = Root()
        self._newest: Row | None = None
        self._disordered = False
        self._announced: int | None = None
        self._ended = False

    @property
    def batch(self) -> int | None:
        return self._link.seal.seq if self._link else None

    def read(self, fields: dict[str, Any]) -> None:
        """One line. Raises ``MalformedExport``."""
        what = fields.pop("type", None)
        if self._ended or (what == "header") != (self._announced is None):
            raise MalformedExport("order")
        match what:
            case "header":
                self._header(fields)
            case "batch":
                self._close()
                self._link = _link(fields)
            case "leaves":
                self._leaves(fields)
            case "row":
                self._row(row_of(fields))
            case "unsealed":
                self._unsealed(row_of(fields))
            case "end":
                self._end(fields)
            case _:
                raise MalformedExport("type")

    def finish(self) -> None:
        self._close()
        if not self._ended or self._announced != self.report.rows + self.report.unsealed:
            self._find(Problem.EXPORT_CUT, sealed=self._announced, found=self.report.rows + self.report.unsealed)

    def _header(self, fields: dict[str, Any]) -> None:
        if fields.get("format") != FORMAT or type(fields.get("rows")) is not int:
            raise MalformedExport("header")
        self._announced = fields["rows"]

    def _leaves(self, fields: dict[str, Any]) -> None:
        hashes = fields.get("hashes")
        if self._link is None or not isinstance(hashes, list):
            raise MalformedExport("leaves")
        for text in hashes:
            self._root.add_leaf(_bytes(text))

    def _row(self, row: Row) -> None:
        if self._link is None:
            raise MalformedExport("row outside")
        if self._newest and (row.xid, row.id) <= (self._newest.xid, self._newest.id):
            self._disordered = True
        self._newest = row
        try:
            self._root.add(row)
        except (ValueError, KeyError, RecursionError):
            raise MalformedExport("detail") from None
        self.report.rows += 1

    def _unsealed(self, row: Row) -> None:
        self._close()
        if self._last and row.xid < self._last.seal.to_xid:
            self._find(Problem.ROWS_OUTSIDE, sealed=0, found=1)
        self.report.unsealed += 1

    def _end(self, fields: dict[str, Any]) -> None:
        self._close()
        self._ended = True
        if fields.get("batches") != self.report.batches:
            self._find(Problem.BATCH_MISSING)

    def _close(self) -> None:
        """The batch being read is whole: is it what was sealed?"""
        link = self._link
        if link is None:
            return
        self._rows(link.seal)
        self._chain(link)
        if self._anchored is not None:
            self._anchor(link, self._anchored)
        self.report.batches += 1
        self._last, self._link = link, None
        self._root, self._newest, self._disordered = Root(), None, False

    def _rows(self, seal: Seal) -> None:
        counts = {"sealed": seal.count, "found": self._root.count}
        if self._root.count != seal.count:
            self._find(Problem.ROWS_MISSING if self._root.count < seal.count else Problem.ROWS_ADDED, **counts)
        elif self._disordered:
            self._find(Problem.ROWS_REORDERED, **counts)
        elif self._root.digest() != seal.root:
            self._find(Problem.ROWS_CHANGED, **counts)

    def _chain(self, link: Link) -> None:
        seal, last = link.seal, self._last
        starts = seal.seq == 1 and (link.previous != GENESIS or seal.from_xid != 0)
        follows = last is not None and seal.seq == last.seal.seq + 1
        unchained = follows and last and (link.previous, seal.from_xid) != (last.seal.head, last.seal.to_xid)
        goes_back = last is not None and (seal.seq <= last.seal.seq or seal.from_xid < last.seal.to_xid)
        if starts or unchained or goes_back or seal.head != head(link.previous, seal):
            self._find(Problem.BATCH_CHANGED)

    def _anchor(self, link: Link, anchored: Anchored) -> None:
        """The anchor keeps this head; what it keeps of the batch before must agree too."""
        seq = link.seal.seq
        kept, before = anchored.heads.get(seq), anchored.heads.get(seq - 1)
        agrees = kept in (None, link.seal.head) and before in (None, link.previous)
        if {seq, seq - 1} & anchored.contradicted or not agrees:
            self._find(Problem.ANCHOR_DIFFERS)
        elif kept is None:
            self._find(Problem.ANCHOR_LACKS)
        else:
            self.report.anchored += 1

    def _find(self, problem: Problem, *, sealed: int | None = None, found: int | None = None) -> None:
        self.report.findings.append(Finding(self.batch, problem, sealed=sealed, found=found))


def _parse(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise MalformedExport("json") from None
    if not isinstance(fields, dict):
        raise MalformedExport("object")
    return fields


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name given twice would show one value to a reader and another to this check."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedExport("name given twice")
    return fields


def _link(fields: dict[str, Any]) -> Link:
    if fields.keys() != {*_BATCH, "sealed_at"} or any(type(fields[name]) is not kind for name, kind in _BATCH.items()):
        raise MalformedExport("batch")
    seal = Seal(
        seq=fields["seq"],
        from_xid=fields["from_xid"],
        to_xid=fields["to_xid"],
        count=fields["count"],
        root=_bytes(fields["root"]),
        head=_bytes(fields["head"]),
        sealed_at=moment_of(fields["sealed_at"]),
    )
    return Link(seal, _bytes(fields["previous_head"]))


def _bytes(text: Any) -> bytes:
    """The hash of its hexadecimal digits. Raises ``MalformedExport``."""
    try:
        value = bytes.fromhex(text)
    except (ValueError, TypeError):
        raise MalformedExport("hash") from None
    if len(value) != _HASH:
        raise MalformedExport("hash")
    return value
