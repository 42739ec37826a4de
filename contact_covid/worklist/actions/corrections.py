"""What a person corrects of herself while she is called."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.models import SealedIdentity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.correction import CallCorrection, correct_called
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.registration import SaidOnTheTelephone
from contact_covid.worklist.actions.queue import renew
from contact_covid.worklist.queries import lease_of, refuse_ended


def open_called(*, actor: Actor, lease: UUID, now: datetime) -> tuple[Fiche, Identity]:
    """The person of a lease that is not over. In the journal, in one row.

    Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``, ``LeaseTakenOver``.
    """
    check(actor, Permission.CALL_CORRECT)
    held = lease_of(actor, lease, now)
    refuse_ended(held)
    fiche = held.fiche
    sealed = Sealed(fiche.id, fiche.number, SealedIdentity.objects.get(fiche=fiche.id).value)
    return fiche, reveal(actor, [sealed], purpose=Purpose.TRACING, now=now)[fiche.id]


def correct_during_call(
    *,
    actor: Actor,
    lease: UUID,
    said: SaidOnTheTelephone,
    submission: Submission,
    now: datetime,
    version: int | None = None,
) -> None:
    """Writes what the person called says of herself, and keeps her fiche for another while: one transaction.

    ``version``: of the fiche as the agent saw it, None when she does not say. Raises ``Denied``, ``LeaseNotFound``,
    ``LeaseEnded``, ``LeaseTakenOver`` and what ``correct_called`` raises.
    """
    check(actor, Permission.CALL_CORRECT)
    held = lease_of(actor, lease, now)
    refuse_ended(held)
    with transaction.atomic():
        correction = CallCorrection(held.fiche_id, said, submission, version)
        correct_called(actor=actor, correction=correction, now=now)
        renew(actor=actor, lease=lease, now=now)  # refuses, and undoes, when it has ended meanwhile
