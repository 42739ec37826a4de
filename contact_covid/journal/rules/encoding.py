"""Canonical bytes: one value, one sequence of bytes, whatever prints or orders it; two values, two sequences.

Each value opens with a tag and says where it ends (its length or a terminator), so no concatenation reads two ways.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias


class Number(str):
    """A JSON number by its literal: as read, neither rounded nor limited in size."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number)
Value: TypeAlias = "bool | int | str | bytes | Number | Sequence[Value] | Mapping[str, Value] | None"


def encode(value: Value) -> bytes:
    """The canonical bytes of ``value``. Keys of mappings are sorted. Raises ``KeyError`` for any other type."""
    return _ENCODERS[type(value)](value)


def parse_json(text: str) -> Value:
    """The JSON value of ``text``, numbers kept as literals, for ``encode``."""
    value: Value = _DECODER.decode(text)
    return value


def _text(value: str) -> bytes:
    data = value.encode()
    return b"s%d:%b" % (len(data), data)


def _sequence(value: Sequence[Value]) -> bytes:
    return b"l%be" % b"".join([_ENCODERS[type(item)](item) for item in value])


def _mapping(value: Mapping[str, Value]) -> bytes:
    return b"d" + b"".join([_text(key) + encode(value[key]) for key in sorted(value)]) + b"e"


_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: b"n",
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"i%d;" % value,
    str: _text,
    bytes: lambda value: b"b%d:%b" % (len(value), value),
    Number: lambda value: b"r" + value.encode() + b";",
    list: _sequence,
    tuple: _sequence,
    dict: _mapping,
}
