"""A person's dates, made anew by the protocol of the day whenever what they follow from changes, and what follows from
them: urgency, who calls, a message to who had been told other dates. See ``docs/adr/dated-protocol.md``."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from datetime import date, datetime
from uuid import UUID

from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS
from contact_covid.tracing.actions.dating_sql import write_dates
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.actions.notices import send_new_dates
from contact_covid.tracing.enums import Closure, TestFact
from contact_covid.tracing.models import Contact, DatesComputed, Exposure, Fiche, Health, IndexCase
from contact_covid.tracing.protocol_queries import rules_in_force
from contact_covid.tracing.rules import dates
from contact_covid.tracing.rules.protocol import Protocol
from contact_covid.tracing.rules.urgency import Factor, is_collective

CASE_DATES = ("window_start", "isolation_until", "protocol")
CONTACT_DATES = ("isolation_until", "mask_until", "tests", "protocol")
_TOLD = ("isolation_until", "tests")
_FACTS = ("last_contact", "same_household", "cohabitant_recovers")


def date_case(case: IndexCase, health: Health | None, rules: Protocol) -> None:
    """The dates of a patient zéro by these rules; ``case`` is changed, not saved."""
    facts = dates.CaseFacts(case.onset, case.sampled_on)
    if health:
        facts = dates.CaseFacts(
            onset=case.onset,
            sampled_on=case.sampled_on,
            vaccinated_on=health.vaccinated_on,
            symptoms_ended_on=health.symptoms_ended_on,
            recovered_on=health.recovered_on,
            negative_on=health.negative_on,
        )
    made = dates.case_dates(rules, facts)
    case.window_start, case.isolation_until, case.protocol = made.window_start, made.isolation_until, rules.version


def date_contact(contact: Contact, health: Health | None, rules: Protocol, today: date) -> None:
    """The dates of a contact by these rules; ``contact`` is changed, not saved."""
    facts = dates.ContactFacts(
        last_contact=contact.last_contact,
        same_household=contact.same_household,
        told_on=contact.told_on,
        cohabitant_recovers=contact.cohabitant_recovers,
        vaccinated_on=health.vaccinated_on if health else None,
        onset=health.onset if health else None,
    )
    made = dates.contact_dates(rules, facts)
    contact.isolation_until, contact.mask_until = made.isolation_until, made.mask_until
    contact.tests, contact.test_due = dates.tests_to_json(made.tests), dates.next_test(made.tests, today)
    contact.followed_until, contact.protocol = made.followed_until, rules.version


def expose(
    contact: Contact, before: Contact | None, fiche: Fiche, health: Health | None, now: datetime, *, anew: bool = False
) -> None:
    """The dates of a contact whose exposures were ``before`` what is now on ``contact``, which is changed, not saved.

    ``anew``: something else that they follow from has changed.

    Who was told her dates keeps them, and the protocol that made them, as long as no fact is another; « at once » is
    another day for her only when the exposure that decides is a later one.
    """
    today = now.astimezone(PARIS).date()
    contact.told_on = today
    if before and fiche.told_at:
        if not anew and all(getattr(before, name) == getattr(contact, name) for name in _FACTS):
            for name in (*CONTACT_DATES, "told_on", "test_due", "followed_until"):
                setattr(contact, name, getattr(before, name))
            return
        if contact.last_contact <= before.last_contact:
            contact.told_on = before.told_on
    date_contact(contact, health, rules_in_force(fiche.disease, now), today)


def tell(fiches: Sequence[UUID], now: datetime) -> None:
    """Contacts who are told for the first time: the dates of the rules in force today, which are theirs from now on."""
    if not fiches:
        return
    today = now.astimezone(PARIS).date()
    changed = []
    for contact in Contact.objects.filter(fiche__in=fiches).select_related("fiche__health"):
        told = copy(contact)
        told.told_on = today
        date_contact(told, health_of(contact.fiche), rules_in_force(contact.fiche.disease, now), today)
        changed.append((contact, told))
    save_contacts(changed, now)


def health_of(fiche: Fiche) -> Health | None:
    """What is known of her health; the row was read with the fiche, or is now."""
    return getattr(fiche, "health", None)


def told_today(fiche: Fiche, now: datetime) -> Contact:
    """A contact with the dates she would be told today, or was told. Nothing is written."""
    contact = copy(fiche.contact)
    if fiche.told_at is None:
        contact.told_on = now.astimezone(PARIS).date()
        date_contact(contact, health_of(fiche), rules_in_force(fiche.disease, now), contact.told_on)
    return contact


def redate(fiche: Fiche, now: datetime, *, anew: bool = False) -> None:
    """What all exposures together make of her; those to patients zéro who were declared in error do not count.

    ``anew``: something else that her dates follow from has changed. Her row of ``Contact`` is written, ``fiche`` is
    changed but not saved. Nothing when no exposure is left.
    """
    exposures = list(Exposure.objects.filter(contact_fiche=fiche).exclude(index_fiche__closure=Closure.CANCELLED))
    if not exposures:
        return
    contact = Contact.objects.get(fiche=fiche)
    before = copy(contact)
    contact.last_contact = max(exposure.last_contact for exposure in exposures)
    contact.same_household = any(exposure.same_household for exposure in exposures)
    contact.calls_self = any(exposure.calls_self for exposure in exposures)
    contact.cohabitant_recovers = recovery_of(
        exposure.index_fiche_id for exposure in exposures if exposure.same_household
    )
    expose(contact, before, fiche, Health.objects.filter(fiche=fiche).first(), now, anew=anew)
    save_contacts([(before, contact)], now)
    facts = {Factor.POSITIVE: fiche.test == TestFact.POSITIVE, Factor.HOUSEHOLD: contact.same_household}
    hurry(fiche, facts | {Factor.COLLECTIVE: is_collective(exposure.circumstance for exposure in exposures)})
    hand_over(fiche, now, calls_self=contact.calls_self)
    tell_new_dates(fiche, before, contact, now)


def redate_case(index: Fiche, now: datetime) -> None:
    """What a patient zéro's facts make of her dates, and of those of who lives with her. Her row is written."""
    case = IndexCase.objects.get(fiche=index)
    before = copy(case)
    health = Health.objects.filter(fiche=index).first()
    date_case(case, health, rules_in_force(index.disease, now))
    case.save(update_fields=CASE_DATES)
    DatesComputed.objects.bulk_create(computed([(before, case)], CASE_DATES, now))
    redate_cohabitants(index, now)


