"""What agents wrote of somebody whose data are erased."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.worklist.actions.outcomes import NOTE_CONTEXT
from contact_covid.worklist.actions.queue import FicheHeld
from contact_covid.worklist.models import Assignment, Attempt, Lease


def erase_notes(*, actor: Actor, fiches: Sequence[UUID], now: datetime) -> None:
    """The notes of calls are empty, what was typed of one that goes on is gone; that calls were made stays.

    In the caller's transaction. Raises ``Denied``; ``FicheHeld`` while an agent is calling the person.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    leases = Lease.objects.filter(fiche__in=fiches)
    held = leases.filter(ended_at=None, expires_at__gt=now).first()
    if held:
        raise FicheHeld(held)
    leases.update(typed=None)
    Assignment.objects.filter(fiche__in=fiches).delete()
    for attempt in Attempt.objects.filter(fiche__in=fiches).values_list("id", flat=True):
        nothing = ring().seal(b"", period=period_of(now), context=f"{NOTE_CONTEXT}{attempt}")
        Attempt.objects.filter(id=attempt).update(note=nothing)
