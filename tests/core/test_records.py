"""Record numbers: readable, and no slip of the tongue names another fiche."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.core.records import (
    ALPHABET,
    RecordNumberError,
    RecordNumberErrorCode,
    format_number,
    new_number,
    parse,
)

numbers = st.integers(0, 32**7 - 1).map(lambda drawn: new_number(lambda _: drawn))
letters = st.sampled_from(ALPHABET)
places = st.integers(0, 7)


def refused(text: str) -> bool:
    try:
        parse(text)
    except RecordNumberError as error:
        return error.code is RecordNumberErrorCode.INVALID and str(error) == "record_number.invalid"
    return False


def test_the_draw_is_over_seven_characters() -> None:
    asked: list[int] = []

    def highest(bound: int) -> int:
        asked.append(bound)
        return bound - 1

    assert new_number(highest)[:7] == "ZZZZZZZ"
    assert asked == [32**7]
    assert len({new_number() for _ in range(200)}) == 200


@given(numbers)
def test_a_number_survives_showing_and_typing(number: str) -> None:
    shown = format_number(number)
    assert len(shown) == 9
    assert shown[4] == "-"
    assert parse(shown) == parse(shown.lower()) == parse(f" {number[:2]} {number[2:]} ") == number
    assert not set(number) & set("ILOU")


@given(numbers)
def test_look_alike_letters_are_read_as_digits(number: str) -> None:
    assert parse(number.replace("0", "o").replace("1", "l")) == number
    assert parse(number.replace("0", "O").replace("1", "I")) == number


@given(numbers, places)
def test_every_wrong_character_is_detected(number: str, place: int) -> None:
    wrong = [number[:place] + letter + number[place + 1 :] for letter in ALPHABET if letter != number[place]]
    assert all(refused(text) for text in wrong)


@given(numbers)
def test_every_swap_of_two_characters_is_detected(number: str) -> None:
    for first, second in combinations(range(8), 2):
        swapped = list(number)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        assert number[first] == number[second] or refused("".join(swapped))


def test_detection_is_proved_for_all_numbers() -> None:
    """The check is linear over exclusive or, so an error is seen for every number once it is seen on zero."""
    zero = [0] * 8

    def seen(error: list[int]) -> bool:
        return refused("".join(ALPHABET[value] for value in error))

    for place in range(8):
        for value in range(1, 32):
            assert seen([*zero[:place], value, *zero[place + 1 :]])
    for first, second in combinations(range(8), 2):
        for value in range(1, 32):
            error = list(zero)
            error[first] = error[second] = value
            assert seen(error)


@given(numbers, numbers)
def test_the_check_is_linear(one: str, other: str) -> None:
    combined = "".join(ALPHABET[ALPHABET.index(a) ^ ALPHABET.index(b)] for a, b in zip(one, other, strict=True))
    assert parse(combined) == combined


def test_the_check_character_never_changes() -> None:
    """Numbers are on paper: another check would refuse those given so far."""
    assert parse("k7m4-2qxd") == "K7M42QXD"
    assert new_number(lambda _: 0) == "00000000"


@pytest.mark.parametrize(
    "text", ["", "K7M4", "U" * 8, "0" * 9, "0" * 7, "é" * 8, "0000000\x00", "٠" * 8, "ß0000000"], ids=range(9)
)
def test_other_text_is_refused(text: str) -> None:
    assert refused(text)


@given(st.text(max_size=12))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    assert refused(text) or len(parse(text)) == 8
