"""Fiches that are made one: nobody may be calling either person meanwhile; the calls made before are told of both."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.tracing.actions.merging import Merging, merge, undo
from contact_covid.tracing.doubles_queries import merge_of
from contact_covid.worklist.actions.queue import FicheHeld
from contact_covid.worklist.models import Lease


def merge_doubles(*, actor: Actor, merging: Merging, now: datetime) -> UUID:
    """``tracing``'s merge of two fiches that nobody is calling; calls stay with the fiche they were made of.

    Raises ``FicheHeld`` and what that raises.
    """
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        made = merge(actor=actor, merging=merging, now=now)
        refuse_held(merging.fiches, now)  # the fiches are locked now: nobody can take them any more
    return made


def undo_merge(*, actor: Actor, merge: UUID, now: datetime) -> list[str]:
    """The same way back. Raises ``FicheHeld`` and what ``tracing``'s undoing raises."""
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        held = merge_of(actor, merge, now)
        later = undo(actor=actor, merge=merge, now=now)
        refuse_held((held.survivor_id, held.loser_id), now)
    return later


def refuse_held(fiches: tuple[UUID, UUID], now: datetime) -> None:
    """Raises ``FicheHeld`` when somebody, whoever it is, is calling one of them."""
    lease = Lease.objects.filter(fiche__in=fiches, ended_at=None, expires_at__gt=now).first()
    if lease:
        raise FicheHeld(lease.account, lease.expires_at)
