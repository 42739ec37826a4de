from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from contact_covid.core.rules import nir
from contact_covid.demo import rules
from contact_covid.demo.rules.fiches import DemoDay, DemoPerson, NamedContact
from contact_covid.demo.rules.outbreak import Size, blocks, generate, generate_block
from contact_covid.demo.rules.selection import contact_fiches, pick
from contact_covid.demo.rules.template import shipped_template
from contact_covid.directory.rules.reference import shipped
from contact_covid.people.enums import NirHolder, Quality
from contact_covid.tracing import enums

TODAY = date(2024, 2, 29)
FICTION = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998")
SHIPPED_LIMIT = 2 * 2**20


@cache
def outbreak(size: Size) -> tuple[DemoDay, ...]:
    return tuple(generate(size, seed=7, today=TODAY))


def namings(days: tuple[DemoDay, ...]) -> list[NamedContact]:
    return [contact for day in days for index in day.index_cases for contact in index.contacts]


def people(days: tuple[DemoDay, ...]) -> list[DemoPerson]:
    index = [index.person for day in days for index in day.index_cases]
    return list({p.key: p for p in [*index, *(c.person for c in namings(days))]}.values())


@pytest.mark.parametrize(("size", "wanted"), [("small", 1_000), ("20k", 20_000), (1, 1), (2_497, 2_497)])
def test_the_number_of_contact_fiches_is_exact(size: Size, wanted: int) -> None:
    contacts = namings(outbreak(size))

    assert len({c.fiche for c in contacts}) == wanted
    assert sum(c.new for c in contacts) == wanted


def test_the_small_outbreak_has_about_300_index_cases_and_the_demo_funds_have_some() -> None:
    days = outbreak("small")
    departments = Counter(c.person.department for c in namings(days))

    assert 250 <= sum(len(day.index_cases) for day in days) <= 350
    assert departments["93"] >= 10
    assert departments["972"] >= 10


def test_the_same_seed_gives_the_same_outbreak_and_another_does_not() -> None:
    assert tuple(generate(150, seed=7, today=TODAY)) == tuple(generate(150, seed=7, today=TODAY))
    assert tuple(generate(150, seed=7, today=TODAY)) != tuple(generate(150, seed=8, today=TODAY))


def test_cases_name_between_two_point_eight_and_four_people() -> None:
    template = shipped_template()
    assert 2.8 <= sum(len(case.namings) for case in template.cases) / len(template.cases) <= 4
    assert 2.8 <= contact_fiches(template.cases) / len(template.cases) <= 4


def test_the_days_are_the_sixty_before_loading() -> None:
    days = outbreak("small")

    assert [day.day for day in days] == [TODAY - timedelta(days=back) for back in range(60, 0, -1)]
    assert all(index.result_on == day.day for day in days for index in day.index_cases)
    assert all(test.sampled_on <= day.day for day in days for test in day.tests)


def test_a_long_outbreak_lasts_ninety_days_up_to_yesterday() -> None:
    found = list(generate_block("1m", 5, seed=7, today=TODAY))
    cases = {day.day: len(day.index_cases) for day in found}

    assert [*cases] == [TODAY - timedelta(days=back) for back in range(90, 0, -1)]
    first, second, third = (sum(list(cases.values())[start : start + 30]) for start in (0, 30, 60))
    assert 0 < first < third < second
    assert cases[TODAY - timedelta(days=1)] > 0
    assert len(blocks("1m")) * sum(contact.new for contact in namings(tuple(found))) > 1_000_000
    assert {c.person.department for c in namings(tuple(found))} == {
        commune.department for commune in shipped().geography.communes if commune.postcodes
    }


def test_blocks_can_be_generated_apart_and_share_nobody() -> None:
    size = 5_100
    apart = [tuple(generate_block(size, block, seed=7, today=TODAY)) for block in reversed(blocks(size))]

    assert tuple(day for days in reversed(apart) for day in days) == outbreak(size)
    one, other = ({number for day in days for number in fiches(day)} for days in apart)
    assert one.isdisjoint(other)
    nirs = [{person.identity.nir for person in people(days)} - {""} for days in apart]
    assert nirs[0].isdisjoint(nirs[1])


def fiches(day: DemoDay) -> Iterator[int]:
    for index in day.index_cases:
        yield index.fiche
        yield from (contact.fiche for contact in index.contacts)


def test_every_department_with_postcodes_and_every_fund_is_touched_at_20k() -> None:
    contacts = [c.person for c in namings(outbreak("20k"))]

    assert {c.department for c in contacts} == {
        commune.department for commune in shipped().geography.communes if commune.postcodes
    }
    assert {c.identity.fund for c in contacts} == {fund.code for fund in shipped().funds}


