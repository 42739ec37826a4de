"""The rules of a creation: roles by place and profession, codes on paper, lines of the funds' file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.access.enums import Role
from contact_covid.accounts.rules import key_lines, letter_codes
from contact_covid.accounts.rules.posts import is_self_employed, role_at
from contact_covid.core.records import ALPHABET
from contact_covid.demo.rules.cast import named_cast
from contact_covid.directory.enums import OrganisationKind as Kind
from contact_covid.directory.enums import Profession

OWN_ACCOUNT = {Role.PHYSICIAN, Role.PHARMACIST, Role.BIOLOGIST, Role.HOSPITAL}
codes = st.text(alphabet=ALPHABET, min_size=letter_codes.LENGTH, max_size=letter_codes.LENGTH)


def test_the_rule_gives_the_professionals_of_the_demo_the_roles_they_have() -> None:
    for member in named_cast():
        role = role_at(member.organisation.kind, member.professional.profession)
        assert role == (member.role if member.role in OWN_ACCOUNT else None), member.name


@pytest.mark.parametrize("kind", [None, *Kind])
@pytest.mark.parametrize("profession", [None, *Profession])
def test_nobody_gives_herself_another_role(kind: Kind | None, profession: Profession | None) -> None:
    role = role_at(kind, profession)
    assert role is None or role in OWN_ACCOUNT
    if profession in {Profession.SECRETARY, Profession.NURSE, Profession.HEALTH_FUND_STAFF, Profession.AGENCY_STAFF}:
        assert role is None
    if profession is None:
        assert role is None or kind in {Kind.PHARMACY, Kind.LABORATORY, Kind.HOSPITAL}
        assert not is_self_employed(kind, profession)
    if kind in {Kind.PHARMACY, Kind.LABORATORY, Kind.HOSPITAL}:
        assert not is_self_employed(kind, profession)


@given(codes, st.sampled_from([" ", "-", "\N{NO-BREAK SPACE}", ""]))
def test_a_code_is_read_however_it_is_typed(code: str, between: str) -> None:
    shown = letter_codes.shown(code)
    assert letter_codes.read(shown) == code
    assert letter_codes.read(f" {shown.lower().replace('-', between)} ") == code
    assert letter_codes.read(code.replace("0", "O").replace("1", "l")) == code


@given(st.text(max_size=40))
def test_anything_else_is_no_code(typed: str) -> None:
    read = letter_codes.read(typed)
    assert read == "" or (len(read) == letter_codes.LENGTH and set(read) <= set(ALPHABET))


def test_codes_are_drawn() -> None:
    assert len({letter_codes.new_code() for _ in range(200)}) == 200


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=90), max_size=8))
def test_every_line_is_a_key_or_a_reject_in_order(lines: list[str]) -> None:
    found = list(key_lines.read(lines))
    assert [each.line for each in found] == [n for n, text in enumerate(lines, start=2) if text.strip()]
    for each in found:
        assert len(each.cells) == len(key_lines.COLUMNS)
        assert max(map(len, each.cells)) <= key_lines.LONGEST_CELL
