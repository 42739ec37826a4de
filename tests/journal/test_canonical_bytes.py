"""Two rows have the same bytes when, and only when, they say the same."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contact_covid.journal.rules.encoding import encode, parse_json
from contact_covid.journal.rules.sealing import GENESIS, Root, Row, Seal, canonical, head

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | text
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3))
whole = st.integers(0, 2**63 - 1)
details = st.dictionaries(text, values, max_size=3).map(lambda detail: json.dumps(detail, ensure_ascii=False))
rows = st.builds(
    Row, whole, whole, whole, text, st.none() | text, st.none() | text, text, st.none() | text, st.none() | text, text,
    text, st.lists(text, max_size=3), whole, details,
)  # fmt: skip


def typed(value: Any) -> Any:
    """A value that equals another only when its type does too: 1, True and "1" are three."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [typed(item) for item in value]
    return (type(value), value)


@given(values, values)
def test_different_values_have_different_bytes(one: Any, other: Any) -> None:
    assert (encode(one) == encode(other)) == (typed(one) == typed(other))


@given(st.lists(text, max_size=4), st.lists(text, max_size=4))
def test_the_cut_between_texts_shows(one: list[str], other: list[str]) -> None:
    """The neighbours that a plain concatenation would confuse."""
    assert (encode(one) == encode(other)) == (one == other)


@given(rows, rows)
def test_different_rows_have_different_bytes(one: Row, other: Row) -> None:
    same = one[:-1] == other[:-1] and typed(json.loads(one.detail)) == typed(json.loads(other.detail))
    assert (canonical(one) == canonical(other)) == same


@given(rows, st.integers(1, len(Row._fields) - 2))
def test_each_column_has_its_place(row: Row, column: int) -> None:
    """Two neighbours that change places change the bytes, unless they are equal."""
    swapped = list(row)
    swapped[column], swapped[column - 1] = swapped[column - 1], swapped[column]
    assert (canonical(Row._make(swapped)) == canonical(row)) == (swapped == list(row))


@given(st.dictionaries(text, values, min_size=2, max_size=5), st.randoms())
def test_the_order_of_keys_does_not_count(detail: dict[str, Any], random: Any) -> None:
    shuffled = list(detail.items())
    random.shuffle(shuffled)
    assert encode(parse_json(json.dumps(detail))) == encode(parse_json(json.dumps(dict(shuffled))))


def test_numbers_are_neither_rounded_nor_confused_with_text() -> None:
    texts = ["1", "1.0", "1.00", "0.1", "0.10000000000000000001", "9007199254740993", "9007199254740992", '"1"', "true"]
    assert len({encode(parse_json(text)) for text in texts}) == len(texts)


def test_a_row_keeps_its_bytes_for_ever() -> None:
    """Rows sealed years ago must still verify: this value never changes."""
    row = Row(
        7001, 42, 1_589_356_800_000_000, "tracing.masks_recorded", "0196c8a2-0000-7000-8000-000000000001", None,
        "pharmacist", None, None, "masks", "page", ["K7M42QXD"], 1, '{"quantity": 14, "kind": null}',
    )  # fmt: skip
    assert canonical(row) == (
        b"ls29:contact-covid journal entry 1i7001;i42;i1589356800000000;s22:tracing.masks_recorded"
        b"s36:0196c8a2-0000-7000-8000-000000000001ns10:pharmacistnns5:maskss4:pagels8:K7M42QXDei1;ds4:kindns8:quantityr14;ee"
    )
    root = Root()
    root.add(row)
    assert root.digest().hex() == "03d9de957bda356bb6a086c104512d14da1ce64b5ea8dd734250accff7180fb0"
    assert head(GENESIS, Seal(1, 0, 7002, 1, root.digest(), b"", 1_589_356_860_000_000)).hex() == (
        "083e74dd2fafb202085588105736ab1299d00202aa011c62bc025e797ad5385c"
    )


@given(st.permutations(range(4)), st.integers(0, 3))
def test_the_root_depends_on_order_and_number(order: list[int], length: int) -> None:
    def root_of(ids: list[int]) -> bytes:
        root = Root()
        for number in ids:
            root.add(Row(1, number, 0, "a.b", None, None, "", None, None, "", "", [], 0, "{}"))
        return root.digest()

    assert (root_of(order[:length]) == root_of([0, 1, 2])) == (order[:length] == [0, 1, 2])


def test_the_head_depends_on_every_field_and_on_the_head_before() -> None:
    seal = Seal(seq=2, from_xid=10, to_xid=20, count=3, root=b"r" * 32, head=b"", sealed_at=99)
    changes: list[dict[str, Any]] = [
        {}, {"seq": 3}, {"from_xid": 11}, {"to_xid": 21}, {"count": 4}, {"root": b"s" * 32}, {"sealed_at": None},
    ]  # fmt: skip
    heads = {head(previous, replace(seal, **change)) for change in changes for previous in (GENESIS, b"p" * 32)}
    assert len(heads) == 2 * len(changes)
