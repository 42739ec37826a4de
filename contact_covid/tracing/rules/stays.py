"""Places, gatherings and journeys of the look-back: what is said of one, and what makes two of them the same place."""

from datetime import date
from enum import StrEnum

import msgspec

from contact_covid.core.errors import RuleError
from contact_covid.core.rules.text import fold
from contact_covid.tracing.enums import Circumstance, StayKind
from contact_covid.tracing.rules.episodes import OLDEST_DAY

_MET_THERE = {StayKind.SCHOOL: Circumstance.CLASS, StayKind.CARE: Circumstance.CARE}


class StayErrorCode(StrEnum):
    REVERSED = "stay.reversed"
    IN_FUTURE = "stay.in_future"
    TOO_OLD = "stay.too_old"
    BEFORE_WINDOW = "stay.before_window"


class StayError(RuleError):
    """An answer that cannot be true, or does not matter; ``field`` is the name of that answer."""

    def __init__(self, code: StayErrorCode, field: str) -> None:
        super().__init__(code)
        self.field = field


class StayDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of a place: empty text means « non connu ». ``name``: of the school, employer, event, flight.

    ``group``: class, ward, team. ``role``: what the person did there. ``others``: who else was there, in her words.
    ``country``: its French name, empty in France.
    """

    name: str
    group: str = ""
    street: str = ""
    postcode: str = ""
    commune: str = ""
    country: str = ""
    role: str = ""
    others: str = ""


class NamedStay(msgspec.Struct, frozen=True):
    """A stay as the patient zéro names it. ``department``: of the place, empty when it is not known."""

    kind: StayKind
    since: date
    until: date
    department: str
    details: StayDetails


def check_stay(stay: NamedStay, *, window_start: date, today: date) -> None:
    """Whether the stay can be true and reaches into the days on which she may have infected others.

    Raises ``StayError``.
    """
    if stay.until < stay.since:
        raise StayError(StayErrorCode.REVERSED, "until")
    if stay.until > today:
        raise StayError(StayErrorCode.IN_FUTURE, "until" if stay.since <= today else "since")
    if stay.since < today - OLDEST_DAY:
        raise StayError(StayErrorCode.TOO_OLD, "since")
    if stay.until < window_start:
        raise StayError(StayErrorCode.BEFORE_WINDOW, "until")


def circumstance_at(kind: StayKind) -> Circumstance:
    """How those who were there too have most likely met her."""
    return _MET_THERE.get(kind, Circumstance.CLOSED_SPACE)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(StayDetails)


def to_bytes(details: StayDetails) -> bytes:
    return _encoder.encode(details)


def from_bytes(plain: bytes) -> StayDetails:
    return _decoder.decode(plain)


def place_values(details: StayDetails) -> list[str]:
    """The texts that are equal for two stays at one place: of the place, then of the group in it when there is one.

    A name alone does not make a place: Saint-Denis has four communes, and every town a Jules-Ferry school.
    """
    where = details.postcode or fold(details.commune) or fold(details.country)
    if not details.name or not where:
        return []
    place = f"{fold(details.name)}|{where}"
    return [place, f"{place}|{fold(details.group)}"] if details.group else [place]
