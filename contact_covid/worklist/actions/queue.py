"""Who calls whom next: fiches are given out by urgency, each to one agent at a time, for as long as a call takes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.core.ids import new_id
from contact_covid.directory.queries import departments
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.doubles_queries import led_to
from contact_covid.tracing.enums import Closure
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound, is_delegated_to, visible_to
from contact_covid.tracing.rules.call_hours import open_at
from contact_covid.worklist.actions.claim_sql import ASK, CLAIM_OF_ORGANISATION, claim_of_fund
from contact_covid.worklist.enums import LeaseEnd, WorkOn
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.models import Lease
from contact_covid.worklist.queries import lease_of, refuse_ended
from contact_covid.worklist.rules.teams import Work

LEASE = timedelta(minutes=20)
_AGENTS = 0x63616C6C  # the advisory lock of an agent who asks for the next person
_TAKE_UNTIL_WON = 100


class FicheHeld(Exception):
    """Somebody else is calling this person, or, with ``editing``, changing her fiche since then."""

    def __init__(self, lease: Lease) -> None:
        super().__init__("held by another")
        self.by: UUID = lease.account
        self.since: datetime = lease.editing_since or lease.taken_at
        self.until: datetime = lease.expires_at
        self.editing = lease.editing_since is not None


class FicheDelegated(Exception):
    """An organisation calls this person for the platform, until the end that was set."""

    def __init__(self, fiche: Fiche) -> None:
        super().__init__("delegated")
        self.to: UUID = fiche.delegated_to or fiche.id
        self.until: datetime = fiche.delegated_until or fiche.created_at


class AgentResting(Exception):
    """A supervisor has paused this agent: she is given nobody."""


class LeaseTaken(NamedTuple):
    """A fiche given to the actor until ``expires_at``."""

    id: UUID
    fiche: UUID
    number: str
    expires_at: datetime


def claim_next(*, actor: Actor, now: datetime) -> LeaseTaken | None:
    """The person whom the actor should call now; None when there is nobody. In this order: whom her supervisor gave
    her, the most urgent of her team's work, of her fund, of the funds that hers helps; in an organisation the most
    urgent of those delegated to it; whose language she speaks, or nobody at work in her organisation does, and for what
    she is skilled.

    An agent who already holds one is given that one again: two presses are one call. Raises ``Denied``,
    ``AgentResting``.
    """
    delegated = check(actor, Permission.CALL_CLAIM).scope is Scope.ASSIGNED
    author = actor.author
    params: dict[str, Any] = {"account": author.account, "place": author.practice, "now": now}
    params |= {
        "fund": None if delegated else actor.fund,
        "organisation": actor.organisation or author.practice,
        "closed": closed_departments(now),
        "expires": now + LEASE,
    }
    for _ in range(_TAKE_UNTIL_WON):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ASK, params | {"lock": _AGENTS})
            _, on, code = _row(cursor.fetchone())
            work = Work(WorkOn(on), code) if on else None
            statement = CLAIM_OF_ORGANISATION if delegated else claim_of_fund(work)
            cursor.execute(statement, params | {"lease": new_id(now)})
            queued, resting, *given, fresh = _row(cursor.fetchone())
            if given[0]:
                taken = LeaseTaken(*given)
                if fresh:
                    record(_event(actor, WorklistEvent.CLAIMED, taken.number), now=now)
                return taken
        if resting:
            raise AgentResting
        if not queued:
            return None
    return None  # beaten a hundred times over: there is more haste than people to call


def _row(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    assert row is not None  # the statement always answers one row
    return row


def claim(*, actor: Actor, fiche: UUID, now: datetime, incoming: bool = False) -> LeaseTaken:
    """That very fiche, or the one it was merged into: the person stands in the list, or is on the line (``incoming``).
    Neither hours nor appointments matter. Whom an organisation calls instead of her platform is not called from here,
    but answered when she rings.

    Raises ``Denied``; ``FicheNotFound`` when it is absent, closed, of another fund or not delegated to the actor's
    organisation; ``FicheDelegated``, ``FicheHeld``.
    """
    check(actor, Permission.CALL_CLAIM)
    author = actor.author
    fiche = led_to(fiche)
    with transaction.atomic():
        wanted = visible_to(actor, now).filter(id=fiche, closure=Closure.OPEN).select_for_update(no_key=True).first()
        if wanted is None:
            raise FicheNotFound
        if wanted.delegated_to and not incoming and not is_delegated_to(actor, wanted, now):
            raise FicheDelegated(wanted)
        current = Lease.objects.filter(fiche=fiche, ended_at=None).first()
        if current and current.account != author.account and current.expires_at > now:
            raise FicheHeld(current)
        if current and current.account == author.account:
            Lease.objects.filter(id=current.id).update(expires_at=now + LEASE)
            return LeaseTaken(current.id, fiche, wanted.number, now + LEASE)
        if current:
            Lease.objects.filter(id=current.id).update(ended_at=now, ended=LeaseEnd.TAKEN)
        lease = Lease(
            id=new_id(now),
            fiche=wanted,
            account=author.account,
            place=author.practice,
            taken_at=now,
            expires_at=now + LEASE,
        )
        lease.save(force_insert=True)
        record(_event(actor, WorklistEvent.CLAIMED, wanted.number), now=now)
    return LeaseTaken(lease.id, fiche, wanted.number, lease.expires_at)


def renew(*, actor: Actor, lease: UUID, now: datetime, edits: bool = False) -> datetime:
    """Keeps the fiche for another while, even when the lease had expired, and returns until when. ``edits``: from a
    page on which she changes the fiche, which others are told.

    Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``; ``LeaseTakenOver`` when somebody else took it meanwhile.
    """
    check(actor, Permission.CALL_CLAIM)
    changing = Coalesce("editing_since", Value(now)) if edits else None
    mine = Lease.objects.filter(id=lease, account=actor.author.account, ended_at=None)
    if not mine.update(expires_at=now + LEASE, editing_since=changing):
        refuse_ended(lease_of(actor, lease, now))
    return now + LEASE


def release(*, actor: Actor, lease: UUID, now: datetime) -> None:
    """Gives the fiche back to the queue; of one that is no longer held there is nothing to give back.

    Raises ``Denied``, ``LeaseNotFound``.
    """
    check(actor, Permission.CALL_CLAIM)
    with transaction.atomic():
        held = lease_of(actor, lease, now)
        current = Lease.objects.filter(id=lease, ended_at=None)
        if current.update(ended_at=now, ended=LeaseEnd.RELEASED, typed=None):
            record(_event(actor, WorklistEvent.RELEASED, held.fiche.number), now=now)


def closed_departments(now: datetime) -> list[str]:
    """The départements where nobody may be called now."""
    zones = {row.timezone for row in departments().values()}
    hours: Mapping[str, bool] = {zone: open_at(now, ZoneInfo(zone)) for zone in zones}
    return [code for code, row in departments().items() if not hours[row.timezone]]


def _event(actor: Actor, kind: WorklistEvent, number: str) -> Event:
    return Event.by(actor, kind, Purpose.TRACING, Surface.PAGE, fiches=(number,))
