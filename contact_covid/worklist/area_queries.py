"""The list of an area: what of it, a page at a time, and whom an act on many is about. No identity is opened here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.core.diseases import followed
from contact_covid.core.rules.arrays import array
from contact_covid.people.actions import Sealed
from contact_covid.tracing.enums import Call, FicheKind, Spoken, State
from contact_covid.tracing.queries import Within, within
from contact_covid.tracing.rules.urgency import Factor, rules
from contact_covid.worklist.enums import Sort
from contact_covid.worklist.queries import ASSIGNABLE, MOST_COUNTED

MOST_ASSIGNED = 500
MOST_CHOSEN = 10_000


@dataclass(frozen=True, slots=True)
class AreaFilter:
    """What of the area to list; None: any. ``late``: never called, and past the deadline; ``agent``, ``team``: given to
    that agent, or to one of that team; ``delegated``: called by that organisation."""

    state: State | None = None
    department: str | None = None
    kind: FicheKind | None = None
    disease: str | None = None
    language: Spoken | None = None
    factor: Factor | None = None
    late: bool = False
    agent: UUID | None = None
    team: UUID | None = None
    delegated: UUID | None = None


class Cursor(NamedTuple):
    """Where a page ended: the value sorted by, and the fiche."""

    at: datetime
    fiche: UUID


class SealedLine(NamedTuple):
    """A line of the list, its identity still sealed. ``at``: what the list is sorted by."""

    sealed: Sealed
    kind: FicheKind
    state: State
    at: datetime
    call: Call
    department: str
    callable_from: datetime | None
    attempts: int
    held_by: UUID | None
    held_since: datetime | None
    edited: bool
    assigned_to: UUID | None
    delegated_to: UUID | None


# Limits are written, not passed: with one it does not know, the planner would read and sort a whole area.
_LINE = """
SELECT tracing_fiche.id, tracing_fiche.number, identity.value, tracing_fiche.kind, tracing_fiche.state,
    tracing_fiche.{sorted}, tracing_fiche.call, tracing_fiche.department, tracing_fiche.callable_from,
    tracing_fiche.attempts, lease.account, coalesce(lease.editing_since, lease.taken_at),
    lease.editing_since IS NOT NULL, assignment.account,
    CASE WHEN tracing_fiche.delegated_until > %s THEN tracing_fiche.delegated_to END
FROM tracing_fiche
JOIN people_sealed_identity identity ON identity.fiche = tracing_fiche.id
LEFT JOIN worklist_lease lease
    ON lease.fiche_id = tracing_fiche.id AND lease.ended_at IS NULL AND lease.expires_at > %s
LEFT JOIN worklist_assignment assignment ON assignment.fiche_id = tracing_fiche.id AND assignment.until > %s
WHERE {where}
ORDER BY tracing_fiche.{sorted} {order}, tracing_fiche.id {order}
LIMIT {limit}
"""
_COUNTERS = """
SELECT state, (SELECT count(*) FROM (SELECT 1 FROM tracing_fiche WHERE {where} AND tracing_fiche.state = wanted.state
    LIMIT {limit}) AS capped)
FROM unnest(%s::text[]) AS wanted (state)
"""
_HOLDS = "%s = ANY(string_to_array(tracing_fiche.factors, ' '))"
# The deadline is what she is sorted by, without the minutes that her factors put her before it.
_LATE = """tracing_fiche.closure = 'open' AND tracing_fiche.call = 'to_call' AND tracing_fiche.attempts = 0
    AND tracing_fiche.told_at IS NULL AND tracing_fiche.callable_from IS NOT NULL
    AND tracing_fiche.urgent_at < %s AND tracing_fiche.urgent_at + (
        SELECT coalesce(sum(minutes), 0)
        FROM unnest(%s::text[], %s::text[], %s::int[]) AS worth (disease, code, minutes)
        WHERE worth.disease = tracing_fiche.disease
            AND code = ANY(string_to_array(tracing_fiche.factors, ' '))) * interval '1 minute' < %s"""
# Arrays are read once, and whom they name is looked up; a subquery would be asked anew of each fiche of the area.
_GIVEN_TO = """tracing_fiche.id = ANY(ARRAY(
    SELECT fiche_id FROM worklist_assignment given WHERE given.until > %s AND given.account = %s))"""
_GIVEN_TO_TEAM = """tracing_fiche.id = ANY(ARRAY(
    SELECT fiche_id FROM worklist_assignment given
    JOIN worklist_team_member member ON member.account = given.account AND member.organisation = given.organisation
    WHERE given.until > %s AND member.team_id = %s))"""
_CALLED_BY = "tracing_fiche.delegated_to = %s AND tracing_fiche.delegated_until > %s"
_COLUMN: Mapping[Sort, tuple[str, str, str]] = {
    Sort.URGENCY: ("urgent_at", ">", "ASC"),
    Sort.CREATION: ("created_at", "<", "DESC"),
    Sort.STATE: ("state_at", "<", "DESC"),
}


def lines(
    actor: Actor, chosen: AreaFilter, sort: Sort, after: Cursor | None, limit: int, now: datetime
) -> list[SealedLine]:
    """Fiches of the actor's area, or of those delegated to her organisation, from behind ``after`` on.

    Raises ``Denied``.
    """
    where = _where(actor, chosen, now)
    column, beyond, order = _COLUMN[sort]
    sql, params = where.sql, [now, now, now, *where.params]
    if after:
        sql += f" AND (tracing_fiche.{column}, tracing_fiche.id) {beyond} (%s, %s)"
        params += after
    return _lines(_LINE.format(where=sql, sorted=column, order=order, limit=limit), params)


def lines_of(actor: Actor, fiches: Sequence[UUID], now: datetime) -> list[SealedLine]:
    """Those fiches as far as they are in the actor's area, newest first. Raises ``Denied``."""
    condition = within(actor, Permission.CALL_CLAIM, now)
    where = f"{condition.sql} AND tracing_fiche.id = ANY(%s::uuid[])"
    sql = _LINE.format(where=where, sorted="created_at", order="DESC", limit="ALL")
    return _lines(sql, [now, now, now, *condition.params, array(fiches)])


