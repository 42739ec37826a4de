"""Reading leases, calls, and what an agent sees of a person. Nothing here opens an identity: the actions do."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.directory.queries import zone_of
from contact_covid.tracing.doubles_queries import MADE_ONE_SQL
from contact_covid.tracing.enums import FicheKind, Spoken, State
from contact_covid.tracing.queries import Within, keeps, within
from contact_covid.tracing.rules.call_hours import next_opening
from contact_covid.worklist.enums import LeaseEnd, Outcome
from contact_covid.worklist.models import Attempt, Lease, Skills
from contact_covid.worklist.rules.ladder import Made

EVERYBODY = Within("TRUE", ())
MOST_COUNTED = 1_000
# Who can be given to an agent, or to another organisation: she waits for a call, no other organisation calls her, and
# nobody does at the moment that is the parameter.
ASSIGNABLE = """tracing_fiche.closure = 'open' AND tracing_fiche.call IN ('to_call', 'call_back')
    AND tracing_fiche.callable_from IS NOT NULL AND tracing_fiche.delegated_to IS NULL AND NOT EXISTS (
        SELECT 1 FROM worklist_lease lease
        WHERE lease.fiche_id = tracing_fiche.id AND lease.ended_at IS NULL AND lease.expires_at > %s)"""


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


def lease_of(actor: Actor, lease: UUID, now: datetime) -> Lease:
    """A lease of this account, ended or not, with its fiche, as long as her platform or organisation calls it. Raises
    ``Denied``, ``LeaseNotFound``."""
    found = Lease.objects.select_related("fiche").filter(id=lease, account=actor.author.account).first()
    if found is None or not keeps(actor, found.fiche, now):
        raise LeaseNotFound
    return found


def refuse_ended(lease: Lease) -> None:
    """Raises ``LeaseTakenOver`` or ``LeaseEnded`` for a lease that is over."""
    if lease.ended:
        by = takeover(lease)
        raise LeaseTakenOver(by) if by else LeaseEnded


def takeover(lease: Lease) -> Takeover | None:
    """Who took the fiche after this lease, None when nobody else did before it ended."""
    if lease.ended not in (LeaseEnd.TAKEN, LeaseEnd.RELEASED, LeaseEnd.MOVED, LeaseEnd.RETURNED):
        return None
    later = Lease.objects.filter(fiche=lease.fiche_id, taken_at__gte=lease.ended_at).exclude(id=lease.id)
    after = later.exclude(account=lease.account).order_by("taken_at", "id").first()
    return Takeover(after.account, after.taken_at) if after else None


class CallSeen(NamedTuple):
    """A call as its agent is told of it right after. ``callable_from``: when the person is next called, None when she
    is not. ``also``: who else has called her since this agent took the fiche; ``taken``: who had taken the fiche, when
    only the note was kept."""

    number: str
    kind: FicheKind
    department: str
    outcome: Outcome
    state: State
    open: bool
    counted: bool
    at: datetime
    callable_from: datetime | None
    also: UUID | None
    taken: Takeover | None


_CALL = """
SELECT tracing_fiche.number, tracing_fiche.kind, tracing_fiche.department, attempt.outcome, tracing_fiche.state,
    tracing_fiche.closure = 'open', NOT attempt.second, attempt.at,
    CASE WHEN tracing_fiche.call = 'call_back' THEN tracing_fiche.callable_from END,
    also.account, taken.account, taken.taken_at
