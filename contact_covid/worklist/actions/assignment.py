"""A supervisor gives fiches to one agent, or takes them back: those of the list at once, or one that is called."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.rules.arrays import array
from contact_covid.directory.queries import funds, zone_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import within
from contact_covid.tracing.rules.call_hours import day_after
from contact_covid.worklist.actions.delegations import take_back
from contact_covid.worklist.board_queries import agent_of, team_of
from contact_covid.worklist.enums import LeaseEnd
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.models import Assignment, Lease
from contact_covid.worklist.queries import ASSIGNABLE, LeaseNotFound

# A fiche that was given to another agent before is this one's from now on.
_ASSIGN = f"""
WITH chosen AS (
    SELECT id, number FROM tracing_fiche WHERE {{within}} AND id = ANY(%s::uuid[]) AND {ASSIGNABLE} ORDER BY id
), given AS (
    INSERT INTO worklist_assignment (fiche_id, account, organisation, by, batch, at, until)
    SELECT id, %s, %s, %s, %s, %s, %s FROM chosen
    ON CONFLICT (fiche_id) DO UPDATE SET account = excluded.account, organisation = excluded.organisation,
        by = excluded.by, batch = excluded.batch, at = excluded.at, until = excluded.until
    RETURNING fiche_id
)
SELECT chosen.number FROM chosen JOIN given ON given.fiche_id = chosen.id ORDER BY chosen.id
"""
_TAKE_BACK = """
WITH back AS (
    DELETE FROM worklist_assignment assignment USING tracing_fiche
    WHERE tracing_fiche.id = assignment.fiche_id AND {within} AND {which} RETURNING tracing_fiche.number
)
SELECT number FROM back ORDER BY number
"""


class Assigned(NamedTuple):
    """What was given: ``batch`` takes it back; ``given``: how many fiches could be."""

    batch: UUID
    given: int


def assign(
    *, actor: Actor, fiches: Sequence[UUID], agent: UUID, now: datetime, submission: Submission | None = None
) -> Assigned:
    """Gives those fiches of the actor's fund to an agent of her organisation until the day's calls are over: first of
    hers, nobody else's. Who is no longer to be called is left out. Three statements, one journal row.

    Raises ``Denied``, ``AgentNotFound``, ``AlreadyRecorded`` (its target is the batch).
    """
    check(actor, Permission.CALL_ASSIGN)
    team = agent_of(actor, agent, now)
    reach = within(actor, Permission.CALL_ASSIGN, now)
    batch, author = new_id(now), actor.author
    values = (array(fiches), now, agent, team, author.account, batch, now, end_of_day(actor, now))
    with transaction.atomic():
        if submission:
            use_up(author.account, submission, target=batch, now=now)
        numbers = _numbers(_ASSIGN.format(within=reach.sql), (*reach.params, *values))
        if numbers:
            detail = {"account": str(agent), "batch": str(batch)}
            record(_event(actor, WorklistEvent.ASSIGNED, numbers, detail), now=now)
    return Assigned(batch, len(numbers))


def hand_out(*, actor: Actor, given: Mapping[UUID, Sequence[Fiche]], batch: UUID, now: datetime) -> None:
    """The same for several agents, of fiches that the caller has locked and decided on. One row of the journal an
    agent. Raises ``Denied``, ``AgentNotFound``."""
    check(actor, Permission.CALL_ASSIGN)
    organisation, until = team_of(actor), end_of_day(actor, now)
    assignments = [
        Assignment(
            fiche=fiche,
            account=agent,
            organisation=organisation,
            by=actor.author.account,
            batch=batch,
            at=now,
            until=until,
        )
        for agent, fiches in given.items()
        for fiche in fiches
    ]
    changes = ["account", "organisation", "by", "batch", "at", "until"]
    Assignment.objects.bulk_create(assignments, update_conflicts=True, unique_fields=["fiche"], update_fields=changes)
    for agent, fiches in given.items():
        detail = {"account": str(agent), "batch": str(batch)}
        record(_event(actor, WorklistEvent.ASSIGNED, [fiche.number for fiche in fiches], detail), now=now)


def unassign(*, actor: Actor, fiches: Sequence[UUID], now: datetime, submission: Submission | None = None) -> Assigned:
    """Gives those fiches of the actor's fund back to the queue, whoever they were given to. One journal row.

    Raises ``Denied``, ``AlreadyRecorded``.
    """
    return _take_back(actor, "assignment.fiche_id = ANY(%s::uuid[])", array(fiches), now, submission)


def undo(*, actor: Actor, batch: UUID, now: datetime) -> int:
    """Gives back to the queue what was given at once and not given otherwise since; how many. Raises ``Denied``."""
    return _take_back(actor, "assignment.batch = %s", batch, now, None).given


def take_back_batch(*, actor: Actor, batch: UUID, fiches: Sequence[Fiche], now: datetime) -> set[UUID]:
    """Gives those fiches that were given in that batch and not otherwise since back to the queue. Raises ``Denied``."""
    check(actor, Permission.CALL_ASSIGN)
    given = Assignment.objects.filter(batch=batch, fiche__in=fiches)
    back = set(given.values_list("fiche", flat=True))
    given.delete()
    numbers = [fiche.number for fiche in fiches if fiche.id in back]
    if numbers:
        record(_event(actor, WorklistEvent.UNASSIGNED, numbers, {}), now=now)
    return back


def reassign(*, actor: Actor, lease: UUID, agent: UUID | None, now: datetime) -> str:
    """Ends the lease of an agent who holds a fiche of the actor's fund, and gives the fiche to ``agent``, None: back
    to the queue; returns its number. What she had typed waits with the lease for her, and counts if nobody was faster.
    A fiche that another organisation calls is the platform's again once it is given to an agent.

    Raises ``Denied``, ``AgentNotFound``; ``LeaseNotFound`` when it is over, or of another fund.
    """
    check(actor, Permission.CALL_ASSIGN)
    team = agent_of(actor, agent, now) if agent else None
    with transaction.atomic():
        held, fiche = _held(actor, lease)
        if agent and fiche.delegated_to:
            take_back(actor=actor, fiches=[fiche.id], now=now)
        Lease.objects.filter(id=lease).update(ended_at=now, ended=LeaseEnd.MOVED)
        Assignment.objects.filter(fiche=fiche).delete()
        if agent and team:
            Assignment.objects.create(
                fiche=fiche,
                account=agent,
                organisation=team,
                by=actor.author.account,
                batch=new_id(now),
                at=now,
                until=end_of_day(actor, now),
            )
        detail = {"from": str(held.account)} | ({"account": str(agent)} if agent else {})
        record(_event(actor, WorklistEvent.REASSIGNED, [fiche.number], detail), now=now)
    return str(fiche.number)


def _held(actor: Actor, lease: UUID) -> tuple[Lease, Fiche]:
    """An open lease on a fiche of the actor's fund, locked in the order of who claims: first the fiche. Raises
    ``LeaseNotFound``."""
    on = Fiche.objects.filter(fund=actor.fund or "", id__in=Lease.objects.filter(id=lease).values("fiche"))
    fiche = on.select_for_update(no_key=True).first()
    held = Lease.objects.select_for_update().filter(id=lease, ended_at=None).first() if fiche else None
    if held is None or fiche is None:
        raise LeaseNotFound
    return held, fiche


def end_of_day(actor: Actor, now: datetime) -> datetime:
    """When calls begin on the next day where the actor's fund calls: until then an assignment holds."""
    fund = funds().get(actor.fund or "")
    return day_after(now, zone_of(fund.areas[0] if fund and fund.areas else ""))


def _take_back(actor: Actor, which: str, value: Any, now: datetime, submission: Submission | None) -> Assigned:
    check(actor, Permission.CALL_ASSIGN)
    reach = within(actor, Permission.CALL_ASSIGN, now)
    batch = new_id(now)
    with transaction.atomic():
        if submission:
            use_up(actor.author.account, submission, target=batch, now=now)
        numbers = _numbers(_TAKE_BACK.format(within=reach.sql, which=which), (*reach.params, value))
        if numbers:
            record(_event(actor, WorklistEvent.UNASSIGNED, numbers, {}), now=now)
    return Assigned(batch, len(numbers))


def _numbers(sql: str, params: Sequence[Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [number for (number,) in cursor.fetchall()]


def _event(actor: Actor, kind: WorklistEvent, numbers: Sequence[str], detail: dict[str, str]) -> Event:
    surface = Surface.PAGE if actor.session else Surface.JOB
    return Event.by(actor, kind, Purpose.TRACING, surface, fiches=numbers, detail=detail)
