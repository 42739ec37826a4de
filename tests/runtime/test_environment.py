"""Values of the environment: read, or refused with a sentence that names the variable."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment

READERS: dict[str, Callable[[Environment], Any]] = {
    "text": lambda env: env.text("IT"),
    "flag": lambda env: env.flag("IT"),
    "number": lambda env: env.number("IT", 3, least=1),
    "day": lambda env: env.day("IT"),
    "path": lambda env: env.path("IT", Path("/default")),
    "choice": lambda env: env.choice("IT", "one", ("one", "two")),
}


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        ("text", "a", "a"),
        ("flag", "1", True),
        ("flag", "", False),
        ("number", "12", 12),
        ("number", "", 3),
        ("day", "2020-05-13", date(2020, 5, 13)),
        ("day", "", None),
        ("path", "/a", Path("/a")),
        ("path", "", Path("/default")),
        ("choice", "two", "two"),
        ("choice", "", "one"),
    ],
)
def test_a_value_is_read(reader: str, text: str, value: Any) -> None:
    assert READERS[reader](Environment({"IT": text})) == value


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        ("text", ""),
        ("flag", "yes"),
        ("number", "abc"),
        ("number", "-1"),
        ("number", "0"),
        ("number", "²"),
        ("day", "abc"),
        ("day", "2020-02-30"),
        ("choice", "three"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(reader: str, text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="La variable IT "):
        READERS[reader](Environment({"IT": text}))


CODES = ("fiche.search", "fiche.read")


@pytest.mark.parametrize(
    ("values", "read"),
    [({}, ("fiche.search",)), ({"X": ""}, ()), ({"X": " fiche.read , fiche.search,"}, ("fiche.read", "fiche.search"))],
    ids=["unset", "empty", "two"],
)
def test_codes_are_read_and_none_is_not_the_default(values: dict[str, str], read: tuple[str, ...]) -> None:
    assert Environment(values).codes("X", "fiche.search", CODES) == read


def test_a_code_that_is_none_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"X contient un code inconnu : fiche\.serach"):
        Environment({"X": "fiche.serach"}).codes("X", "", CODES)


@pytest.mark.parametrize("text", ["", ",", "short", f"{'a' * 32},short"])
def test_a_secret_too_short_is_refused_and_never_quoted(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as told:
        Environment({"X": text}).secrets("X", shortest=32)
    assert "short" not in str(told.value)


def test_secrets_come_in_their_order() -> None:
    assert Environment({"X": f"{'n' * 32}, {'o' * 32}"}).secrets("X", shortest=32) == ("n" * 32, "o" * 32)


def test_pairs_are_codes_and_what_belongs_to_each() -> None:
    assert Environment({"BOXES": "11=a@example.org 84=b@example.org"}).pairs("BOXES", "") == {
        "11": "a@example.org",
        "84": "b@example.org",
    }
    assert Environment({}).pairs("BOXES", "") == {}
    for wrong in ("11", "=a@example.org", "11="):
        with pytest.raises(ImproperlyConfigured, match="BOXES"):
            Environment({"BOXES": wrong}).pairs("BOXES", "")
