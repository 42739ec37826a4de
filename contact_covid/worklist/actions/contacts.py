"""The contacts that a patient zéro names while she is called."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.registration import Registered, name_contacts
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound, sealed_value, visible_to
from contact_covid.tracing.rules.registration import NamedContact
from contact_covid.worklist.actions.queue import LEASE
from contact_covid.worklist.models import Lease
from contact_covid.worklist.queries import lease_of


def open_index(*, actor: Actor, lease: UUID, now: datetime) -> tuple[Fiche, Identity]:
    """The patient zéro of a lease, ended or not: what she says of others is not lost with it.

    In the journal, in one row. Raises ``Denied``, ``LeaseNotFound``; ``FicheNotFound`` for a contact's lease.
    """
    check(actor, Permission.CONTACTS_NAME)
    held = lease_of(actor, lease, now)
    reach = visible_to(actor, now) if held.ended else Fiche.objects  # she may have moved during the call
    wanted = reach.filter(id=held.fiche_id, kind=FicheKind.INDEX).select_related("index_case")
    fiche: Any = wanted.annotate(sealed=sealed_value("id")).first()
    if fiche is None:
        raise FicheNotFound
    sealed = Sealed(fiche.id, fiche.number, fiche.sealed)
    return fiche, reveal(actor, [sealed], purpose=Purpose.TRACING, now=now)[fiche.id]


def name_during_call(
    *, actor: Actor, lease: UUID, contacts: Sequence[NamedContact], submission: Submission, now: datetime
) -> Registered:
    """Adds contacts to the patient zéro who is called, and keeps her fiche for another while if nobody has taken it.

    Raises ``Denied``, ``LeaseNotFound`` and what ``name_contacts`` raises.
    """
    check(actor, Permission.CONTACTS_NAME)
    held = lease_of(actor, lease, now)
    with transaction.atomic():
        named = name_contacts(
            actor=actor,
            index=held.fiche_id,
            contacts=contacts,
            submission=submission,
            now=now,
            called=not held.ended,
        )
        Lease.objects.filter(id=lease, ended_at=None).update(expires_at=now + LEASE)
    return named
