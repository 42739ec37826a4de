"""What the protocol makes of a person's facts: when she may have infected others, her isolation, masks and tests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from contact_covid.tracing.enums import WantedTest
from contact_covid.tracing.rules.protocol import After, CaseRules, ContactRules, ExposedUntil, Protocol


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the dates of a patient zéro follow from. ``onset`` None: without symptoms; other None: not known.

    ``vaccinated_on``: since when she is fully vaccinated. ``negative_on``: day of her last test that found nothing.
    """

    onset: date | None
    sampled_on: date
    vaccinated_on: date | None = None
    symptoms_ended_on: date | None = None
    recovered_on: date | None = None
    negative_on: date | None = None

    @property
    def begins(self) -> date:
        """The day from which her isolation is counted."""
        return self.onset or self.sampled_on


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What the dates of a contact follow from: her exposures taken together, and her health.

    ``cohabitant_recovers``: when the last of the patients zéro she lives with recovers or is expected to, None when
    she lives with none, or nobody knows. ``told_on``: the day from which « at once » counts.
    """

    last_contact: date
    same_household: bool
    told_on: date
    cohabitant_recovers: date | None = None
    vaccinated_on: date | None = None
    onset: date | None = None


class DueTest(NamedTuple):
    """A test that a contact is to have."""

    day: date
    kind: WantedTest


@dataclass(frozen=True, slots=True)
class CaseDates:
    """``window_start``: first day on which she may have infected others. ``isolation_until``: last day, None until the
    physician says recovered."""

    window_start: date
    isolation_until: date | None


@dataclass(frozen=True, slots=True)
class ContactDates:
    """Last days of isolation (None: she is not isolated) and of wearing a mask (None: she need not), the tests due,
    earliest first, and until when she watches for symptoms."""

    isolation_until: date | None
    mask_until: date | None
    tests: tuple[DueTest, ...]
    watched_until: date

    @property
    def followed_until(self) -> date:
        """The last day on which something is still to be done, or to be watched for."""
        return max([self.watched_until, *(test.day for test in self.tests), self.isolation_until or self.watched_until])


def next_test(tests: Sequence[DueTest], today: date) -> date | None:
    """The day of the next test, or of the last one when all should have been done; None when none is due."""
    return next((test.day for test in tests if test.day >= today), tests[-1].day if tests else None)


def tests_to_json(tests: Iterable[DueTest]) -> list[list[str]]:
    """As they are stored: a day ("2021-07-30") and a kind ("antigen") each, earliest first."""
    return [[test.day.isoformat(), test.kind.value] for test in tests]


def tests_from_json(stored: Iterable[Sequence[str]]) -> tuple[DueTest, ...]:
    return tuple(DueTest(date.fromisoformat(day), WantedTest(kind)) for day, kind in stored)


def case_dates(rules: Protocol, case: CaseFacts) -> CaseDates:
    before = _days(rules.days_before_onset if case.onset else rules.days_before_sampling)
    vaccinated = case.vaccinated_on is not None and case.vaccinated_on <= case.begins
    return CaseDates(case.begins - before, _case_isolation(rules.cases[vaccinated], case))


def contact_dates(rules: Protocol, contact: ContactFacts) -> ContactDates:
    """The latest exposure decides; whether she is vaccinated counts as of that day."""
    vaccinated = contact.vaccinated_on is not None and contact.vaccinated_on <= contact.last_contact
    held = rules.contacts[vaccinated, contact.same_household]
    exposed = _exposed_until(held, contact)
    return ContactDates(
        isolation_until=exposed + _days(held.isolation_days) if held.isolation_days else None,
        mask_until=exposed + _days(held.mask_days) if held.mask_days else None,
        tests=_tests(held, contact, exposed),
        watched_until=exposed + _days(held.followed_days),
    )


def _exposed_until(held: ContactRules, contact: ContactFacts) -> date:
    if held.exposed_until is ExposedUntil.RECOVERY and contact.cohabitant_recovers:
        return max(contact.last_contact, contact.cohabitant_recovers)
    return contact.last_contact


def _case_isolation(held: CaseRules, case: CaseFacts) -> date | None:
    if not held.isolation_days:
        return case.recovered_on
    end = case.begins + _days(held.isolation_days)
    earliest = case.begins + _days(held.shortened_days)
    well_from = _well_from(held, case)
    if not held.shortened_days or well_from is None or case.negative_on is None or case.negative_on < earliest:
        return end
    return min(end, max(case.negative_on, well_from))


def _well_from(held: CaseRules, case: CaseFacts) -> date | None:
    """From when on she has had no symptoms for long enough; None while she has some."""
    if case.onset is None:
        return case.begins
    return case.symptoms_ended_on + _days(held.symptom_free_days) if case.symptoms_ended_on else None


def _tests(held: ContactRules, contact: ContactFacts, exposed: date) -> tuple[DueTest, ...]:
    """One a day, the last named of a day; one whose day had passed when she was told only if no other is left."""
    # Who has symptoms is tested at once, not on a day before anybody told her.
    onset = max(contact.onset, contact.told_on) if contact.onset else None
    days = {After.TOLD: contact.told_on, After.CONTACT: exposed, After.ONSET: onset}
    due: dict[date, WantedTest] = {}
    for test in held.tests:
        begins = days[test.after]
        if begins is not None:
            due[max(begins + _days(test.day), contact.last_contact)] = test.kind
    ahead = [day for day in sorted(due) if day >= contact.told_on] or sorted(due)[-1:]
    return tuple(DueTest(day, due[day]) for day in ahead)


def _days(number: int) -> timedelta:
    return timedelta(days=number)
