"""The files that leave the journal: with proof as JSON lines, for reading as CSV."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.accounts.queries import names_and_places
from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.core.rules.spreadsheet import safe_cell
from contact_covid.journal import queries
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.events import JournalEvent
from contact_covid.journal.rules.details import Detail
from contact_covid.journal.rules.export import Header
from contact_covid.journal.rules.filter import Filter
from contact_covid.journal.rules.sealing import Row
from contact_covid.portal.oversight.kinds import kind_label
from contact_covid.portal.oversight.presenters import label_of, name_of

CONTENT_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
"""What an export can be."""
LONGEST_DAYS = 31
MOST_ROWS = 200_000

CSV_HEADS = (
    *("Date et heure (Paris)", "Compte", "Identifiant du compte", "Profil", "Structure", "Action", "Code"),
    *("Finalité", "Voie", "Fiches", "Personnes", "Détail", "Ligne"),
)
_CHUNK = 500
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class TooMuch(Exception):
    """More than an export holds. ``code`` has its sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin(*, actor: Actor, asked: Filter, what: str, now: datetime) -> Iterator[str]:
    """Notes the export in the journal, with the number of its rows and the hash of its filter; returns its lines.

    ``what`` is a key of ``CONTENT_TYPES``. Only rows that had settled before: the export never holds its own line.
    Raises ``TooMuch``.
    """
    check_period(asked)
    below = queries.horizon().settled
    rows = queries.count(asked, below=below, most=MOST_ROWS + 1)
    if rows > MOST_ROWS:
        raise TooMuch("journal.too_many_rows")
    detail: dict[str, Detail] = {**asked.codes(), "rows": rows, "filter_sha256": asked.digest(), "format": what}
    record(Event.by(actor, JournalEvent.EXPORTED, Purpose.SECURITY, Surface.PAGE, detail=detail), now=now)
    if what == "csv":
        return csv_lines(asked, below=below)
    return queries.export_lines(Header(now, asked, rows), below=below)


def check_period(asked: Filter) -> None:
    """A fiche is short by itself; everything else is asked for by the month. Raises ``TooMuch``."""
    if asked.fiche:
        return
    if asked.days is None:
        raise TooMuch("journal.period_missing")
    if asked.days > LONGEST_DAYS:
        raise TooMuch("journal.period_too_long")


def csv_lines(asked: Filter, *, below: int) -> Iterator[str]:
    """The rows as a spreadsheet reads them, in the order of sealing; names are looked up a chunk at a time."""
    yield _BOM + _csv([CSV_HEADS])
    with queries.snapshot():
        rows = queries.asked_rows(asked, below=below)
        while chunk := list(islice(rows, _CHUNK)):
            yield _csv(csv_cells(chunk))


def csv_cells(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """The cells of ``CSV_HEADS``, none of which a spreadsheet would run."""
    accounts = {UUID(row.account) for row in rows if row.account}
    places = {UUID(place) for row in rows if (place := row.practice or row.organisation)}
    names = names_and_places(accounts, places)
    for row in rows:
        place = row.practice or row.organisation
        cells = (
            _moment(row.at),
            name_of(UUID(row.account) if row.account else None, names),
            row.account or "",
            label_of(Role, row.role),
            names.places.get(UUID(place), place) if place else "",
            kind_label(row.kind),
            row.kind,
            label_of(Purpose, row.purpose),
            label_of(Surface, row.surface),
            " ".join(map(format_number, row.fiches)),
            str(row.people),
            "" if row.detail == "{}" else json.dumps(json.loads(row.detail), ensure_ascii=False),
            str(row.id),
        )
        yield tuple(map(safe_cell, cells))


def _moment(at: int | None) -> str:
    return (_EPOCH + at * _MICROSECOND).astimezone(PARIS).strftime("%d/%m/%Y %H:%M:%S") if at is not None else ""


def _csv(rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue()
