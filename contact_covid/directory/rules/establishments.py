"""Rows of the FINESS extract « etalab-cs1100502-stock »: one establishment each, 32 values by position.

Categories of the national nomenclature of establishments (DREES): pharmacies and laboratories by their own code,
hospitals by the aggregate they belong to (11xx, establishments under the hospital law).
"""

from collections.abc import Callable
from typing import NamedTuple

from contact_covid.core.rules.professional_ids import parse_finess
from contact_covid.core.rules.text import clean_line
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.rules.activities import postcode_in, without_postcode
from contact_covid.directory.rules.extract_files import FileProblem, UnreadableFile
from contact_covid.directory.rules.extracts import BadLine, LeftOut, LineProblem, Values, checked, shortened

_WIDTH, _ROW = 32, "structureet"
_FINESS, _SHORT_NAME, _LONG_NAME, _STREET, _LAST_LINE = 1, 3, 4, slice(7, 11), 15
_CATEGORY, _AGGREGATE = 18, 20
_PHARMACIES = frozenset(("620", "628", "629"))
_LABORATORIES = frozenset(("610", "611", "612"))
_HOSPITALS = "11"
_LONGEST_PLACE, _LONGEST_TEXT = 60, 120


class Establishment(NamedTuple):
    finess: str
    kind: OrganisationKind
    name: str
    street: str
    postcode: str
    commune: str


class Establishments:
    separator = ";"
    members = "*cs1100502*"

    def width(self, head: Values) -> int:  # noqa: ARG002 - its first line is metadata, shorter than the rows
        return _WIDTH

    def reader(self, head: Values) -> Callable[[Values], Establishment | LeftOut]:
        if [value.strip().lower() for value in head[:2]] != ["finess", "etalab"]:
            raise UnreadableFile(FileProblem.HEADER)
        return _establishment


def _establishment(values: Values) -> Establishment | LeftOut:
    kind = _kind(values[_CATEGORY].strip(), values[_AGGREGATE].strip())
    if kind is None or values[0] != _ROW:
        return LeftOut.CATEGORY
    name = shortened(values[_LONG_NAME].strip() or values[_SHORT_NAME], _LONGEST_TEXT)
    if not name:
        raise BadLine(LineProblem.NAME)
    last_line = clean_line(values[_LAST_LINE])
    return Establishment(
        finess=checked(parse_finess, values[_FINESS], LineProblem.PLACE),
        kind=kind,
        name=name,
        street=shortened(" ".join(values[_STREET]), _LONGEST_TEXT),
        postcode=postcode_in(last_line),
        commune=shortened(without_postcode(last_line), _LONGEST_PLACE),
    )


def _kind(category: str, aggregate: str) -> OrganisationKind | None:
    if category in _PHARMACIES:
        return OrganisationKind.PHARMACY
    if category in _LABORATORIES:
        return OrganisationKind.LABORATORY
    return OrganisationKind.HOSPITAL if aggregate.startswith(_HOSPITALS) else None
