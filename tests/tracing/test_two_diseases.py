"""A person who meets two diseases has a fiche for each, and neither knows of the other."""

from datetime import timedelta

import pytest

from contact_covid.access.actor import SYSTEM
from contact_covid.clusters.actions.signals import propose_signals
from contact_covid.clusters.models import Signal
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import Contact, Fiche, IndexCase
from contact_covid.worklist.actions.area import open_area
from contact_covid.worklist.area_queries import AreaFilter
from tests.cast import PAULA, TODAY, dossier, enter, named, person
from tests.clock import NOW
from tests.clusters.people import JAURES, stay
from tests.worklist.calls import agent, hired

pytestmark = pytest.mark.usefixtures("rolled_back")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def both_are_followed(settings: object) -> None:
    settings.DISEASES = ("covid19", "measles")  # type: ignore[attr-defined]


def measles(number: int, *contacts: int, **changes: object) -> Fiche:
    met = [named(person(each), last_contact=TODAY) for each in contacts]
    [made] = enter(dossier(person(number), *met, disease="measles", **changes), now=LATER, by=PAULA)
    return made.index


def test_a_contact_of_both_has_two_fiches_with_their_own_dates() -> None:
    enter(dossier(person(900), named(person(1), last_contact=TODAY)))
    measles(901, 1)
    covid, other = Contact.objects.filter(fiche__kind=FicheKind.CONTACT).order_by("fiche__created_at")
    assert (covid.fiche.disease, other.fiche.disease) == ("covid19", "measles")
    assert (other.isolation_until, other.mask_until, other.test_due) == (None, None, None)
    assert other.followed_until == TODAY + timedelta(days=21)
    assert covid.isolation_until
    assert other.fiche.urgent_at < covid.fiche.urgent_at + timedelta(days=1)
    assert {covid.fiche.doubtful, other.fiche.doubtful} == {False}


def test_a_case_of_the_one_is_no_contact_of_the_other() -> None:
    enter(dossier(person(900), named(person(1), last_contact=TODAY)))
    index = measles(1)
    assert IndexCase.objects.get(fiche=index).was_contact is None
    assert Fiche.objects.get(disease="covid19", kind=FicheKind.CONTACT).closure == "open"


def test_the_same_person_named_again_keeps_the_fiche_of_that_disease() -> None:
    measles(901, 1)
    measles(902, 1)
    assert Fiche.objects.filter(kind=FicheKind.CONTACT).count() == 1


def test_the_list_is_filtered_by_disease() -> None:
    julien = agent(41)
    hired(julien)
    enter(dossier(person(900), named(person(1), last_contact=TODAY)))
    measles(901, 2)
    page = open_area(actor=julien, now=LATER, chosen=AreaFilter(disease="measles"))
    assert {line.fiche.sealed.number for line in page.lines} == set(
        Fiche.objects.filter(disease="measles").values_list("number", flat=True)
    )


def test_three_of_one_disease_are_a_signal_and_three_of_two_are_none() -> None:
    for number in (900, 901):
        [made] = enter(dossier(person(number)), now=LATER)
        stay(made.index, JAURES, now=LATER)
    stay(measles(902), JAURES, now=LATER)
    soon = LATER + timedelta(minutes=1)
    propose_signals(actor=SYSTEM, since=NOW - timedelta(days=1), now=soon)
    assert not Signal.objects.exists()
    [made] = enter(dossier(person(903)), now=LATER)
    stay(made.index, JAURES, now=LATER)
    propose_signals(actor=SYSTEM, since=NOW - timedelta(days=1), now=soon)
    assert list(Signal.objects.values_list("disease", "cases")) == [("covid19", 3)]
