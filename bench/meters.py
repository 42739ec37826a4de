"""What a run cost: CPU time and memory from /proc, statements from the server's own statistics. Linux only."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString, Self

import psycopg

from config import postgres

_TICKS = os.sysconf("SC_CLK_TCK")
_KIB = 1024
# Of the service's role; transactions are not statements of a page.
_STATEMENTS = """
SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements
WHERE userid = %s::regrole AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
AND query !~* '^(begin|commit|rollback|savepoint|release)'
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """Since the processes began: CPU seconds and statements."""

    web: float
    database: float
    statements: int

    def since(self, before: Self) -> "Reading":
        return Reading(self.web - before.web, self.database - before.database, self.statements - before.statements)


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in MiB: ``pss`` counts what is shared by its share."""

    rss: float
    pss: float


class Meters:
    """Reads what one web server and the database have used so far."""

    def __init__(self, server: postgres.Server, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection
        self._postmaster = int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def read(self, arbiter: int) -> Reading:
        return Reading(cpu_of_tree(arbiter), cpu_of_tree(self._postmaster), self.count(_STATEMENTS, [postgres.SERVICE]))

    def execute(self, query: LiteralString, parameters: Sequence[Any] = ()) -> None:
        """Changes what is measured on, as no visitor does."""
        self._connection.execute(query, parameters)

    def count(self, query: LiteralString, parameters: Sequence[str] = ()) -> int:
        """The one number that a query of the administrator's gives."""
        row = self._connection.execute(query, parameters).fetchone()
        return int(row[0]) if row else 0


def cpu_of_tree(root: int) -> float:
    """CPU seconds of a process, its children, and those of them that have ended.

    A child that ends goes over to its parent's account: the children must be the same before and after the sum.
    """
    while True:
        before = children(root)
        total = _cpu_of(root, ended_children=True) + sum(_cpu_of(child, ended_children=False) for child in before)
        if children(root) == before:
            return total


def _cpu_of(process: int, *, ended_children: bool) -> float:
    try:
        return cpu_seconds((Path("/proc") / str(process) / "stat").read_text(), ended_children=ended_children)
    except (FileNotFoundError, ProcessLookupError):  # it has ended, and the children are no longer the same
        return 0.0


def cpu_seconds(stat: str, *, ended_children: bool) -> float:
    """User and system time of a line of /proc/<process>/stat; the name in parentheses may hold anything."""
    user, system, children_user, children_system = map(int, stat.rpartition(")")[2].split()[11:15])
    ticks = user + system + (children_user + children_system if ended_children else 0)
    return ticks / _TICKS


def children(process: int) -> list[int]:
    """The children of all its threads."""
    tasks = Path("/proc") / str(process) / "task"
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def memory_of(processes: Iterable[int]) -> list[Memory]:
    return [memory((Path("/proc") / str(process) / "smaps_rollup").read_text()) for process in processes]


def memory(smaps_rollup: str) -> Memory:
    sizes = {name: value for name, _, value in (line.partition(":") for line in smaps_rollup.splitlines())}
    return Memory(*(int(sizes[name].split()[0]) / _KIB for name in ("Rss", "Pss")))
