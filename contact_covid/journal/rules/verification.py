"""Compares what the journal holds with what was sealed and with what the anchor keeps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from contact_covid.journal.enums import Problem
from contact_covid.journal.rules.sealing import GENESIS, Root, Row, Seal, head


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. ``batch`` is its number, or None for what belongs to no batch."""

    batch: int | None
    problem: Problem
    sealed: int | None = None
    """Rows sealed, where rows are what is wrong."""
    found: int | None = None
    line: int | None = None
    """Of the file, where a file is what is wrong."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """What an anchor keeps: the first head written for each batch, and the batches written twice differently."""

    heads: dict[int, bytes] = field(default_factory=dict)
    contradicted: frozenset[int] = frozenset()
    unreadable: int = 0
    """Lines cut by a crash while they were written; the sealer wrote them again."""

    @property
    def last(self) -> int:
        return max(self.heads, default=0)


@dataclass(slots=True)
class Report:
    sealed: int = 0
    """Rows inside a batch."""
    unsealed: int = 0
    """Rows after the last batch."""
    batches: int = 0
    anchored: int = 0
    """Batches whose head the anchor keeps too."""
    last: Seal | None = None
    findings: list[Finding] = field(default_factory=list)


def verify(rows: Iterable[Row], seals: Iterable[Seal]) -> Report:
    """Recomputes every batch from its rows, and the chain.

    ``rows`` in the order (xid, id), ``seals`` in the order of seq; both may be streams, nothing is kept.
    """
    report = Report()
    stream = _Stream(rows)
    outside = 0
    for seal in seals:
        outside += sum(1 for _ in stream.below(seal.from_xid))
        root = Root()
        for row in stream.below(seal.to_xid):
            root.add(row)
        report.sealed += root.count
        report.batches += 1
        report.findings += _check_rows(seal, root)
        report.findings += _check_chain(report.last, seal)
        report.last = seal
    if outside:
        report.findings.append(Finding(None, Problem.ROWS_OUTSIDE, sealed=0, found=outside))
    report.unsealed = stream.rest()
    return report


def compare(report: Report, seals: Iterable[Seal], *, before: Anchored, after: Anchored) -> None:
    """Adds to ``report`` what the anchor says of the same batches.

    ``before`` was read before the batches were, ``after`` later: a batch sealed meanwhile is no finding. The sealer
    never runs more than one batch ahead of the anchor, hence the tolerance of one (a crash between the two). A line
    missing in the middle is no finding either: the next head proves it.
    """
    newest = report.last.seq if report.last else 0
    for seal in seals:
        kept = after.heads.get(seal.seq)
        if seal.seq in after.contradicted or kept not in (None, seal.head):
            report.findings.append(Finding(seal.seq, Problem.ANCHOR_DIFFERS))
        elif kept is not None:
            report.anchored += 1
    if before.last > newest:
        report.findings.append(Finding(newest + 1, Problem.ANCHOR_AHEAD))
    if newest > 1 and not after.heads:
        report.findings.append(Finding(None, Problem.ANCHOR_ABSENT))
    elif newest > after.last + 1:
        report.findings.append(Finding(after.last + 1, Problem.ANCHOR_BEHIND))


def _check_rows(seal: Seal, root: Root) -> Iterator[Finding]:
    if root.count != seal.count:
        problem = Problem.ROWS_MISSING if root.count < seal.count else Problem.ROWS_ADDED
        yield Finding(seal.seq, problem, sealed=seal.count, found=root.count)
    elif root.digest() != seal.root:
        yield Finding(seal.seq, Problem.ROWS_CHANGED, sealed=seal.count, found=root.count)


def _check_chain(previous: Seal | None, seal: Seal) -> Iterator[Finding]:
    seq, to_xid, last_head = (previous.seq, previous.to_xid, previous.head) if previous else (0, 0, GENESIS)
    if seal.seq != seq + 1:
        yield Finding(seal.seq, Problem.BATCH_MISSING)
    elif seal.from_xid != to_xid or seal.head != head(last_head, seal):
        yield Finding(seal.seq, Problem.BATCH_CHANGED)


class _Stream:
    """Rows read once, with a look at the next one."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def below(self, xid: int) -> Iterator[Row]:
        while self._next is not None and self._next.xid < xid:
            yield self._next
            self._next = next(self._rows, None)

    def rest(self) -> int:
        return (self._next is not None) + sum(1 for _ in self._rows)
