"""What a platform has given to other organisations, and what was given to this one. Nothing here opens an identity."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Case, Q, When

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.core.rules.arrays import array
from contact_covid.tracing.queries import Within, within
from contact_covid.worklist.area_queries import MOST_ASSIGNED
from contact_covid.worklist.models import Delegation
from contact_covid.worklist.queries import ASSIGNABLE

SHOWN_AFTER = timedelta(days=31)
"""How long a delegation that has ended is still listed."""
A_PAGE = 6


class DelegationNotFound(LookupError):
    """No such delegation of this supervisor's fund."""


class DelegationSeen(NamedTuple):
    """A delegation with how many fiches the organisation has of it now, and how many of them wait for a call."""

    delegation: Delegation
    fiches: int
    waiting: int


_COUNTED = """
SELECT delegation, count(*), count(*) FILTER (WHERE closure = 'open' AND call IN ('to_call', 'call_back'))
FROM tracing_fiche WHERE delegation = ANY(%s::uuid[]) GROUP BY delegation
"""


def delegations_of(actor: Actor, now: datetime, after: UUID | None = None) -> list[DelegationSeen]:
    """A page, and one more, of those of the actor's fund, from behind ``after`` on: the open ones, then those that
    ended in the last month, the newest of each first. Three statements at most.

    Raises ``Denied``, ``DelegationNotFound``.
    """
    check(actor, Permission.CALL_DELEGATE)
    known = Delegation.objects.filter(Q(ended_at=None) | Q(ended_at__gte=now - SHOWN_AFTER), fund=actor.fund)
    if after:
        last = delegation_of(actor, after)
        older = Q(ended_at__isnull=last.ended_at is None, id__lt=last.id)
        known = known.filter(older if last.ended_at else older | Q(ended_at__isnull=False))
    found = list(known.order_by(Case(When(ended_at=None, then=0), default=1), "-id")[: A_PAGE + 1])
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [array(each.id for each in found)])
        counted = {id_: (fiches, waiting) for id_, fiches, waiting in cursor.fetchall()}
    return [DelegationSeen(each, *counted.get(each.id, (0, 0))) for each in found]


def delegation_of(actor: Actor, delegation: UUID) -> Delegation:
    """One of the actor's fund. Raises ``Denied``, ``DelegationNotFound``."""
    check(actor, Permission.CALL_DELEGATE)
    found = Delegation.objects.filter(id=delegation, fund=actor.fund).first()
    if found is None:
        raise DelegationNotFound
    return found


def delegated_to(actor: Actor, now: datetime) -> list[Delegation]:
    """What the actor's organisation may call now, the first end first. Raises ``Denied``."""
    check(actor, Permission.CALL_CLAIM)
    if actor.organisation is None:
        return []
    mine = Delegation.objects.filter(organisation=actor.organisation, ended_at=None, until__gt=now)
    return list(mine.order_by("until", "id"))


def funds_called(actor: Actor, now: datetime) -> list[str]:
    """Whose people the actor calls: her platform's fund, or those that have delegated to her organisation. Raises
    ``Denied``."""
    if check(actor, Permission.CALL_CLAIM).scope is Scope.ASSIGNED:
        return sorted({each.fund for each in delegated_to(actor, now)})
    return [actor.fund] if actor.fund else []


def delegated_among(actor: Actor, fiches: Sequence[UUID], now: datetime) -> list[UUID]:
    """Those of these fiches of the actor's fund that an organisation has now. Raises ``Denied``."""
    reach = within(actor, Permission.CALL_DELEGATE, now)
    sql = f"SELECT id FROM tracing_fiche WHERE {reach.sql} AND id = ANY(%s::uuid[]) AND delegation IS NOT NULL"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY id LIMIT {MOST_ASSIGNED}", [*reach.params, array(fiches)])
        return [id_ for (id_,) in cursor.fetchall()]


def waiting_in(fund: str, department: str, now: datetime) -> Within:
    """Who waits for a call in that part of a fund's area and could be delegated."""
    where = f"tracing_fiche.fund = %s AND tracing_fiche.department = %s AND {ASSIGNABLE}"
    return Within(where, (fund, department, now))
