"""What a person says of her health while she is called: vaccination, symptoms, a positive test."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission
from contact_covid.tracing.actions.becoming import Positive, declare_positive
from contact_covid.tracing.actions.health import HealthSaid, record_health
from contact_covid.tracing.enums import TestKind
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.health import HealthFacts
from contact_covid.worklist.actions.queue import release, renew
from contact_covid.worklist.queries import lease_of, refuse_ended


def health_during_call(
    *, actor: Actor, lease: UUID, facts: HealthFacts, submission: Submission, now: datetime, version: int | None = None
) -> None:
    """Writes what the person called says of her health, and keeps her fiche for another while: one transaction.

    Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``, ``LeaseTakenOver`` and what ``record_health`` raises.
    """
    check(actor, Permission.HEALTH_RECORD)
    held = lease_of(actor, lease, now)
    refuse_ended(held)
    with transaction.atomic():
        said = HealthSaid(held.fiche_id, facts, submission, version, called=True)
        record_health(actor=actor, said=said, now=now)
        renew(actor=actor, lease=lease, now=now)  # refuses, and undoes, when it has ended meanwhile


def positive_during_call(
    *,
    actor: Actor,
    lease: UUID,
    sampled_on: date,
    kind: TestKind,
    result_on: date | None,
    submission: Submission,
    now: datetime,
) -> Fiche:
    """The contact who is called says that she tested positive: her fiche as a patient zéro, first in the queue. The
    lease of her fiche as a contact ends: she is called as a patient zéro next.

    Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``, ``LeaseTakenOver`` and what ``declare_positive`` raises.
    """
    check(actor, Permission.CASE_DECLARE)
    held = lease_of(actor, lease, now)
    refuse_ended(held)
    positive = Positive(held.fiche_id, sampled_on, kind, result_on)
    with transaction.atomic():
        case = declare_positive(actor=actor, positive=positive, submission=submission, now=now, called=True)
        release(actor=actor, lease=lease, now=now)
    return case
