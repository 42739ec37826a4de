from collections import Counter
from datetime import datetime
from itertools import chain

import pytest

from contact_covid.access.enums import Role
from contact_covid.accounts.actions.security_keys import prove
from contact_covid.accounts.creation_queries import has_account
from contact_covid.core.rules import professional_ids
from contact_covid.core.rules.nir import parse
from contact_covid.demo.actions.cast import UNREGISTERED_IBAN_END, UNREGISTERED_NIR, load_cast, place_members
from contact_covid.demo.rules.cast import (
    ROLES,
    CastMember,
    extra,
    laboratories,
    local_cast,
    named_cast,
    newcomer,
    pharmacies,
    registrars,
    unregistered,
)
from contact_covid.demo.rules.places import france
from contact_covid.directory.actions import load_reference
from contact_covid.directory.queries import practices_by_number, practices_of

WITHOUT_FUND = {Role.ARS_AGENT, Role.EPIDEMIOLOGIST, Role.DPO, Role.ADMINISTRATOR}


def everyone() -> list[CastMember]:
    local = (*registrars().values(), *pharmacies().values(), *laboratories().values())
    members = [*named_cast(), *local, *chain.from_iterable(extra(role, 400) for role in ROLES)]
    return list({member.professional.national_id: member for member in members}.values())


def test_every_role_is_played_and_those_with_a_fund_in_two() -> None:
    funds: dict[Role, set[str | None]] = {}
    for member in named_cast():
        funds.setdefault(member.role, set()).add(member.fund)

    assert set(funds) == set(Role) - {Role.PERSON, Role.SYSTEM, Role.ACCOUNTANT}, "accountants are named by a holder"
    for role, found in funds.items():
        assert found == ({None} if role in WITHOUT_FUND else {"931", "972"})


def test_agencies_have_a_region() -> None:
    assert {m.region for m in named_cast() if m.role == Role.ARS_AGENT} == {"11", "02"}


def test_numbers_are_valid_and_each_belongs_to_one_person() -> None:
    members = everyone()
    numbers = [place.number for member in members for place in member.places if place.number]

    for member in members:
        assert (
            str(professional_ids.parse_national_id(member.professional.national_id)) == member.professional.national_id
        )
    for number in numbers:
        assert professional_ids.finess_key_ok(professional_ids.parse_finess(number))
    assert max(Counter(numbers).values()) == 1
    assert max(Counter(member.email for member in members).values()) == 1
    assert all(member.email.endswith("@example.org") for member in members)


def test_the_last_extra_members_have_valid_numbers_too() -> None:
    *_, last = extra(Role.PHYSICIAN, 10_000)
    assert professional_ids.parse_finess(last.number)


def test_every_inhabited_department_has_who_registers_tests_and_hands_out() -> None:
    for members in (registrars(), pharmacies(), laboratories()):
        assert set(members) == set(france().communes)
        assert all(member.organisation.department == code for code, member in members.items())
    assert pharmacies()["972"].professional.last_name == "Vasseur"


def test_extra_members_are_the_same_every_time() -> None:
    assert list(extra(Role.PHARMACIST, 20)) == list(extra(Role.PHARMACIST, 30))[:20]


@pytest.mark.django_db
def test_the_cast_is_placed_once(now: datetime) -> None:
    load_reference(now=now)
    members = [*named_cast(), *extra(Role.PHARMACIST, 5)]

    placed = place_members(members=members, now=now)

    assert place_members(members=members, now=now) == placed
    for each in placed:
        own = {place.id for place in practices_of(each.professional)}
        assert own == (set() if each.member.role == Role.SECRETARY else set(each.practices)), "hers is the physician's"
    [claire] = [each for each in placed if each.member.professional.last_name == "Vasseur"]
    assert [p.id for p in practices_by_number(claire.member.number)] == list(claire.practices)
    [helene] = [each for each in placed if each.member.professional.last_name == "Marchand"]
    assert len(helene.practices) == 2


@pytest.mark.usefixtures("fresh_database")
def test_the_unregistered_physician_has_a_key_and_no_account(now: datetime) -> None:
    load_reference(now=now)
    load_cast(now=now)
    who = unregistered()
    proved = prove(number=who.number, nir=parse(UNREGISTERED_NIR), iban_end=UNREGISTERED_IBAN_END, now=now)
    assert proved.name == "Dr Inès DELORME"
    assert not has_account(proved)
    everyone = chain(
        named_cast(), [newcomer()], *(local_cast(role).values() for role in ROLES[:4]), extra(Role.PHYSICIAN, 500)
    )
    assert who.professional.national_id not in {member.professional.national_id for member in everyone}