def test_numbers_agree_with_the_person_and_belong_to_nobody() -> None:
    everyone = people(outbreak("20k"))
    own = [p.identity for p in everyone if p.identity.nir and p.identity.nir_holder == NirHolder.OWN]

    for identity in own:
        number = nir.parse(nir.parse(identity.nir).number)
        sex = nir.MAN if identity.sex == "M" else nir.WOMAN
        assert nir.warnings(number, sex=sex, birth_date=identity.birth_date) == ()
        assert number.body[7:10] == "999"
    assert len({identity.nir for identity in own}) == len(own)


def test_children_are_under_the_number_of_an_adult() -> None:
    children = [p.identity for p in people(outbreak("small")) if p.identity.nir_holder == NirHolder.INSURED]

    assert len(children) > 50
    assert all(child.quality == Quality.BENEFICIARY for child in children)
    for child in children:
        assert child.birth_date
        assert nir.parse(child.nir).birth_year != child.birth_date.year % 100


def test_telephones_and_addresses_are_fictitious() -> None:
    everyone = [p.identity for p in people(outbreak("20k"))]

    assert all(i.phone.startswith(FICTION) and len(i.phone) == 12 for i in everyone if i.phone)
    assert all(i.email.rpartition("@")[2] in ("example.org", "example.net", "example.com") for i in everyone if i.email)
    assert {i.phone[:8] for i in everyone if i.phone} == set(FICTION)


def test_places_are_real() -> None:
    known = {(c.name, postcode) for c in shipped().geography.communes for postcode in c.postcodes}
    assert {(p.identity.commune, p.identity.postcode) for p in people(outbreak("20k"))} <= known


def test_anyone_met_twice_can_be_recognised() -> None:
    days = outbreak("20k")
    met = Counter(c.person.key for c in namings(days))
    ill = {index.person.key for day in days for index in day.index_cases}

    for person in people(days):
        if met[person.key] + (person.key in ill) > 1:
            assert person.identity.nir or person.identity.phone


def test_nobody_is_taken_for_another() -> None:
    keys = Counter(
        (i.nir, i.birth_name, i.first_names, i.birth_date) for i in (p.identity for p in people(outbreak("20k")))
    )
    assert max(keys.values()) == 1


def test_the_small_outbreak_has_the_situations_a_tracer_meets() -> None:
    days = outbreak("small")
    everyone = [p.identity for p in people(days)]
    children = Counter((i.street, i.postcode, i.birth_date) for i in everyone if i.nir_holder == NirHolder.INSURED)
    fiches: dict[int, set[int]] = {}
    for contact in namings(days):
        fiches.setdefault(contact.person.key, set()).add(contact.fiche)

    assert max(children.values()) >= 2, "twins"
    assert any(len(each) == 2 for each in fiches.values()), "two episodes"
    assert any(not contact.new for contact in namings(days)), "several exposures"
    assert any(index.was_contact for day in days for index in day.index_cases)
    assert any(not i.nir for i in everyone)
    assert any(not i.phone for i in everyone)
    assert any(i.used_name for i in everyone)
    assert {c.consent for c in namings(days)} == set(enums.Consent)
    assert {t.result for day in days for t in day.tests} == set(enums.TestResult)
    assert {c.outcome for day in days for c in day.calls} == set(enums.Call) - {enums.Call.TO_CALL}
    assert any(day.masks for day in days)


def test_what_happens_to_a_fiche_comes_after_it_was_opened() -> None:
    for size in ("small", "20k"):
        opened: dict[int, tuple[date, time]] = {}
        for day in outbreak(size):
            for test in day.tests:
                assert opened[test.fiche][0] < day.day
            for index in day.index_cases:
                assert index.was_contact is None or opened[index.was_contact][0] < day.day
                opened[index.fiche] = (day.day, index.at)
                for contact in index.contacts:
                    assert contact.new == (contact.fiche not in opened)
                    opened.setdefault(contact.fiche, (day.day, index.at))
                    assert opened[contact.fiche] <= (day.day, index.at)
            assert all(opened[call.fiche] < (day.day, call.at) for call in day.calls)
            assert all(opened[masks.fiche] < (day.day, masks.at) for masks in day.masks)


def test_a_case_that_was_a_contact_has_a_positive_test_that_day() -> None:
    for day in outbreak("small"):
        positive = {test.fiche for test in day.tests if test.result == enums.TestResult.POSITIVE}
        assert positive == {index.was_contact for index in day.index_cases if index.was_contact}


def test_more_contacts_than_a_tile_has_are_refused() -> None:
    template = shipped_template()
    with pytest.raises(ValueError, match="fewer"):
        pick(template, contact_fiches(template.cases) + 1, Random(1))


def test_the_shipped_data_is_small() -> None:
    folder = Path(rules.__file__).parents[1] / "data"
    assert 0 < sum(file.stat().st_size for file in folder.iterdir()) <= SHIPPED_LIMIT
