"""What the extracts of the national directories have in common: how a line becomes values, and what may become of it.

Every line ends in one of three ways: loaded, left out for a reason (nothing is wrong with it, the service has no use
for it) or refused for a problem. Refused lines are written down behind two columns, « Ligne » and « Motif », under the
first line of their file: corrected in place, that file is an extract again, by which nothing ends
(``Extract.corrects``).
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Generic, NamedTuple, Protocol, TypeVar

from contact_covid.core.errors import RuleError
from contact_covid.core.rules.text import clean_line, fold
from contact_covid.directory.rules.extract_files import FileProblem, Line, UnreadableFile

REFUSED_COLUMNS = ("Ligne", "Motif")
_FOLDED_REFUSED = [fold(name) for name in REFUSED_COLUMNS]
_REPLACEMENT = "\ufffd"
# Words that come and go in the labels from one publication to the next.
_IDLE_WORDS = frozenset(("COORD", "STRUCTURE", "PP", "D", "DE", "DES", "DU", "L", "LA", "LE", "EN"))


class LeftOut(StrEnum):
    """Why the service has no use for a line."""

    BLANK = "blank"
    REPEATED_HEADER = "repeated_header"
    PROFESSION = "profession"
    SECTION = "section"
    NO_PLACE = "no_place"
    CATEGORY = "category"

    @property
    def label(self) -> str:
        return _LEFT_OUT_LABELS[self]


_LEFT_OUT_LABELS = {
    LeftOut.BLANK: "lignes vides",
    LeftOut.REPEATED_HEADER: "en-têtes répétés",
    LeftOut.PROFESSION: "professions sans usage du service",
    LeftOut.SECTION: "pharmaciens hors des soins (industrie, distribution)",
    LeftOut.NO_PLACE: "sans lieu d’exercice",
    LeftOut.CATEGORY: "établissements sans usage du service",
}


class LineProblem(StrEnum):
    """Why a line is refused; the label is what the file of refused lines says."""

    TOO_LONG = "too_long"
    SHORT = "short"
    LONG = "long"
    ENCODING = "encoding"
    IDENTIFIER = "identifier"
    NAME = "name"
    NAME_TOO_LONG = "name_too_long"
    PLACE = "place"
    PLACE_TOO_LONG = "place_too_long"
    AM_NUMBER = "am_number"
    FUND = "fund"
    UNKNOWN_FUND = "unknown_fund"
    CONVENTION = "convention"
    RADIOLOGY = "radiology"
    POSTCODE = "postcode"
    NO_PROFESSIONAL = "no_professional"
    NO_PRACTICE = "no_practice"
    SEVERAL_PRACTICES = "several_practices"
    REPEATED = "repeated"

    @property
    def label(self) -> str:
        return _PROBLEM_LABELS[self]


_PROBLEM_LABELS = {
    LineProblem.TOO_LONG: "ligne trop longue pour être lue : reprenez-la de la source",
    LineProblem.SHORT: "il manque des colonnes",
    LineProblem.LONG: "il y a trop de colonnes : un séparateur figure dans une valeur",
    LineProblem.ENCODING: "caractères illisibles",
    LineProblem.IDENTIFIER: "numéro RPPS ou ADELI invalide",
    LineProblem.NAME: "nom manquant",
    LineProblem.NAME_TOO_LONG: "nom ou prénom de plus de 60 caractères",
    LineProblem.PLACE: "numéro FINESS invalide",
    LineProblem.PLACE_TOO_LONG: "identifiant du lieu de plus de 40 caractères",
    LineProblem.AM_NUMBER: "numéro d’Assurance Maladie : 8 à 11 chiffres attendus",
    LineProblem.FUND: "caisse : 3 chiffres attendus",
    LineProblem.UNKNOWN_FUND: "aucune caisse n’a ce code",
    LineProblem.CONVENTION: "situation conventionnelle : none, sector_1, sector_2 ou out attendu",
    LineProblem.RADIOLOGY: "radiologie : oui ou non attendu",
    LineProblem.POSTCODE: "code postal : 5 chiffres attendus",
    LineProblem.NO_PROFESSIONAL: "professionnel absent de l’annuaire : chargez l’Annuaire Santé d’abord",
    LineProblem.NO_PRACTICE: "ce professionnel n’a pas de lieu à cet endroit",
    LineProblem.SEVERAL_PRACTICES: "plusieurs lieux possibles : précisez finess ou postcode",
    LineProblem.REPEATED: "ce lieu ou ce numéro figure déjà plus haut avec une autre valeur",
}


class Refused(NamedTuple):
    """A line to correct: its number, its text as read, what is wrong with it."""

    number: int
    text: str
    problem: LineProblem


Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
Values = Sequence[str]


class BadLine(Exception):
    """A line to refuse."""

    def __init__(self, problem: LineProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class Format(Protocol[Row_co]):
    """One published file: how its lines are cut and what one says."""

    separator: str
    members: str
    """Pattern of its name in an archive."""

    def reader(self, head: Values) -> Callable[[Values], Row_co | LeftOut]:
        """Reads the lines under this first line, raising ``BadLine``.

        Raises ``UnreadableFile`` when it is another file's.
        """

    def width(self, head: Values) -> int:
        """How many values each line has: one more or less, and they may have slipped into each other's columns."""


