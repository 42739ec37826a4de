"""« Même foyer »: whether any exposure is in the household; the counter changes the latest one."""

from datetime import date, timedelta

import pytest

from contact_covid.journal.models import Entry
from contact_covid.tracing.models import Contact, Exposure, Fiche
from tests.cast import TODAY, contact, person, search
from tests.clock import NOW
from tests.tracing.counter import details_of, seen, visit

pytestmark = pytest.mark.django_db
WOMAN = person()
DAYS = [date(2020, 5, 6), date(2020, 5, 9), date(2020, 5, 8)]


def exposed(*households: bool) -> Fiche:
    """Her fiche, exposed on ``DAYS``: the second is the latest, though not the last registered."""
    for number, (day, same) in enumerate(zip(DAYS, households, strict=False), start=10):
        fiche = contact(WOMAN, index=number, last_contact=day, same_household=same)
    search(WOMAN)
    return fiche


def say(fiche: Fiche, *, same_household: bool) -> None:
    visit(fiche, details=details_of(WOMAN, same_household=same_household))


def exposures(fiche: Fiche) -> list[bool]:
    rows = Exposure.objects.filter(contact_fiche=fiche).order_by("index_fiche__created_at", "last_contact")
    by_day = dict(rows.values_list("last_contact", "same_household"))
    return [by_day[day] for day in DAYS if day in by_day]


@pytest.mark.parametrize(
    ("before", "said", "after", "shown"),
    [
        ([False], True, [True], True),
        ([True], False, [False], False),
        ([False, False, False], True, [False, True, False], True),
        ([False, True, False], False, [False, False, False], False),
        ([True, True, False], False, [True, False, False], True),
        ([True, False, False], False, [True, False, False], True),
        ([True, False, False], True, [True, False, False], True),
        ([False, True, True], False, [False, False, True], True),
    ],
    ids=range(8),
)
def test_the_latest_exposure_changes_and_any_one_makes_the_household(
    before: list[bool], said: bool, after: list[bool], shown: bool
) -> None:
    fiche = exposed(*before)
    say(fiche, same_household=said)
    assert (exposures(fiche), seen(fiche)[0].same_household) == (after, shown)
    assert Contact.objects.get(fiche=fiche).same_household is shown


@pytest.mark.parametrize(
    ("before", "said", "hours"), [([True, True], False, 46), ([False], True, 46), ([True], False, 50)]
)
def test_the_queue_counts_the_household_as_it_is_shown(before: list[bool], said: bool, hours: int) -> None:
    fiche = exposed(*before)
    say(fiche, same_household=said)
    assert Fiche.objects.get(id=fiche.id).urgent_at == NOW + timedelta(hours=hours)


def test_the_household_is_tested_at_once_others_on_the_seventh_day() -> None:
    fiche = exposed(False, False)
    say(fiche, same_household=True)
    assert Contact.objects.get(fiche=fiche).test_due == TODAY
    say(fiche, same_household=False)
    assert Contact.objects.get(fiche=fiche).test_due == date(2020, 5, 16)
    assert Contact.objects.get(fiche=fiche).isolation_until == date(2020, 5, 23)


def test_saying_no_where_another_exposure_says_yes_is_no_change_the_second_time() -> None:
    fiche = exposed(True, True)
    say(fiche, same_household=False)
    version, events = Fiche.objects.get(id=fiche.id).version, Entry.objects.filter(kind="tracing.updated").count()
    say(fiche, same_household=False)
    assert Fiche.objects.get(id=fiche.id).version == version
    assert Entry.objects.filter(kind="tracing.updated").count() == events == 1


def test_nothing_of_the_exposures_is_shown() -> None:
    fiche = exposed(True, False)
    told = repr(seen(fiche))
    assert [str(link.id) for link in Exposure.objects.all() if str(link.id) in told] == []
    assert [str(link.index_fiche_id) for link in Exposure.objects.all() if str(link.index_fiche_id) in told] == []
    assert "2020, 5, 6" not in told