def assignable(
    actor: Actor, now: datetime, *, chosen: AreaFilter | None = None, fiches: Sequence[UUID] = ()
) -> list[UUID]:
    """Those of the actor's fund who can be given to an agent: among ``fiches``, or whom ``chosen`` lets through. The
    most urgent first, 500 at most. One statement. Raises ``Denied``."""
    where = _where(actor, chosen or AreaFilter(), now, Permission.CALL_ASSIGN)
    sql, params = f"{where.sql} AND {ASSIGNABLE}", [*where.params, now]
    if chosen is None:
        sql, params = f"{sql} AND tracing_fiche.id = ANY(%s::uuid[])", [*params, array(fiches)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM tracing_fiche WHERE {sql} ORDER BY urgent_at, id LIMIT {MOST_ASSIGNED}", params)
        return [id_ for (id_,) in cursor.fetchall()]


def chosen_fiches(
    actor: Actor, permission: Permission, now: datetime, *, chosen: AreaFilter | None, fiches: Sequence[UUID]
) -> list[UUID]:
    """Those of the actor's fund among ``fiches``, or whom ``chosen`` lets through: 10,000 at most, the most urgent
    first. One statement. Raises ``Denied``."""
    where = _where(actor, chosen or AreaFilter(), now, permission)
    sql, params = where.sql, [*where.params]
    if chosen is None:
        sql, params = f"{sql} AND tracing_fiche.id = ANY(%s::uuid[])", [*params, array(fiches)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM tracing_fiche WHERE {sql} ORDER BY urgent_at, id LIMIT {MOST_CHOSEN}", params)
        return [id_ for (id_,) in cursor.fetchall()]


def count_chosen(actor: Actor, chosen: AreaFilter, now: datetime) -> int:
    """How many of the actor's fund an act on many would choose; ``MOST_CHOSEN`` + 1 for more. One statement. Raises
    ``Denied``."""
    where = _where(actor, chosen, now, Permission.CALL_SUPERVISE)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM tracing_fiche WHERE {where.sql} LIMIT {MOST_CHOSEN + 1}) AS capped"
    with connection.cursor() as cursor:
        cursor.execute(sql, where.params)
        counted: int = cursor.fetchone()[0]
    return counted


def counters(actor: Actor, chosen: AreaFilter, now: datetime) -> dict[State, int]:
    """How many fiches of each state the filter lets through, whichever state it names; 1,001 for more than a thousand.

    Raises ``Denied``.
    """
    where = _where(actor, replace(chosen, state=None), now)
    with connection.cursor() as cursor:
        sql = _COUNTERS.format(where=where.sql, limit=MOST_COUNTED + 1)
        cursor.execute(sql, [*where.params, State.values])
        return {State(state): found for state, found in cursor.fetchall()}


def _where(actor: Actor, chosen: AreaFilter, now: datetime, permission: Permission = Permission.CALL_CLAIM) -> Within:
    """Conditions on ``tracing_fiche`` alone: nothing is joined that the filter does not ask for."""
    condition = within(actor, permission, now)
    asked: dict[str, tuple[Any, ...] | None] = {
        f"tracing_fiche.{name} = %s": (value,) if (value := getattr(chosen, name)) is not None else None
        for name in ("state", "department", "kind", "disease", "language")
    }
    asked |= {
        _HOLDS: (chosen.factor,) if chosen.factor else None,
        _LATE: (now, *_worth(), now) if chosen.late else None,
        _GIVEN_TO: (now, chosen.agent) if chosen.agent else None,
        _GIVEN_TO_TEAM: (now, chosen.team) if chosen.team else None,
        _CALLED_BY: (chosen.delegated, now) if chosen.delegated else None,
    }
    wanted = {sql: params for sql, params in asked.items() if params is not None}
    return Within(" AND ".join([condition.sql, *wanted]), sum(wanted.values(), condition.params))


def _worth() -> tuple[str, str, str]:
    """Diseases, their factors, and the minutes by which each of these puts a person before her deadline."""
    worth = [
        (each.code, factor, bonus.minutes) for each in followed() for factor, bonus in rules(each.code).bonuses.items()
    ]
    return array(code for code, _, _ in worth), array(each for _, each, _ in worth), array(each for *_, each in worth)


def _lines(sql: str, params: list[Any]) -> list[SealedLine]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [_line(*row) for row in cursor.fetchall()]


def _line(id_: UUID, number: str, value: bytes, *row: Any) -> SealedLine:
    kind, state, at, call, *others = row
    return SealedLine(Sealed(id_, number, bytes(value)), FicheKind(kind), State(state), at, Call(call), *others)
