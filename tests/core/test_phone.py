"""Telephone numbers of the mainland, of the overseas territories, of fiction and from abroad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.core.rules.phone import PhoneError, PhoneErrorCode, display, parse


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("06 39 98 12 34", "+33639981234"),
        ("0639981234", "+33639981234"),
        ("06.39.98.12.34", "+33639981234"),
        ("06-39-98-12-34", "+33639981234"),
        ("06/39/98/12/34", "+33639981234"),
        (" 06\N{NO-BREAK SPACE}39 98 12 34\n", "+33639981234"),
        ("+33 6 39 98 12 34", "+33639981234"),
        ("+33 (0)6 39 98 12 34", "+33639981234"),
        ("+33 (6) 39 98 12 34", "+33639981234"),
        ("(06) 39 98 12 34", "+33639981234"),
        ("+33 06 39 98 12 34", "+33639981234"),
        ("0033 6 39 98 12 34", "+33639981234"),
        ("01 99 00 12 34", "+33199001234"),
        ("02 61 91 12 34", "+33261911234"),
        ("03 53 01 12 34", "+33353011234"),
        ("04 65 71 12 34", "+33465711234"),
        ("05 36 49 12 34", "+33536491234"),
        ("07 00 00 12 34", "+33700001234"),
        ("09 70 00 12 34", "+33970001234"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("0032 2 555 12 12", "+3225551212"),
    ],
)
def test_accepted(typed: str, stored: str) -> None:
    assert parse(typed) == stored


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ("0590", "590"),
        ("0690", "590"),
        ("0691", "590"),
        ("0594", "594"),
        ("0694", "594"),
        ("0596", "596"),
        ("0696", "596"),
        ("0697", "596"),
        ("0262", "262"),
        ("0263", "262"),
        ("0692", "262"),
        ("0693", "262"),
        ("0269", "262"),
        ("0639", "262"),
    ],
)
def test_overseas_numbers_typed_in_the_national_way(prefix: str, code: str) -> None:
    national = f"{prefix}001234"
    stored = f"+{code}{national[1:]}"
    assert parse(national) == stored
    assert parse(stored) == stored
    assert parse(f"00{code} {national}") == stored
    assert parse(f"+33{national[1:]}") == stored, "the mainland code in front of an overseas number is a common slip"
    assert display(stored) == f"{national[:2]} {national[2:4]} 00 12 34"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "3608",
        "06 39 98 12 3",
        "06 39 98 12 345",
        "639981234",
        "00 39 98 12 34",
        "+33 6 39 98 12",
        "+33 6 39 98 12 34 5",
        "0639981234x",
        "06 39 98 12 34 ; ls",
        "O639981234",
        "٠٦٣٩٩٨١٢٣٤",
        "+999 123 456 789",
        "+44 1",
        "+442079460958123456789",
        "+" * 10_000,
        "0639981234\x00",
    ],
    ids=range(17),
)
def test_refused(typed: str) -> None:
    with pytest.raises(PhoneError) as caught:
        parse(typed)
    assert caught.value.code is PhoneErrorCode.INVALID
    assert str(caught.value) == "phone.invalid"


@given(st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True))
def test_every_ten_digit_number_survives_storing_and_showing(national: str) -> None:
    stored = parse(national)
    assert display(stored).replace(" ", "") == national
    assert parse(display(stored)) == stored == parse(stored)


def test_a_foreign_number_shows_its_country() -> None:
    assert display("+442079460958") == "+44 20 7946 0958"


dialled = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["+", "00", "0", ""]),
        st.sampled_from(["33", "590", "262", "44", ""]),
        st.text("0123456789() .-", max_size=16),
    ),
)


@given(dialled)
def test_what_is_stored_is_stable_whatever_was_dialled(text: str) -> None:
    try:
        stored = parse(text)
    except PhoneError:
        return
    assert parse(stored) == stored
    assert parse(display(stored)) == stored
