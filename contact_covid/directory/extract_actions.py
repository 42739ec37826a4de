"""The writers of the national extracts: each load is one transaction, so one that is killed has done nothing.

Rows are streamed into a temporary table, whatever the size of the file, and merged as sets. A load says the whole truth
of its source: places that its file lacks end (``Practice.active``), and with them the ways of acting from there, until
a later file names them again. Nothing ends by a file of corrected lines or one with a line too long to be read, nor for
whom a refused line of the file names.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.core.ids import new_id
from contact_covid.directory import extract_sql as sql
from contact_covid.directory.events import DirectoryEvent
from contact_covid.directory.queries import areas_by_postcode
from contact_covid.directory.rules.activities import Activity
from contact_covid.directory.rules.establishments import Establishment
from contact_covid.directory.rules.extract_files import Line
from contact_covid.directory.rules.extracts import Extract, LeftOut, LineProblem, Refused
from contact_covid.directory.rules.numbers import AmNumber, Pair, Placed, said_again
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail

_LOCK = 0x0D1EC8
_NUMBERS = re.compile(r"(?<![0-9A-Z])[0-9][0-9AB][0-9]{7,10}(?![0-9A-Z])")

_PREFIXES = {11: "8", 9: "0"}
"""What makes a national id of an RPPS and of an ADELI number."""

Row = TypeVar("Row")
Refuse = Callable[[Refused], None]


class ShrunkExtract(Exception):
    """The file names less than half of the places that are open: probably cut short. Nothing was changed."""

    def __init__(self, *, named: int, known: int) -> None:
        super().__init__(named, known)
        self.named = named
        self.known = known


@dataclass(slots=True)
class Loaded:
    """What a load did. ``lines``, the first one aside, are all in one of ``rows``, ``left_out`` and ``refused``.

    ``too_long``: how many of the refused were not read, so that nobody knows whom they name.
    """

    rows: int = 0
    refused: int = 0
    too_long: int = 0
    left_out: dict[LeftOut, int] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    ended: int = 0

    @property
    def lines(self) -> int:
        return self.rows + self.refused + sum(self.left_out.values())


Values = Callable[[Line, Row], tuple[object, ...]]
WithAccount = Callable[[Set[UUID]], Set[UUID]]
"""Which of these professionals have an account: a floor above knows."""


def load_activities(
    *, actor: Actor, extract: Extract[Activity], refuse: Refuse, allow_shrink: bool, now: datetime
) -> Loaded:
    """Professionals and their places from the Annuaire Santé.

    Raises ``policy.Denied``, ``UnreadableFile``, ``ShrunkExtract``.
    """
    area = areas_by_postcode()

    def values(line: Line, row: Activity) -> tuple[object, ...]:
        return (line.number, new_id(now), new_id(now), new_id(now), *row, *area(row.postcode))

    def spared(number: str) -> tuple[object, ...]:
        national_id = _PREFIXES.get(len(number), "") + number
        return (*(None,) * 4, national_id, *("",) * 13, *(None,) * 3)

    with _loading(actor, "activities", now) as (cursor, done):
        cursor.execute(sql.STAGE_ACTIVITIES)
        _stage(cursor, _rows(extract, refuse, done, values, spared))
        cursor.execute(sql.KNOW_BY_RPPS)
        _check_size(cursor, sql.COUNT_PLACES, allow_shrink=allow_shrink or extract.corrects)
        _merge(cursor, done, "organisations", sql.ADD_MISSING_ORGANISATIONS)
        _merge(cursor, done, "professionals", sql.MERGE_PROFESSIONALS)
        cursor.execute(sql.ADOPT_PLACES)
        _merge(cursor, done, "practices", sql.MERGE_PLACES)
        if not (extract.corrects or done.too_long):
            done.ended = _changed(cursor, sql.END_PLACES)
    return done


def load_establishments(
    *,
    actor: Actor,
    extract: Extract[Establishment],
    refuse: Refuse,
    allow_shrink: bool,
    now: datetime,
) -> Loaded:
    """Pharmacies, laboratories and hospitals from FINESS, each with the place that it logs in for itself.

    Raises ``policy.Denied``, ``UnreadableFile``, ``ShrunkExtract``.
    """
    area = areas_by_postcode()

    def values(line: Line, row: Establishment) -> tuple[object, ...]:
        return (line.number, new_id(now), new_id(now), *row, *area(row.postcode))

    def spared(number: str) -> tuple[object, ...]:
        return (*(None,) * 3, number, *("",) * 5, *(None,) * 3)

    with _loading(actor, "establishments", now) as (cursor, done):
        cursor.execute(sql.STAGE_ESTABLISHMENTS)
        _stage(cursor, _rows(extract, refuse, done, values, spared))
        _check_size(cursor, sql.COUNT_STRUCTURES, allow_shrink=allow_shrink or extract.corrects)
        _merge(cursor, done, "organisations", sql.MERGE_ORGANISATIONS)
        cursor.execute(sql.ADOPT_STRUCTURES)
        _merge(cursor, done, "practices", sql.MERGE_STRUCTURES)
        if not (extract.corrects or done.too_long):
            done.ended = _changed(cursor, sql.END_STRUCTURES)
    return done


def load_pairs(
    *, actor: Actor, extract: Extract[Pair], refuse: Refuse, with_account: WithAccount, now: datetime
) -> Loaded:
    """Which RPPS number replaced which ADELI number, kept for later loads; who was known by the old goes by the new.

    Of who was known by both the one with an account is kept, with its places. ``ended``: places that she had twice.
    Raises ``policy.Denied``, ``UnreadableFile``.
    """
    with _loading(actor, "pairs", now) as (cursor, done):
        cursor.execute(sql.STAGE_PAIRS)
        _stage(cursor, _rows(extract, refuse, done, lambda line, row: (line.number, *row)))
        _merge(cursor, done, "pairs", sql.MERGE_PAIRS)
        done.updated["professionals"] = _changed(cursor, sql.RENAME_PROFESSIONALS)
        cursor.execute(sql.DOUBLES)
        _keep_accounts(cursor, cursor.fetchall(), with_account)
        done.updated["practices"] = _changed(cursor, sql.MOVE_PLACES) + _changed(cursor, sql.KEEP_OF_DOUBLES)
        done.ended = _changed(cursor, sql.END_DOUBLES)
    return done


def _keep_accounts(cursor: CursorWrapper, doubles: Sequence[tuple[UUID, UUID]], with_account: WithAccount) -> None:
    """Gives the RPPS number to the one known by an ADELI number where she alone has the account."""
    having = with_account({professional for double in doubles for professional in double})
    kept = {new: old for old, new in doubles if old in having and new not in having}
    if kept:
        one, other = [*kept, *kept.values()], [*kept.values(), *kept]
        cursor.execute(sql.TAKE_NUMBERS, [one])
        cursor.execute(sql.SWAP_NUMBERS, [one, other])


def load_am_numbers(*, actor: Actor, extract: Extract[AmNumber], refuse: Refuse, now: datetime) -> Loaded:
    """AM number, fund, convention and radiology of places that are there; a place the file lacks keeps its own.

    Raises ``policy.Denied``, ``UnreadableFile``.
    """

    def values(line: Line, row: AmNumber) -> tuple[object, ...]:
        return (line.number, line.text, *row)

    with _loading(actor, "am_numbers", now) as (cursor, done):
        cursor.execute(sql.STAGE_AM_NUMBERS)
        _stage(cursor, _rows(extract, refuse, done, values))
        cursor.execute(sql.MATCH_AM_NUMBERS)
        cursor.execute(sql.AM_NUMBERS_SAID_AGAIN)
        again = said_again(map(Placed._make, cursor.fetchall()))
        cursor.execute(sql.REFUSE_AM_NUMBERS, [LineProblem.REPEATED.value, again.otherwise])
        cursor.execute(sql.REFUSED_AM_NUMBERS)
        for number, text, problem in cursor.fetchall():
            done.rows, done.refused = done.rows - 1, done.refused + 1
            refuse(Refused(number, text, LineProblem(problem)))
        cursor.execute(sql.KEEP_GOOD_AM_NUMBERS, [again.alike])
        cursor.execute(sql.FREE_AM_NUMBERS)
        done.updated["practices"] = _changed(cursor, sql.SET_AM_NUMBERS)
    return done


@contextmanager
def _loading(actor: Actor, source: str, now: datetime) -> Iterator[tuple[CursorWrapper, Loaded]]:
    """One transaction, one load at a time, one row of the journal."""
    policy.check(actor, Permission.DIRECTORY_LOAD)
    done = Loaded()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("DROP TABLE IF EXISTS staged, matched")
        yield cursor, done
        record(_told(actor, source, done), now=now)


def _told(actor: Actor, source: str, done: Loaded) -> Event:
    detail: dict[str, Detail] = {"source": source, "rows": done.rows, "refused": done.refused, "ended": done.ended}
    detail |= {"created": done.created, "updated": done.updated}
    return Event.by(actor, DirectoryEvent.LOADED, Purpose.ADMINISTRATION, Surface.COMMAND, detail=detail)


def _rows(
    extract: Extract[Row],
    refuse: Refuse,
    done: Loaded,
    values: Values[Row],
    spared: Callable[[str], tuple[object, ...]] | None = None,
) -> Iterator[tuple[object, ...]]:
    """What is staged: the good lines, and whom the refused ones seem to name."""
    for said in extract.rows:
        if not isinstance(said, Refused):
            done.rows += 1
            yield values(*said)
            continue
        done.refused += 1
        done.too_long += said.problem is LineProblem.TOO_LONG
        refuse(said)
        if spared is not None:
            yield from map(spared, _NUMBERS.findall(said.text))
    done.left_out = extract.left_out


def _stage(cursor: CursorWrapper, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.copy(sql.COPY) as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(sql.ANALYZE)


def _check_size(cursor: CursorWrapper, count: str, *, allow_shrink: bool) -> None:
    cursor.execute(count)
    named, known = cursor.fetchone()
    if not allow_shrink and (named == 0 or named * 2 < known):
        raise ShrunkExtract(named=named, known=known)


def _merge(cursor: CursorWrapper, done: Loaded, what: str, statement: str) -> None:
    cursor.execute(statement)
    done.created[what], done.updated[what] = cursor.fetchone()


def _changed(cursor: CursorWrapper, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.rowcount)
