"""Lines of the two tables of numbers: ADELI ↔ RPPS, and the AM numbers that the funds give."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from contact_covid.core.rules.professional_ids import (
    ProfessionalIdError,
    ProfessionalIdErrorCode,
    parse_am_number,
    parse_finess,
    parse_rpps,
)
from contact_covid.directory.enums import Convention
from contact_covid.directory.rules.extracts import BadLine, LineProblem, Values, checked, columns

_ADELI = re.compile(r"[0-9][0-9AB][0-9]{7}")
_FUND = re.compile(r"[0-9]{3}")
_POSTCODE = re.compile(r"[0-9]{5}|")
_YES, _NO = "oui", "non"


def parse_published_adeli(text: str) -> str:
    """An ADELI number as the directories print it: their own tables hold numbers whose last digit is no Luhn key.

    Raises ``ProfessionalIdError``.
    """
    number = text.strip().upper()
    if not _ADELI.fullmatch(number):
        raise ProfessionalIdError(ProfessionalIdErrorCode.ADELI)
    return number


class Pair(NamedTuple):
    adeli: str
    rpps: str


class Pairs:
    """« N° ADELI;N° RPPS »."""

    separator = ";"
    members = "*adeli*"

    def width(self, head: Values) -> int:
        return len(head)

    def reader(self, head: Values) -> Callable[[Values], Pair]:
        at = columns(head, ("N ADELI", "N RPPS"), ())

        def read(values: Values) -> Pair:
            return Pair(
                adeli=checked(parse_published_adeli, values[at["N ADELI"]], LineProblem.IDENTIFIER),
                rpps=checked(parse_rpps, values[at["N RPPS"]], LineProblem.IDENTIFIER),
            )

        return read


class AmNumber(NamedTuple):
    """The AM number of a professional's place: the one at ``finess``, else with ``postcode``, else her only one."""

    rpps: str
    number: str
    finess: str
    postcode: str
    fund: str
    convention: Convention
    radiology: bool


class AmNumbers:
    """``rpps;am_number;finess;postcode;fund;convention;radiology``, in any order; finess and postcode may be absent."""

    separator = ";"
    members = "*am*"

    def width(self, head: Values) -> int:
        return len(head)

    def reader(self, head: Values) -> Callable[[Values], AmNumber]:
        at = columns(head, ("RPPS", "AM NUMBER", "FUND", "CONVENTION", "RADIOLOGY"), ("FINESS", "POSTCODE"))

        def read(values: Values) -> AmNumber:
            return _am_number({key: values[place].strip() for key, place in at.items()})

        return read


class Placed(NamedTuple):
    """What a line of AM numbers, good in itself, says of the place it means."""

    line: int
    rpps: str
    practice: UUID
    number: str
    fund: str
    convention: str
    radiology: bool


class SaidAgain(NamedTuple):
    """Numbers of lines: ``alike`` repeat what a line above says, ``otherwise`` contradict one."""

    alike: list[int]
    otherwise: list[int]


def said_again(lines: Iterable[Placed]) -> SaidAgain:
    """Of lines in the order of their file, those whose place, or number of the same professional, a line above has.

    A line that contradicts takes nothing from those below.
    """
    of_place: dict[UUID, Placed] = {}
    numbers: set[tuple[str, str]] = set()
    again = SaidAgain([], [])
    for one in lines:
        first = of_place.get(one.practice)
        if first is None and (one.rpps, one.number) not in numbers:
            of_place[one.practice] = one
            numbers.add((one.rpps, one.number))
        elif first is not None and first[1:] == one[1:]:
            again.alike.append(one.line)
        else:
            again.otherwise.append(one.line)
    return again


def _am_number(said: dict[str, str]) -> AmNumber:
    finess, postcode, radiology = said.get("FINESS", ""), said.get("POSTCODE", ""), said["RADIOLOGY"].lower()
    _require(_FUND.fullmatch(said["FUND"]), LineProblem.FUND)
    _require(said["CONVENTION"] in Convention.values, LineProblem.CONVENTION)
    _require(radiology in (_YES, _NO), LineProblem.RADIOLOGY)
    _require(_POSTCODE.fullmatch(postcode), LineProblem.POSTCODE)
    return AmNumber(
        rpps=checked(parse_rpps, said["RPPS"], LineProblem.IDENTIFIER),
        number=checked(parse_am_number, said["AM NUMBER"], LineProblem.AM_NUMBER),
        finess=finess and checked(parse_finess, finess, LineProblem.PLACE),
        postcode=postcode,
        fund=said["FUND"],
        convention=Convention(said["CONVENTION"]),
        radiology=radiology == _YES,
    )


def _require(holds: object, problem: LineProblem) -> None:
    if not holds:
        raise BadLine(problem)
