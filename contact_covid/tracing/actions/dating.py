"""A contact's dates, urgency and caller, made anew of all her exposures whenever one of them changes or falls away."""

from datetime import datetime

from contact_covid.core.period import PARIS
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.actions.registration import rules_in_force
from contact_covid.tracing.enums import Closure, TestFact
from contact_covid.tracing.models import Contact, Exposure, Fiche
from contact_covid.tracing.rules import protocol
from contact_covid.tracing.rules.urgency import Factor, is_collective


def redate(fiche: Fiche, now: datetime) -> None:
    """What all exposures together make of her; those to patients zéro who were declared in error do not count.

    Her row of ``Contact`` is written, ``fiche`` is changed but not saved. Nothing when no exposure is left.
    """
    exposures = list(Exposure.objects.filter(contact_fiche=fiche).exclude(index_fiche__closure=Closure.CANCELLED))
    if not exposures:
        return
    last_contact = max(exposure.last_contact for exposure in exposures)
    same_household = any(exposure.same_household for exposure in exposures)
    calls_self = any(exposure.calls_self for exposure in exposures)
    rules, today = rules_in_force(now), now.astimezone(PARIS).date()
    dates = protocol.contact_dates(rules, last_contact=last_contact, same_household=same_household, told_on=today)
    Contact.objects.filter(fiche=fiche).update(
        last_contact=last_contact,
        same_household=same_household,
        calls_self=calls_self,
        isolation_until=dates.isolation_until,
        test_due=dates.test_due,
        protocol=rules.version,
    )
    collective = is_collective(exposure.circumstance for exposure in exposures)
    positive = fiche.test == TestFact.POSITIVE
    hurry(fiche, {Factor.POSITIVE: positive, Factor.HOUSEHOLD: same_household, Factor.COLLECTIVE: collective})
    hand_over(fiche, now, calls_self=calls_self)


def hand_over(fiche: Fiche, now: datetime, *, calls_self: bool) -> None:
    """The platform calls, from now on when it did not until now, unless a practice says that it calls."""
    fiche.callable_from = None if calls_self else fiche.callable_from or now