@dataclass(slots=True)
class Extract(Generic[Row]):
    """A file being read. ``corrects``: it holds corrected lines only, so what it lacks has not vanished.

    ``left_out`` counts while ``rows`` runs.
    """

    head: str
    corrects: bool
    rows: Iterator[tuple[Line, Row] | Refused]
    left_out: dict[LeftOut, int] = field(default_factory=dict)


def extract(lines: Iterator[Line], form: Format[Row]) -> Extract[Row]:
    """The extract these lines are. Raises ``UnreadableFile``."""
    first = next((line for line in lines if line.text is None or line.text.strip()), None)
    if first is None:
        raise UnreadableFile(FileProblem.EMPTY)
    if first.text is None:
        raise UnreadableFile(FileProblem.HEADER)
    names = split(first.text, form.separator)
    corrects = [fold(name) for name in names[: len(REFUSED_COLUMNS)]] == _FOLDED_REFUSED
    found: Extract[Row] = Extract(
        head=_uncovered(first.text, form.separator) if corrects else first.text, corrects=corrects, rows=iter(())
    )
    names = split(found.head, form.separator)
    found.rows = _rows(lines, form, found, form.reader(names), form.width(names))
    return found


def _rows(
    lines: Iterator[Line], form: Format[Row], found: Extract[Row], read: Callable[[Values], Row | LeftOut], width: int
) -> Iterator[tuple[Line, Row] | Refused]:
    for line in lines:
        text = line.text
        if text is not None and found.corrects:
            text = _uncovered(text, form.separator)
        try:
            said = _needless(text, found.head) or read(_values(text, form.separator, width))
        except BadLine as bad:
            yield Refused(line.number, text or "", bad.problem)
            continue
        if isinstance(said, LeftOut):
            found.left_out[said] = found.left_out.get(said, 0) + 1
        else:
            yield Line(line.number, text), said


def _needless(text: str | None, head: str) -> LeftOut | None:
    if text == head:
        return LeftOut.REPEATED_HEADER
    return LeftOut.BLANK if text is not None and not text.strip() else None


def _values(text: str | None, separator: str, width: int) -> list[str]:
    """The values of a line, one for each column. Raises ``BadLine``."""
    if text is None:
        raise BadLine(LineProblem.TOO_LONG)
    if _REPLACEMENT in text or "\0" in text:
        raise BadLine(LineProblem.ENCODING)
    values = split(text, separator)
    if len(values) != width:
        raise BadLine(LineProblem.SHORT if len(values) < width else LineProblem.LONG)
    return values


def checked(parse: Callable[[str], str], text: str, problem: LineProblem) -> str:
    """What ``parse`` makes of a value. Raises ``BadLine`` where it raises ``RuleError``."""
    try:
        return parse(text)
    except RuleError:
        raise BadLine(problem) from None


def split(text: str, separator: str) -> list[str]:
    """The values of one line, and of one only: a quote that is never closed does not swallow the lines below.

    The directory of professionals (« | ») quotes nothing.
    """
    if separator == "|" or '"' not in text:
        return text.split(separator)
    return next(csv.reader((text,), delimiter=separator))


def joined(values: Sequence[str], separator: str) -> str:
    """A line of these values, quoted where it must be."""
    if separator == "|":
        return separator.join(values)
    quoted = ('"' + value.replace('"', '""') + '"' if separator in value or '"' in value else value for value in values)
    return separator.join(quoted)


def _uncovered(text: str, separator: str) -> str:
    """A line of the file of refused lines without what was put before it, otherwise as it is."""
    values = split(text, separator)
    skip = len(REFUSED_COLUMNS)
    quoted = any(separator in value or '"' in value for value in values[:skip])
    return joined(values[skip:], separator) if quoted else "".join(text.split(separator, skip)[skip:])


def label_key(label: str) -> str:
    """What a column label keeps from one publication to the next.

    >>> label_key("Code postal (coord. structure)"), label_key("Identifiant technique de la structure")
    ('CODE POSTAL', 'IDENTIFIANT TECHNIQUE')
    """
    return " ".join(word for word in fold(label).split() if word not in _IDLE_WORDS)


def columns(head: Values, needed: Sequence[str], others: Sequence[str]) -> dict[str, int]:
    """Where each column stands, by ``label_key``; an absent one of ``others`` is left out.

    Raises ``UnreadableFile`` when a needed one is absent or one stands twice.
    """
    keys = [label_key(label) for label in head]
    wanted = set(chain(needed, others))
    found = {key: place for place, key in enumerate(keys) if key in wanted}
    if any(key not in found for key in needed) or sum(key in wanted for key in keys) != len(found):
        raise UnreadableFile(FileProblem.HEADER)
    return found


def shortened(text: str, most: int) -> str:
    """One clean line of at most ``most`` characters; what is cut off shows."""
    line = clean_line(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
