"""The list of an area, and who is on the line. Every identity shown is in the journal, one row a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import find_people, reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.people.rules.keys import KeyValue, birth_value, name_values, phone_value
from contact_covid.tracing.doubles_queries import survivors
from contact_covid.tracing.enums import State
from contact_covid.worklist.area_queries import AreaFilter, Cursor, SealedLine, counters, lines, lines_of
from contact_covid.worklist.delegation_queries import funds_called
from contact_covid.worklist.enums import Sort
from contact_covid.worklist.queries import MOST_COUNTED
from contact_covid.worklist.rules.ladder import CallError, CallErrorCode

ALL = AreaFilter()
_MOST_WORDS = 6


class Line(NamedTuple):
    """A fiche of the list with the person's identity as far as the role may see it."""

    fiche: SealedLine
    identity: Identity


@dataclass(frozen=True, slots=True)
class AreaPage:
    """``after``: where the next page begins, None on the last. ``count`` is of what the filter lets through;
    ``counters`` of each state. Numbers beyond 1,000 say 1,001: « plus de 1 000 »."""

    lines: Sequence[Line]
    after: Cursor | None
    count: int
    counters: Mapping[State, int]

    @property
    def many(self) -> bool:
        return self.count > MOST_COUNTED


def open_area(
    *,
    actor: Actor,
    now: datetime,
    chosen: AreaFilter = ALL,
    sort: Sort = Sort.URGENCY,
    after: Cursor | None = None,
    limit: int = 25,
) -> AreaPage:
    """A page of the fiches of the actor's fund, or of those delegated to her organisation. Three statements.

    Raises ``Denied``.
    """
    check(actor, Permission.CALL_CLAIM)
    found = lines(actor, chosen, sort, after, limit + 1, now)
    shown = found[:limit]
    beyond = shown[-1] if len(found) > limit else None
    counted = counters(actor, chosen, now)
    return AreaPage(
        lines=_opened(actor, shown, now),
        after=Cursor(beyond.at, beyond.sealed.fiche) if beyond else None,
        count=counted[chosen.state] if chosen.state else min(sum(counted.values()), MOST_COUNTED + 1),
        counters=counted,
    )


def find_caller(
    *, actor: Actor, now: datetime, phone: str = "", names: str = "", birth_date: date | None = None
) -> list[Line]:
    """Who may be on the line: fiches of the actor's fund, or of those delegated to her organisation, newest first, that
    carry the telephone (E.164), or every word of ``names`` and the birth date. 20 at most; counted and in the journal.

    Raises ``Denied``, ``CallError``, ``LookupsRefused``.
    """
    values = _wanted(phone, names, birth_date)
    found = find_people(actor=actor, values=values, areas=funds_called(actor, now), now=now)
    return _opened(actor, _leading(actor, lines_of(actor, found, now) if found else [], now), now)


def _leading(actor: Actor, found: list[SealedLine], now: datetime) -> list[SealedLine]:
    """A fiche that was merged gives way to the one that it was merged into."""
    cancelled = [line.sealed.fiche for line in found if line.state is State.CANCELLED]
    led = survivors(cancelled) if cancelled else {}
    if not led:
        return found
    return lines_of(actor, [led.get(line.sealed.fiche, line.sealed.fiche) for line in found], now)


def _wanted(phone: str, names: str, birth_date: date | None) -> list[KeyValue]:
    """The rarest first. Words of a name alone never find anybody."""
    words = name_values(names)[:_MOST_WORDS]
    by_name = [birth_value(birth_date), *words] if words and birth_date else []
    values = [phone_value(phone), *by_name] if phone else by_name
    if not values:
        raise CallError(CallErrorCode.CALLER_INCOMPLETE)
    return values


def _opened(actor: Actor, found: Sequence[SealedLine], now: datetime) -> list[Line]:
    identities = reveal(actor, [line.sealed for line in found], purpose=Purpose.TRACING, now=now)
    return [Line(line, identities[line.sealed.fiche]) for line in found]
