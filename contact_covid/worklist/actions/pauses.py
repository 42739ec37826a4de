"""Who and what is given no calls for the moment, as a supervisor decides."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.enums import FicheKind
from contact_covid.worklist.board_queries import agent_of, team_of
from contact_covid.worklist.enums import PauseReason
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.models import AgentPause, QueuePause


def pause_agent(*, actor: Actor, agent: UUID, now: datetime) -> None:
    """An agent of the actor's organisation is given nobody from now on; whom she holds she may finish. Twice is once.

    Raises ``Denied``, ``AgentNotFound``.
    """
    check(actor, Permission.CALL_SUPERVISE)
    team = agent_of(actor, agent, now)
    pause = AgentPause(id=new_id(now), organisation=team, account=agent, since=now, by=actor.author.account)
    with transaction.atomic():
        before = AgentPause.objects.filter(organisation=team, account=agent).exists()
        AgentPause.objects.bulk_create([pause], ignore_conflicts=True)
        if not before:
            _record(actor, WorklistEvent.AGENT_PAUSED, {"account": str(agent)}, now)


def resume_agent(*, actor: Actor, agent: UUID, now: datetime) -> None:
    """The agent is given calls again; who was not paused stays as she is. Raises ``Denied``, ``AgentNotFound``."""
    check(actor, Permission.CALL_SUPERVISE)
    with transaction.atomic():
        paused = AgentPause.objects.filter(organisation=team_of(actor), account=agent)
        if paused.delete()[0]:
            _record(actor, WorklistEvent.AGENT_RESUMED, {"account": str(agent)}, now)


def pause_queue(*, actor: Actor, kind: FicheKind, reason: PauseReason, now: datetime) -> None:
    """Nobody is given people of that kind of the actor's fund from now on, here or where it is helped; another reason
    replaces the one before. Raises ``Denied``."""
    check(actor, Permission.CALL_SUPERVISE)
    with transaction.atomic():
        QueuePause.objects.update_or_create(
            fund=actor.fund,
            kind=kind,
            defaults={"reason": reason},
            create_defaults={"id": new_id(now), "reason": reason, "since": now, "by": actor.author.account},
        )
        _record(actor, WorklistEvent.QUEUE_PAUSED, {"kind": kind.value, "reason": reason.value}, now)


def resume_queue(*, actor: Actor, kind: FicheKind, now: datetime) -> None:
    """That queue is called again. Raises ``Denied``."""
    check(actor, Permission.CALL_SUPERVISE)
    with transaction.atomic():
        if QueuePause.objects.filter(fund=actor.fund, kind=kind).delete()[0]:
            _record(actor, WorklistEvent.QUEUE_RESUMED, {"kind": kind.value}, now)


def _record(actor: Actor, kind: WorklistEvent, detail: dict[str, str], now: datetime) -> None:
    record(Event.by(actor, kind, Purpose.TRACING, Surface.PAGE, detail=detail), now=now)
