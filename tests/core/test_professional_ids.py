"""Numbers of professionals and establishments, and the login they type."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from contact_covid.core.rules.professional_ids import (
    Login,
    LoginKind,
    NationalId,
    NationalIdKind,
    ProfessionalIdError,
    ProfessionalIdErrorCode,
    finess_key_ok,
    iban_last_four,
    login_kind,
    parse_adeli,
    parse_am_number,
    parse_finess,
    parse_national_id,
    parse_rpps,
    parse_siret,
)

VECTORS = Path(__file__).parents[3] / "shared/data/health_ids_fr/identifier_check_vectors.csv"
PARSERS: dict[str, Callable[[str], str]] = {"RPPS": parse_rpps, "FINESS": parse_finess, "SIRET": parse_siret}
RPPS = "10005355572"
FINESS = "010000024"
SIRET = "26010004500012"


def with_luhn(stem: str) -> str:
    return stem + str(luhn.calc_check_digit(stem))


ADELI = with_luhn("99999990")


@pytest.mark.skipif(not VECTORS.exists(), reason="the published check vectors are not on this machine")
@pytest.mark.parametrize("kind", PARSERS)
def test_check_vectors(kind: str) -> None:
    with VECTORS.open(encoding="utf-8") as lines:
        values = [row["value"] for row in csv.DictReader(lines) if row["kind"] == kind and row["key_ok"] == "True"]
    assert len(values) >= 8
    for value in values:
        assert PARSERS[kind](value) == value


@pytest.mark.parametrize(
    ("parse", "number", "code"),
    [
        (parse_rpps, RPPS, ProfessionalIdErrorCode.RPPS),
        (parse_adeli, ADELI, ProfessionalIdErrorCode.ADELI),
        (parse_finess, FINESS, ProfessionalIdErrorCode.FINESS),
        (parse_siret, SIRET, ProfessionalIdErrorCode.SIRET),
    ],
    ids=["rpps", "adeli", "finess", "siret"],
)
def test_spaces_are_ignored_and_slips_refused(
    parse: Callable[[str], str], number: str, code: ProfessionalIdErrorCode
) -> None:
    assert parse(f" {number[:3]} {number[3:6]}.{number[6:]}\N{NO-BREAK SPACE}") == number
    slips = [number[:-1] + str((int(number[-1]) + shift) % 10) for shift in range(1, 10)]
    for wrong in [*slips, number[:-1], number + "0", "", number.replace("0", "O"), number[:-1] + "²"]:
        with pytest.raises(ProfessionalIdError) as caught:
            parse(wrong)
        assert caught.value.code is code
        assert str(caught.value) == code.value


@pytest.mark.parametrize(
    ("number", "key_ok"),
    [("2A0000014", True), ("2B0000020", True), ("2A0000015", False)],
    ids=["2A", "2B", "wrong key"],
)
def test_a_corsican_finess_is_never_refused_for_its_key(number: str, key_ok: bool) -> None:
    assert parse_finess(number.lower()) == number
    assert finess_key_ok(number) is key_ok


@given(st.integers(8, 11).flatmap(lambda length: st.text("0123456789", min_size=length, max_size=length)))
def test_an_am_number_needs_no_key(number: str) -> None:
    assert parse_am_number(f"{number[:2]} {number[2:]}") == number


@pytest.mark.parametrize("typed", ["", "1234567", "123456789012", "1234567A", "٠١٢٣٤٥٦٧"])
def test_an_am_number_has_8_to_11_digits(typed: str) -> None:
    with pytest.raises(ProfessionalIdError) as caught:
        parse_am_number(typed)
    assert caught.value.code is ProfessionalIdErrorCode.AM_NUMBER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8" + RPPS, NationalId(NationalIdKind.RPPS, RPPS)),
        ("0" + ADELI, NationalId(NationalIdKind.ADELI, ADELI)),
        ("3" + FINESS, NationalId(NationalIdKind.FINESS, FINESS)),
        ("3" + FINESS + "/eMp42", NationalId(NationalIdKind.FINESS, FINESS, "/eMp42")),
        ("5" + SIRET + "/0007", NationalId(NationalIdKind.SIRET, SIRET, "/0007")),
    ],
    ids=["rpps", "adeli", "finess", "finess and employee", "siret and employee"],
)
def test_national_identifiers_go_and_come_back(text: str, expected: NationalId) -> None:
    assert parse_national_id(f" {text} ") == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8",
        RPPS,
        with_luhn("8" + RPPS[:-1]),
        "8" + RPPS + "0",
        "8" + RPPS[:-1] + "3",
        "0" + RPPS,
        "3" + SIRET[:8],
        "6" + RPPS,
        "800AMAR12",
    ],
    ids=[
        "empty",
        "prefix",
        "no prefix",
        "key of the whole",
        "longer",
        "slip",
        "other kind",
        "short",
        "prefix 6",
        "test",
    ],
)
def test_other_national_identifiers_are_refused(text: str) -> None:
    with pytest.raises(ProfessionalIdError) as caught:
        parse_national_id(text)
    assert caught.value.code is ProfessionalIdErrorCode.NATIONAL_ID


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("0606", "0606"), (" k4 06", "K406"), ("FR76 3000 6000 0112 3456 7890 189", "0189")],
    ids=["digits", "letters", "whole"],
)
def test_last_four_of_an_iban(typed: str, expected: str) -> None:
    assert iban_last_four(typed) == expected


@pytest.mark.parametrize(
    "typed",
    ["", "606", "06067", "K4O6", "FR7630006000011234567890188", "0606 0606"],
    ids=["empty", "three", "five", "letter O", "wrong key", "twice"],
)
def test_anything_else_is_no_iban_end(typed: str) -> None:
    with pytest.raises(ProfessionalIdError) as caught:
        iban_last_four(typed)
    assert caught.value.code is ProfessionalIdErrorCode.IBAN


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" Jeanne.Exemple@Example.ORG\n", Login(LoginKind.EMAIL, "jeanne.exemple@example.org")),
        ("jeanne@\u200bexample.org", Login(LoginKind.EMAIL, "jeanne@example.org")),
        ("99 1 23.456-7", Login(LoginKind.NUMBER, "991234567")),
        ("2a 000 0014", Login(LoginKind.NUMBER, "2A0000014")),
        ("99\x001234567", Login(LoginKind.NUMBER, "991234567")),
        ("jeanne", Login(LoginKind.NUMBER, "JEANNE")),
        ("", Login(LoginKind.NUMBER, "")),
    ],
    ids=["email", "invisible", "number", "corsica", "null byte", "neither", "empty"],
)
def test_login_is_an_address_or_a_number(typed: str, expected: Login) -> None:
    assert login_kind(typed) == expected


@given(st.text(max_size=60))
def test_any_login_is_read_and_reading_it_again_changes_nothing(text: str) -> None:
    login = login_kind(text)
    assert login_kind(login.value) == login
    assert "\x00" not in login.value
