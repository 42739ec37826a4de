"""At what moment what of a demo day is written: few batches, in an order in which everything can have happened.

The actions take one moment a batch, so what happened within a while is written together. The clock of a block never
goes back, so that nothing is written on a fiche before the fiche itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contact_covid.core.period import PARIS
from contact_covid.demo.rules.fiches import DemoCall, DemoDay, DemoIndex, DemoMasks, DemoTest

Event = DemoTest | DemoMasks | DemoIndex | DemoCall
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(IntEnum):
    """What is written together. Within a slot in this order: the test that made a contact a case comes first."""

    VISITS = 0
    REGISTRATIONS = 1
    CALLS = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one ``kind`` to be written at ``now``."""

    kind: Kind
    now: datetime
    events: tuple[Event, ...]


class _Placed(NamedTuple):
    slot: int
    kind: Kind
    moment: datetime
    event: Event


class Schedule:
    """Plans the days of an outbreak, in order. ``zones``: of each département; ``latest``: nothing happens later."""

    def __init__(self, *, zones: Mapping[str, ZoneInfo], slot: timedelta, latest: datetime) -> None:
        self._zones = zones
        self._slot = slot
        self._latest = latest
        self._departments: dict[int, str] = {}
        self._registered: dict[int, datetime] = {}
        self._block = -1
        self._clock = _BEGINNING

    def department_of(self, fiche: int) -> str:
        """Where the person of a fiche planned before lives."""
        return self._departments[fiche]

    def batches(self, day: DemoDay) -> Iterator[Batch]:
        """The batches of a day, in the order in which they are to be written."""
        if day.block != self._block:
            self._block, self._clock = day.block, _BEGINNING
        for index in day.index_cases:
            self._note(day.day, index)
        events: tuple[Event, ...] = (*day.tests, *day.masks, *day.index_cases, *day.calls)
        placed = sorted((self._place(day.day, event) for event in events), key=lambda each: each[:3])
        for (_, kind), together in groupby(placed, key=lambda each: each[:2]):
            yield self._batch(kind, list(together))

    def _batch(self, kind: Kind, together: list[_Placed]) -> Batch:
        self._clock = min(max(self._clock, together[-1].moment), self._latest)
        return Batch(kind, self._clock, tuple(each.event for each in together))

    def _note(self, day: date, index: DemoIndex) -> None:
        moment = self._local(day, index)
        self._departments[index.fiche] = index.person.department
        self._registered[index.fiche] = moment
        for contact in index.contacts:
            if contact.new:
                self._departments[contact.fiche] = contact.person.department
                self._registered[contact.fiche] = moment

    def _place(self, day: date, event: Event) -> _Placed:
        kind = _kind(event)
        moment = self._local(day, event)
        if kind != Kind.REGISTRATIONS:
            moment = max(moment, self._registered[event.fiche])
        return _Placed((moment - _EPOCH) // self._slot, kind, moment, event)

    def _local(self, day: date, event: Event) -> datetime:
        """The moment of an event; not before the day has begun in Paris, whose calendar is the service's."""
        moment = datetime.combine(day, event.at, tzinfo=self._zone(event))
        return max(moment, datetime.combine(day, time.min, tzinfo=PARIS)).astimezone(UTC)

    def _zone(self, event: Event) -> ZoneInfo:
        match event:
            case DemoIndex():
                return self._zones[event.registrar]
            case DemoTest():
                return self._zones[event.laboratory]
            case DemoMasks():
                return self._zones[event.pharmacy]
            case DemoCall():
                return self._zones[self._departments[event.fiche]]


def _kind(event: Event) -> Kind:
    match event:
        case DemoIndex():
            return Kind.REGISTRATIONS
        case DemoCall():
            return Kind.CALLS
        case _:
            return Kind.VISITS
