"""The lines of the funds' file of security keys, read one by one; columns after the three are those of a rejects file
and are ignored."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contact_covid.accounts.rules.security_keys import NewKey
from contact_covid.core.errors import RuleError
from contact_covid.core.rules import nir
from contact_covid.core.rules.professional_ids import iban_last_four, parse_am_number


class LineDefect(StrEnum):
    """What the errors of the fields do not say."""

    COLUMNS = "key_line.columns"
    NO_HOLDER = "key_line.no_holder"


COLUMNS: Final = ("am_number", "nir", "iban_last4")
LONGEST_CELL = 40


@dataclass(frozen=True, slots=True, repr=False)
class Reject:
    """A line that is refused: its number in the file, the column at fault and the code of the reason."""

    line: int
    cells: tuple[str, ...]
    column: str
    reason: StrEnum


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A line with a key that is well formed."""

    line: int
    cells: tuple[str, ...]
    key: NewKey

    def without_holder(self) -> Reject:
        return Reject(self.line, self.cells, COLUMNS[0], LineDefect.NO_HOLDER)


def read(lines: Iterable[str]) -> Iterator[Line | Reject]:
    """Every line after the header (which is line 1), empty ones aside."""
    for number, text in enumerate(lines, start=2):
        if text.strip():
            yield _read(number, text)


def _read(number: int, text: str) -> Line | Reject:
    cells = tuple(cell.strip().strip('"').replace("\0", "") for cell in text.split(";")[: len(COLUMNS)])
    if len(cells) < len(COLUMNS) or max(map(len, cells)) > LONGEST_CELL:
        shown = tuple(cell[:LONGEST_CELL] for cell in (*cells, "", "", "")[: len(COLUMNS)])
        return Reject(number, shown, "", LineDefect.COLUMNS)
    column = COLUMNS[0]
    try:
        am_number = parse_am_number(cells[0])
        column = COLUMNS[1]
        who = nir.parse(cells[1])
        column = COLUMNS[2]
        iban_end = iban_last_four(cells[2])
    except RuleError as error:
        return Reject(number, cells, column, error.code)
    return Line(number, cells, NewKey(am_number, who, iban_end))
