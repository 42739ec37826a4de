"""A person whom a case said was there, and who had no fiche: she gets one, and is of the cluster."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.actions.clusters import enlist, hold
from contact_covid.clusters.cluster_queries import is_case_of
from contact_covid.clusters.enums import MemberRole
from contact_covid.core.idempotency import Submission
from contact_covid.tracing.actions.registration import Registered, name_contacts
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.registration import NamedContact


def name_co_exposed(
    *, actor: Actor, cluster: UUID, case: UUID, named: NamedContact, submission: Submission, now: datetime
) -> Registered:
    """Registers a co-exposed contact of a case of the cluster, whom the platform calls in her turn, and adds her to it.

    Raises ``Denied``, ``ClusterNotFound``, ``FicheNotFound`` (she is no case of it) and what ``name_contacts`` raises.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    with transaction.atomic():
        held = hold(actor, cluster)
        if not is_case_of(held, case):
            raise FicheNotFound
        contacts = [replace(named, co_exposed=True, calls_self=False)]
        registered = name_contacts(actor=actor, index=case, contacts=contacts, submission=submission, now=now)
        people = {registered.contacts[0].id: named.last_contact}
        enlist(actor=actor, cluster=held, people=people, role=MemberRole.CO_EXPOSED, now=now)
    return registered
