"""Where a patient zéro was, as she says while she is called."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission
from contact_covid.tracing.actions.stays import correct_stay, name_stays, remove_stay
from contact_covid.tracing.rules.stays import NamedStay
from contact_covid.worklist.actions.queue import LEASE
from contact_covid.worklist.models import Lease
from contact_covid.worklist.queries import lease_of


def name_stays_during_call(
    *, actor: Actor, lease: UUID, stays: Sequence[NamedStay], submission: Submission, now: datetime
) -> None:
    """Adds stays to the patient zéro who is called, and keeps her fiche for another while if nobody has taken it.

    Raises ``Denied``, ``LeaseNotFound`` and what ``name_stays`` raises.
    """
    with transaction.atomic():
        index, called = _called(actor, lease, now)
        name_stays(actor=actor, index=index, stays=stays, submission=submission, now=now, called=called)


def correct_stay_during_call(
    *, actor: Actor, lease: UUID, stay: UUID, said: NamedStay, version: int | None, now: datetime
) -> None:
    """Replaces what is said of a stay, as ``name_stays_during_call`` adds one; raises what ``correct_stay`` raises."""
    with transaction.atomic():
        index, called = _called(actor, lease, now)
        correct_stay(actor=actor, index=index, stay=stay, said=said, version=version, now=now, called=called)


def remove_stay_during_call(*, actor: Actor, lease: UUID, stay: UUID, now: datetime) -> None:
    """Takes a stay out, as ``name_stays_during_call`` adds one; raises what ``remove_stay`` raises."""
    with transaction.atomic():
        index, called = _called(actor, lease, now)
        remove_stay(actor=actor, index=index, stay=stay, now=now, called=called)


def _called(actor: Actor, lease: UUID, now: datetime) -> tuple[UUID, bool]:
    """The fiche of a lease, and whether it is still this agent's. What she says is not lost with the lease."""
    check(actor, Permission.STAYS_NAME)
    held = lease_of(actor, lease, now)
    Lease.objects.filter(id=lease, ended_at=None).update(expires_at=now + LEASE)
    return held.fiche_id, not held.ended
