from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from contact_covid.core.ids import new_id
from contact_covid.directory.actions import load_organisations, load_practices, load_professionals, load_reference
from contact_covid.directory.enums import Convention, OrganisationKind, Profession
from contact_covid.directory.models import Commune, Fund, Organisation, Practice, Professional, ReferenceLoad
from contact_covid.directory.queries import (
    area_fund_of,
    communes_of,
    communes_starting,
    department_of,
    departments,
    funds,
    practices_by_number,
    practices_of,
    region_of,
)
from contact_covid.directory.rules.entries import NewOrganisation, NewPractice, NewProfessional

pytestmark = pytest.mark.usefixtures("rolled_back")

PHARMACY = NewOrganisation(
    kind=OrganisationKind.PHARMACY, finess="939000014", name="Pharmacie du Parc", postcode="93100", fund="931"
)
PHARMACIST = NewProfessional(
    national_id="819900000007", last_name="Vasseur", first_name="Claire", profession=Profession.PHARMACIST, title="Mme"
)


def _place(now: datetime, *, number: str = "939000014") -> Practice:
    [organisation] = load_organisations(organisations=[PHARMACY], now=now)
    [professional] = load_professionals(professionals=[PHARMACIST], now=now)
    place = NewPractice(professional=professional, organisation=organisation, name="Pharmacie du Parc", number=number)
    [practice] = load_practices(practices=[place], now=now)
    return Practice.objects.get(id=practice)


def test_the_reference_is_loaded_once_a_version(now: datetime) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert load_reference(now=now) is False
    assert len(queries) == 1
    assert Commune.objects.count() == 34969


def test_another_version_brings_the_tables_up_to_date_and_keeps_the_rows(now: datetime) -> None:
    ReferenceLoad.objects.update(version="older")
    Fund.objects.filter(code="931").update(name="Ancien nom")

    assert load_reference(now=now + timedelta(days=1)) is True
    assert Fund.objects.get(code="931").name == "Caisse primaire de la Seine-Saint-Denis"
    assert Fund.objects.get(code="931").centres.count() == 3
    assert Commune.objects.count() == 34969


@pytest.mark.parametrize(
    ("typed", "department"),
    [
        ("93200", "93"),
        ("20000", "2A"),
        ("20200", "2B"),
        ("97133", "977"),
        ("97150", "978"),
        ("97229", "972"),
        ("98600", "986"),
        ("75116", "75"),
        ("01410", "01"),
        ("93017", "93"),
        (" 2a ", "2A"),
        ("972", "972"),
        ("99123", None),
        ("00000", None),
        ("9320", None),
        ("", None),
    ],
)
def test_a_postcode_or_department_code_says_the_department(typed: str, department: str | None) -> None:
    assert department_of(typed) == department


def test_areas() -> None:
    assert region_of("972") == "02"
    assert region_of("100") is None
    assert area_fund_of("93") == "931"
    assert area_fund_of("978") == "971"
    assert area_fund_of("984") is None
    assert departments()["974"].timezone == "Indian/Reunion"
    assert funds()["931"].centres == ("1021", "1022", "1023")


def test_communes_are_found_by_postcode_and_by_the_start_of_their_name() -> None:
    assert [c.name for c in communes_of("93200")] == ["Saint-Denis"]
    assert communes_starting("st den")[0].name == "Saint-Denis"
    assert [c.insee for c in communes_starting("saint-denis", department="93")] == ["93066"]
    assert len(communes_starting("sa")) == 20
    assert list(communes_starting("s")) == []


def test_loading_again_updates_and_keeps_the_ids(now: datetime) -> None:
    first = _place(now)
    Practice.objects.update(active=False, convention=Convention.OUT)

    again = _place(now + timedelta(days=1))

    assert again.id == first.id
    assert again.active
    assert again.convention == Convention.NONE
    assert (Organisation.objects.count(), Professional.objects.count(), Practice.objects.count()) == (1, 1, 1)


def test_one_key_twice_in_a_batch_is_one_row(now: datetime) -> None:
    ids = load_organisations(organisations=[PHARMACY, PHARMACY], now=now)
    assert ids[0] == ids[1]


def test_a_number_finds_its_practices_as_typed(now: datetime) -> None:
    place = _place(now)

    assert [p.id for p in practices_by_number("939 000 014")] == [place.id]
    assert practices_by_number("939000014")[0].professional == place.professional
    assert list(practices_by_number("939000015")) == []


def test_staff_without_number_are_not_found_by_an_empty_one(now: datetime) -> None:
    place = _place(now, number="")

    assert list(practices_by_number(" ")) == []
    assert place.professional_id
    assert [p.id for p in practices_of(place.professional_id)] == [place.id]


def test_an_inactive_practice_opens_nothing(now: datetime) -> None:
    place = _place(now)
    Practice.objects.update(active=False)

    assert list(practices_by_number(place.number)) == []


def test_the_database_refuses_a_practice_of_nobody(now: datetime) -> None:
    with pytest.raises(IntegrityError, match="practice_of_someone"), transaction.atomic():
        Practice.objects.create(id=new_id(now), name="Vide")


def test_the_database_refuses_two_organisations_with_one_finess(now: datetime) -> None:
    load_organisations(organisations=[PHARMACY], now=now)
    with pytest.raises(IntegrityError, match="organisation_finess_unique"), transaction.atomic():
        Organisation.objects.create(
            id=new_id(now), kind=OrganisationKind.PHARMACY, finess=PHARMACY.finess, name="Autre"
        )
