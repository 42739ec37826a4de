"""Whose platform calls a person: that of the département she lives in, whatever fund she is affiliated to."""

import pytest

from contact_covid.directory.actions import load_reference
from contact_covid.people.models import SearchKey
from contact_covid.tracing.models import Fiche
from tests.cast import dossier, enter, named, person, search
from tests.clock import NOW
from tests.tracing.counter import details_of, visit

FARMER = person(1, scheme="02", fund="012")


@pytest.mark.django_db
def test_a_fiche_belongs_to_the_platform_of_its_departement() -> None:
    load_reference(now=NOW)
    (registered,) = enter(dossier(person(2), named(FARMER, department="972")))
    assert registered.contacts[0].fund == "972"


@pytest.mark.django_db
def test_it_moves_to_another_platform_with_the_departement() -> None:
    load_reference(now=NOW)
    (registered,) = enter(dossier(person(2), named(FARMER)))
    fiche = registered.contacts[0]
    search(FARMER)
    visit(fiche, details=details_of(FARMER, postcode="97200", commune="Fort-de-France", department="972"))
    moved = Fiche.objects.get(id=fiche.id)
    assert (moved.department, moved.region, moved.fund) == ("972", "02", "972")
    assert set(SearchKey.objects.filter(fiche=fiche.id).values_list("area", flat=True)) == {"972"}
