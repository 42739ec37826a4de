"""Reading leases, calls, and what an agent sees of a person. Nothing here opens an identity: the actions do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.people.actions import Sealed
from contact_covid.tracing.enums import Call, Consent, FicheKind, State
from contact_covid.tracing.queries import Within, within
from contact_covid.worklist.enums import LeaseEnd, Outcome, Sort
from contact_covid.worklist.models import Attempt, Lease
from contact_covid.worklist.rules.ladder import Made

MOST_COUNTED = 1_000


class LeaseNotFound(Exception):
    """No such lease of this account: nobody is told whether it is another's."""


class LeaseEnded(Exception):
    """The call of this lease was recorded, or its fiche given back."""


class Takeover(NamedTuple):
    """Who took a fiche, and when, after a lease on it had expired."""

    by: UUID
    at: datetime


class LeaseTakenOver(Exception):
    """The lease had expired and somebody else holds, or has called, the person."""

    def __init__(self, taken: Takeover) -> None:
        super().__init__("taken over")
        self.by = taken.by
        self.at = taken.at


def lease_of(actor: Actor, lease: UUID) -> Lease:
    """A lease of this account, ended or not, with its fiche. Raises ``LeaseNotFound``."""
    found = Lease.objects.select_related("fiche").filter(id=lease, account=actor.author.account).first()
    if found is None:
        raise LeaseNotFound
    return found


def takeover(lease: Lease) -> Takeover | None:
    """Who took the fiche after this lease, None when nobody else did before it ended."""
    if lease.ended not in (LeaseEnd.TAKEN, LeaseEnd.RELEASED):
        return None
    later = Lease.objects.filter(fiche=lease.fiche_id, taken_at__gte=lease.ended_at).exclude(id=lease.id)
    after = later.exclude(account=lease.account).order_by("taken_at", "id").first()
    return Takeover(after.account, after.taken_at) if after else None


def calls_before(fiche: UUID) -> list[Made]:
    """The calls that counted, oldest first."""
    made = Attempt.objects.filter(fiche=fiche, second=False).order_by("at", "id").values_list("outcome", "at")
    return [Made(Outcome(outcome), at) for outcome, at in made]


@dataclass(frozen=True, slots=True)
class AreaFilter:
    """What of the area to list; None: any."""

    state: State | None = None
    department: str | None = None
    kind: FicheKind | None = None


class Cursor(NamedTuple):
    """Where a page ended: the value sorted by, and the fiche."""

    at: datetime
    fiche: UUID


class SealedLine(NamedTuple):
    """A line of the list, its identity still sealed."""

    sealed: Sealed
    kind: FicheKind
    state: State
    state_at: datetime
    call: Call
    department: str
    created_at: datetime
    urgent_at: datetime
    callable_from: datetime | None
    attempts: int
    consent: Consent
    doubtful: bool
    held_by: UUID | None
    held_until: datetime | None


_LINE = """
SELECT tracing_fiche.id, tracing_fiche.number, identity.value, tracing_fiche.kind, tracing_fiche.state,
    tracing_fiche.state_at, tracing_fiche.call, tracing_fiche.department, tracing_fiche.created_at,
    tracing_fiche.urgent_at, tracing_fiche.callable_from, tracing_fiche.attempts, tracing_fiche.consent,
    tracing_fiche.doubtful, lease.account, lease.expires_at
FROM tracing_fiche
JOIN people_sealed_identity identity ON identity.fiche = tracing_fiche.id
LEFT JOIN worklist_lease lease
    ON lease.fiche_id = tracing_fiche.id AND lease.ended_at IS NULL AND lease.expires_at > %s
WHERE {where}
ORDER BY {order}
LIMIT %s
"""
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM tracing_fiche WHERE {where} LIMIT %s) AS capped"
_COUNTERS = """
SELECT state, (SELECT count(*) FROM (SELECT 1 FROM tracing_fiche WHERE {where} AND tracing_fiche.state = wanted.state
    LIMIT %s) AS capped)
FROM unnest(%s::text[]) AS wanted (state)
"""
_COLUMN: Mapping[Sort, tuple[str, str, str]] = {
    Sort.URGENCY: ("urgent_at", ">", "ASC"),
    Sort.CREATION: ("created_at", "<", "DESC"),
    Sort.STATE: ("state_at", "<", "DESC"),
}


def lines(
    actor: Actor, chosen: AreaFilter, sort: Sort, after: Cursor | None, limit: int, now: datetime
) -> list[SealedLine]:
    """Fiches of the actor's area from behind ``after`` on. Raises ``Denied``."""
    where = _where(actor, chosen, now)
    column, beyond, order = _COLUMN[sort]
    sql, params = where.sql, [now, *where.params]
    if after:
        sql += f" AND (tracing_fiche.{column}, tracing_fiche.id) {beyond} (%s, %s)"
        params += after
    by = f"tracing_fiche.{column} {order}, tracing_fiche.id {order}"
    return _lines(_LINE.format(where=sql, order=by), [*params, limit])


def lines_of(actor: Actor, fiches: Sequence[UUID], now: datetime) -> list[SealedLine]:
    """Those fiches as far as they are in the actor's area, newest first. Raises ``Denied``."""
    condition = within(actor, Permission.CALL_CLAIM, now)
    sql = _LINE.format(
        where=f"{condition.sql} AND tracing_fiche.id = ANY(%s)", order="tracing_fiche.created_at DESC, tracing_fiche.id"
    )
    return _lines(sql, [now, *condition.params, list(fiches), len(fiches)])


def count(actor: Actor, chosen: AreaFilter, now: datetime) -> int:
    """How many fiches the filter lets through, 1,001 for more than a thousand. Raises ``Denied``."""
    where = _where(actor, chosen, now)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(where=where.sql), [*where.params, MOST_COUNTED + 1])
        return int(cursor.fetchone()[0])


def counters(actor: Actor, chosen: AreaFilter, now: datetime) -> dict[State, int]:
    """The same for each state, whichever the filter names. Raises ``Denied``."""
    where = _where(actor, AreaFilter(None, chosen.department, chosen.kind), now)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTERS.format(where=where.sql), [*where.params, MOST_COUNTED + 1, State.values])
        return {State(state): found for state, found in cursor.fetchall()}


def _where(actor: Actor, chosen: AreaFilter, now: datetime) -> Within:
    condition = within(actor, Permission.CALL_CLAIM, now)
    given = {"state": chosen.state, "department": chosen.department, "kind": chosen.kind}
    wanted = {name: value for name, value in given.items() if value is not None}
    sql = " AND ".join([condition.sql, *(f"tracing_fiche.{name} = %s" for name in wanted)])
    return Within(sql, (*condition.params, *wanted.values()))


def _lines(sql: str, params: list[Any]) -> list[SealedLine]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [_line(*row) for row in cursor.fetchall()]


def _line(id_: UUID, number: str, value: bytes, *row: Any) -> SealedLine:
    kind, state, state_at, call, *when, consent, doubtful, held_by, held_until = row
    values = (FicheKind(kind), State(state), state_at, Call(call), *when, Consent(consent), doubtful)
    return SealedLine._make((Sealed(id_, number, bytes(value)), *values, held_by, held_until))
