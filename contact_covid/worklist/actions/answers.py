"""What a disease asks of the person who is called."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission
from contact_covid.tracing.actions.answers import AnswersSaid, record_answers
from contact_covid.worklist.actions.queue import renew
from contact_covid.worklist.queries import lease_of, refuse_ended


def answers_during_call(
    *, actor: Actor, lease: UUID, texts: Mapping[str, str], version: int, submission: Submission, now: datetime
) -> None:
    """Writes what the person called answers, and keeps her fiche for another while: one transaction.

    Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``, ``LeaseTakenOver`` and what ``record_answers`` raises.
    """
    check(actor, Permission.HEALTH_RECORD)
    held = lease_of(actor, lease, now)
    refuse_ended(held)
    with transaction.atomic():
        said = AnswersSaid(held.fiche_id, texts, version, submission, called=True)
        record_answers(actor=actor, said=said, now=now)
        renew(actor=actor, lease=lease, now=now)  # refuses, and undoes, when it has ended meanwhile