FROM worklist_attempt attempt
JOIN tracing_fiche ON tracing_fiche.id = attempt.fiche_id
LEFT JOIN LATERAL (
    SELECT lease.taken_at FROM worklist_lease lease
    WHERE lease.fiche_id = tracing_fiche.id AND lease.account = attempt.account AND lease.taken_at <= attempt.at
    ORDER BY lease.taken_at DESC LIMIT 1
) mine ON TRUE
LEFT JOIN LATERAL (
    SELECT other.account FROM worklist_attempt other
    WHERE other.fiche_id = tracing_fiche.id AND other.second AND other.account <> attempt.account
        AND other.at BETWEEN mine.taken_at AND attempt.at
    ORDER BY other.at DESC LIMIT 1
) also ON NOT attempt.second
LEFT JOIN LATERAL (
    SELECT lease.account, lease.taken_at FROM worklist_lease lease
    WHERE lease.fiche_id = tracing_fiche.id AND lease.account <> attempt.account
        AND lease.taken_at BETWEEN mine.taken_at AND attempt.at
    ORDER BY lease.taken_at LIMIT 1
) taken ON attempt.second
WHERE attempt.{named} = %s AND attempt.account = %s AND {reach}
ORDER BY attempt.at DESC, attempt.id DESC LIMIT 1
"""


def call_made(actor: Actor, attempt: UUID, now: datetime) -> CallSeen | None:
    """A call that this account recorded; None when it did not, or when its organisation calls that person no more. One
    statement. Raises ``Denied``."""
    return _call_seen(actor, "id", attempt, _kept(actor, now))


def last_call_of(actor: Actor, fiche: UUID) -> CallSeen | None:
    """The last call that this account recorded of that person. One statement. Raises ``Denied``."""
    return _call_seen(actor, "fiche_id", fiche, EVERYBODY)


def _kept(actor: Actor, now: datetime) -> Within:
    """``tracing.queries.keeps`` in SQL. Raises ``Denied``."""
    assigned = check(actor, Permission.CALL_RECORD).scope is Scope.ASSIGNED
    return within(actor, Permission.CALL_RECORD, now) if assigned else EVERYBODY


def _call_seen(actor: Actor, named: str, id_: UUID, reach: Within) -> CallSeen | None:
    check(actor, Permission.CALL_RECORD)
    with connection.cursor() as cursor:
        sql = _CALL.format(named=named, reach=reach.sql)
        cursor.execute(sql, (id_, actor.author.account, *reach.params))
        row = cursor.fetchone()
    if row is None:
        return None
    number, kind, department, outcome, state, still_open, counted, at, callable_from, also, *taken = row
    return CallSeen(
        number=number,
        kind=FicheKind(kind),
        department=department,
        outcome=Outcome(outcome),
        state=State(state),
        open=still_open,
        counted=counted,
        at=at,
        callable_from=callable_from,
        also=also,
        taken=Takeover(*taken) if taken[0] else None,
    )


def speaks(actor: Actor, language: Spoken) -> bool:
    """Whether the actor's supervisor says that she speaks that language beside French."""
    if actor.organisation is None:
        return False
    mine = Skills.objects.filter(organisation=actor.organisation, account=actor.author.account)
    return mine.filter(languages__contains=[language]).exists()


def second_notes(lease: UUID) -> int:
    """How many calls of others, of which only the note counts, the fiche of a lease has."""
    fiche = Lease.objects.filter(id=lease).values("fiche")
    return Attempt.objects.filter(fiche__in=fiche, second=True).count()


class Waiting(NamedTuple):
    """When nobody can be called now: when the next one can, None when nobody waits; how many are being called."""

    next_at: datetime | None
    held: int


_WAITING = """
SELECT tracing_fiche.department, min(tracing_fiche.callable_from) FILTER (WHERE lease.id IS NULL), count(lease.id)
FROM tracing_fiche
LEFT JOIN worklist_lease lease
    ON lease.fiche_id = tracing_fiche.id AND lease.ended_at IS NULL AND lease.expires_at > %s
WHERE {reach} AND tracing_fiche.closure = 'open' AND tracing_fiche.call IN ('to_call', 'call_back')
    AND tracing_fiche.callable_from IS NOT NULL
GROUP BY tracing_fiche.department
"""


def queue_of(actor: Actor, now: datetime) -> Within:
    """Whom the actor is given by « Appel suivant »: a platform's agent nobody who is delegated. Raises ``Denied``."""
    reach = within(actor, Permission.CALL_CLAIM, now)
    if check(actor, Permission.CALL_CLAIM).scope is Scope.ASSIGNED:
        return reach
    return Within(f"{reach.sql} AND tracing_fiche.delegated_to IS NULL", reach.params)


def waiting(actor: Actor, now: datetime) -> Waiting:
    """What the queue of the actor's fund, or of her organisation, waits for. One statement. Raises ``Denied``."""
    reach = queue_of(actor, now)
    with connection.cursor() as cursor:
        cursor.execute(_WAITING.format(reach=reach.sql), (now, *reach.params))
        rows = cursor.fetchall()
    moments = [next_opening(max(since, now), zone_of(department)) for department, since, _ in rows if since]
    return Waiting(min(moments, default=None), sum(held for *_, held in rows))


def attempts_of(fiche: UUID) -> QuerySet[Attempt]:
    """The calls of a person, oldest first, those of fiches that were merged into hers among them."""
    merged = RawSQL(MADE_ONE_SQL, [[fiche]])
    return Attempt.objects.filter(fiche__in=merged).order_by("at", "id")


def calls_before(fiche: UUID) -> list[Made]:
    """The calls that counted, oldest first."""
    made = attempts_of(fiche).filter(second=False).values_list("outcome", "at")
    return [Made(Outcome(outcome), at) for outcome, at in made]