def recovery_of(index_fiches: Iterable[UUID]) -> date | None:
    """When the last of these patients zéro recovers, or is expected to; None when nobody knows of any."""
    wanted = list(index_fiches)
    if not wanted:
        return None
    known = IndexCase.objects.filter(fiche__in=wanted).values_list("fiche__health__recovered_on", "isolation_until")
    return max((day for recovered, expected in known if (day := recovered or expected)), default=None)


def redate_cohabitants(index: Fiche, now: datetime) -> None:
    """Who lives with a patient zéro is exposed until she recovers: their dates, once hers are others."""
    exposed = Exposure.objects.filter(index_fiche=index, same_household=True).values("contact_fiche")
    live = Fiche.objects.filter(id__in=exposed).exclude(closure=Closure.CANCELLED)
    redate_all(live.values_list("id", flat=True), now)


def redate_all(fiches: Iterable[UUID], now: datetime) -> None:
    """Contacts one of whose exposures has changed or fallen away; who has their fiche open is told."""
    for contact in Fiche.objects.filter(id__in=list(fiches)).order_by("id").select_for_update():
        redate(contact, now)
        contact.version += 1
        contact.save(update_fields=["factors", "urgent_at", "callable_from", "version"])


def redate_written(fiches: Sequence[UUID], now: datetime) -> None:
    """The same of contacts whose fiches the caller holds and has written: not a version more."""
    for contact in Fiche.objects.filter(id__in=fiches) if fiches else ():
        redate(contact, now)
        contact.save(update_fields=["factors", "urgent_at", "callable_from"])


def save_contacts(changed: Sequence[tuple[Contact, Contact]], now: datetime) -> None:
    """Writes contacts, given before and after, and keeps the dates that are others than before."""
    if changed:
        write_dates([after for _, after in changed], list(computed(changed, CONTACT_DATES, now)))


def computed(
    made: Iterable[tuple[Contact | IndexCase | None, Contact | IndexCase]], names: Sequence[str], now: datetime
) -> Iterator[DatesComputed]:
    """The rows to keep of dates made, given before and after: of those that were not so before."""
    for before, after in made:
        if before is None or any(getattr(before, name) != getattr(after, name) for name in names):
            kept = {"tests": []} | {name: getattr(after, name) for name in names}
            yield DatesComputed(id=new_id(now), fiche_id=after.fiche_id, computed_at=now, **kept)


def tell_new_dates(fiche: Fiche, before: Contact, after: Contact, now: datetime) -> None:
    """Who had been told other dates is sent the new ones; she is not called a second time."""
    told = fiche.told_at and fiche.closure == Closure.OPEN
    if told and any(getattr(before, name) != getattr(after, name) for name in _TOLD):
        send_new_dates(fiche=fiche, now=now)


def hand_over(fiche: Fiche, now: datetime, *, calls_self: bool) -> None:
    """The platform calls, from now on when it did not until now, unless a practice says that it calls."""
    fiche.callable_from = None if calls_self else fiche.callable_from or now
