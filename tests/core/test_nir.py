"""The national number: what is accepted, what is refused and why, what is asked to be confirmed."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.core.rules.nir import MAN, WOMAN, NirError, NirErrorCode, NirWarning, parse, warnings

VECTORS = Path(__file__).parents[3] / "shared/data/health_ids_fr/identifier_check_vectors.csv"
PUBLISHED = ["295109912611193", "253072A07300443", "253072B07300470", "279035121518989", "162126587913677"]
MISTYPED = ["123456789012244", "179125612113516"]
NOBODY = "2690549999001"  # commune 999 does not exist

departments = st.sampled_from([f"{n:02d}" for n in range(1, 97)] + ["2A", "2B", "99"])
bodies = st.builds(
    lambda sex, year, month, department, order: f"{sex}{year:02d}{month:02d}{department}999{order:03d}",
    st.sampled_from("123478"),
    st.integers(0, 99),
    st.sampled_from([*range(1, 13), *range(20, 43), *range(50, 100)]),
    departments,
    st.integers(1, 999),
)


def refusal(text: str) -> NirErrorCode:
    with pytest.raises(NirError) as caught:
        parse(text)
    assert isinstance(caught.value.code, NirErrorCode)
    return caught.value.code


@pytest.mark.parametrize("number", PUBLISHED, ids=range(len(PUBLISHED)))
def test_published_numbers_are_accepted_with_and_without_key(number: str) -> None:
    assert parse(number).number == number
    assert parse(number[:13]).number == number


@pytest.mark.parametrize("number", MISTYPED, ids=range(len(MISTYPED)))
def test_a_wrong_key_is_named_as_such(number: str) -> None:
    assert refusal(number) is NirErrorCode.KEY


@pytest.mark.skipif(not VECTORS.exists(), reason="the published check vectors are not on this machine")
def test_check_vectors() -> None:
    with VECTORS.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "INS/NIR"]
    assert len(rows) == 3
    for row in rows:
        if row["key_ok"] == "True":
            assert parse(row["value"]).number == row["value"]
        else:
            assert refusal(row["value"]) is NirErrorCode.KEY


@pytest.mark.parametrize(
    "typed",
    [
        "2 69 05 49 588 157 80",
        "269.05.49.588.157.80",
        " 2690549588157 80 ",
        "2\N{NARROW NO-BREAK SPACE}69\N{NO-BREAK SPACE}05 49 588 157",
        "2-69-05-49-588-157\N{EN DASH}80\n",
    ],
    ids=["grouped", "dots", "outer spaces", "hard spaces, no key", "dashes"],
)
def test_separators_are_ignored_and_the_display_is_grouped(typed: str) -> None:
    assert parse(typed).display() == "2 69 05 49 588 157 80"


def test_the_corsican_letter_may_be_lower_case() -> None:
    assert parse("2 53 07 2a 073 004 43").body == "253072A073004"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "269054999900",
        NOBODY + "1",
        NOBODY + "012",
        "2690549999OO1",
        "253072C073004",
        "2690549999٠٠١",
        "26905499990²1",
        "2690549999001\x00",
        "2" * 100_000,
        "'; DROP TABLE fiche; --",
        "0690549999001",
        "5690549999001",
        "6690549999001",
        "9690549999001",
        "2690049999001",
        "2691349999001",
        "2691949999001",
        "2694349999001",
        "2694949999001",
        "2690500999001",
        "2690549000001",
        "2690549999000",
    ],
    ids=[
        "empty",
        "blank",
        "12 digits",
        "14 digits",
        "16 digits",
        "letters O",
        "2C",
        "arabic digits",
        "superscript digit",
        "null byte",
        "very long",
        "hostile",
        "sex 0",
        "sex 5",
        "sex 6",
        "sex 9",
        "month 00",
        "month 13",
        "month 19",
        "month 43",
        "month 49",
        "department 00",
        "commune 000",
        "order 000",
    ],
)
def test_impossible_numbers_are_refused(typed: str) -> None:
    assert refusal(typed) is NirErrorCode.INVALID


@given(bodies)
def test_a_number_survives_display_and_parsing(body: str) -> None:
    nir = parse(body)
    assert nir.body == body
    assert parse(nir.display()) == nir == parse(nir.number.lower())
    assert nir.key.isdigit()
    assert 1 <= int(nir.key) <= 97


@given(bodies, st.integers(0, 14), st.integers(1, 9))
def test_any_one_wrong_digit_is_a_key_error(body: str, position: int, shift: int) -> None:
    number = parse(body).number
    if not number[position].isdigit() or (position == 5 and number[6].isalpha()):
        return
    wrong = str((int(number[position]) + shift) % 10)
    assert refusal(number[:position] + wrong + number[position + 1 :]) is NirErrorCode.KEY


@given(bodies, st.integers(0, 13))
def test_two_swapped_neighbours_are_a_key_error(body: str, position: int) -> None:
    number = parse(body).number
    first, second = number[position], number[position + 1]
    if first == second or not (first + second).isdigit() or (position in (4, 5) and number[6].isalpha()):
        return
    assert refusal(number[:position] + second + first + number[position + 2 :]) is NirErrorCode.KEY


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused_without_quoting_it(text: str) -> None:
    said = ""
    try:
        parse(text)
    except NirError as error:
        said = str(error)
    assert said in {"", *NirErrorCode}


def test_facts_read_from_the_number() -> None:
    nir = parse(NOBODY)
    assert (nir.sex, nir.birth_year, nir.birth_month, nir.department) == (WOMAN, 69, 5, "49")
    assert not nir.provisional


@pytest.mark.parametrize(
    ("digit", "sex", "provisional"),
    [
        ("1", MAN, False),
        ("2", WOMAN, False),
        ("3", MAN, True),
        ("4", WOMAN, True),
        ("7", MAN, True),
        ("8", WOMAN, True),
    ],
)
def test_provisional_numbers_still_tell_the_sex(digit: str, sex: int, provisional: bool) -> None:
    nir = parse(digit + NOBODY[1:])
    assert (nir.sex, nir.provisional) == (sex, provisional)


@pytest.mark.parametrize("month", [20, 31, 42, 50, 62, 99])
def test_an_incomplete_record_has_no_month_and_is_not_compared(month: int) -> None:
    nir = parse(f"269{month}49999001")
    assert nir.birth_month is None
    assert warnings(nir, sex=WOMAN, birth_date=date(1969, 5, 8)) == ()


@pytest.mark.parametrize(
    ("place", "department"),
    [
        ("2A999", "2A"),
        ("2B999", "2B"),
        ("20999", "20"),
        ("97199", "971"),
        ("98799", "987"),
        ("99999", "99"),
        ("96999", "96"),
    ],
)
def test_department_of_birth(place: str, department: str) -> None:
    nir = parse(f"26905{place}001")
    assert nir.department == department
    assert warnings(nir, sex=None, birth_date=None) == ()


@pytest.mark.parametrize("place", ["97099", "97999", "98099", "97100"])
def test_an_unknown_overseas_place_is_to_be_confirmed_not_refused(place: str) -> None:
    assert warnings(parse(f"26905{place}001"), sex=WOMAN, birth_date=None) == (NirWarning.PLACE,)


@pytest.mark.parametrize(
    ("sex", "birth_date", "expected"),
    [
        (WOMAN, date(1969, 5, 8), ()),
        (None, None, ()),
        (MAN, date(1969, 5, 8), (NirWarning.SEX,)),
        (WOMAN, date(1970, 5, 8), (NirWarning.BIRTH_YEAR,)),
        (WOMAN, date(1969, 6, 8), (NirWarning.BIRTH_MONTH,)),
        (MAN, date(1970, 6, 8), (NirWarning.SEX, NirWarning.BIRTH_YEAR, NirWarning.BIRTH_MONTH)),
    ],
    ids=["agrees", "unknown", "sex", "year", "month", "all"],
)
def test_contradictions_with_the_person(
    sex: int | None, birth_date: date | None, expected: tuple[NirWarning, ...]
) -> None:
    assert warnings(parse(NOBODY), sex=sex, birth_date=birth_date) == expected


def test_neither_repr_nor_error_shows_the_number() -> None:
    assert NOBODY not in repr(parse(NOBODY))
    assert NOBODY not in f"{parse(NOBODY)} {[parse(NOBODY)]}"
    with pytest.raises(NirError) as caught:
        parse(NOBODY + "00")
    assert NOBODY not in repr(caught.value)
    assert caught.value.__cause__ is None
