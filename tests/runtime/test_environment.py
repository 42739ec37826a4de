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
