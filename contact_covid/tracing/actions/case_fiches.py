"""What the fiche of a contact gives to her fiche as a patient zéro, whoever says that she is one: her laboratory, a
platform, a physician who registers her anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contact_covid.messaging.enums import Channel
from contact_covid.messaging.refusal_actions import carry_refusals
from contact_covid.tracing.actions.dating import date_case
from contact_covid.tracing.actions.moving import move
from contact_covid.tracing.enums import Closure, ClosureReason, Consent, SupportNeed
from contact_covid.tracing.models import Fiche, Health, IndexCase
from contact_covid.tracing.protocol_queries import rules_in_force
from contact_covid.tracing.queries import unlinked

OF_HEALTH = ("vaccinated_on", "symptoms_ended_on", "recovered_on", "negative_on")
"""Beside her onset, which is in ``IndexCase``."""


class Became(NamedTuple):
    """A patient zéro, neither saved, and what is known of her health: nothing, or a row to write."""

    case: IndexCase
    health: Health | None


def take_along(case: IndexCase, contact: Fiche, health: Health | None, now: datetime) -> Became:
    """Gives ``case`` and its fiche, made of what was said of her now, what was known of her as a contact, dates her,
    and closes her fiche as a contact. ``health``: what is known of the contact's. All are changed, nothing is saved.

    What was said now stands; a refusal to be named is undone by a later word only. Raises ``ForbiddenTransition`` of a
    cancelled contact.
    """
    fiche = case.fiche
    fiche.language, fiche.onward_opposed = contact.language, contact.onward_opposed
    if fiche.fund == contact.fund:  # whoever calls her for that platform goes on
        fiche.delegation, fiche.delegated_to = contact.delegation, contact.delegated_to
        fiche.delegated_until = contact.delegated_until
    fiche.doubtful = fiche.doubtful or contact.doubtful
    fiche.support_needs = [need for need in SupportNeed if need in {*fiche.support_needs, *contact.support_needs}]
    if fiche.consent == Consent.NOT_ASKED or contact.onward_opposed:
        fiche.consent = contact.consent
    case.was_contact = contact
    known = _health_of(case, health)
    date_case(case, known, rules_in_force(fiche.disease, now))
    if contact.closure_reason == ClosureReason.DECEASED:
        move(fiche, now, closure=Closure.CLOSED, closure_reason=ClosureReason.DECEASED)
    close_contact(contact, now)
    return Became(case, known)


def _health_of(case: IndexCase, known: Health | None) -> Health | None:
    """The end of symptoms is that of those she has: of none, or of new ones, it is not known."""
    if known is None:
        return None
    health = Health(fiche=case.fiche, **{name: getattr(known, name) for name in OF_HEALTH})
    ended = health.symptoms_ended_on
    if ended and (case.onset is None or ended < case.onset):
        health.symptoms_ended_on = None
    return health


def close_contact(contact: Fiche, now: datetime) -> None:
    """Raises ``ForbiddenTransition`` of a cancelled fiche. Who refused, or has died, stays so whatever becomes of her
    test; the end of a follow-up gives way."""
    if contact.closure_reason == ClosureReason.FOLLOWED:
        contact.closure_reason = ClosureReason.BECAME_CASE
    elif contact.closure != Closure.CLOSED:
        move(contact, now, closure=Closure.CLOSED, closure_reason=ClosureReason.BECAME_CASE)


def write_along(became: Sequence[Became], linked: Mapping[UUID, UUID]) -> dict[UUID, frozenset[Channel]]:
    """Writes what goes along beside the fiches; ``linked``: patients zéro known before, with their fiches as contacts.

    By fiche, the channels by which a person wants no message: whoever refused as a contact refuses as a case. In the
    transaction that writes the fiches, before or after them.
    """
    Health.objects.bulk_create(each.health for each in became if each.health)
    for case, contact in linked.items():
        unlinked(IndexCase.objects.filter(fiche=case)).update(was_contact=contact)
    pairs = {each.case.was_contact_id: each.case.fiche_id for each in became if each.case.was_contact_id}
    return carry_refusals(pairs | {contact: case for case, contact in linked.items()})
