"""What a merge keeps so that it can be undone: rows before and after, and what of them to put back later."""

from collections.abc import Mapping
from typing import Any

import msgspec

Row = dict[str, Any]
Rows = dict[str, dict[str, Row]]
"""Table → primary key as text → column → value."""


# Columns that say one thing together: what is written since of one of them is written of all.
_COUPLED: dict[str, tuple[frozenset[str], ...]] = {
    "fiche": (
        frozenset({"call", "call_reason", "callable_from", "told_at", "counts_from"}),
        frozenset({"closure", "closure_reason"}),
        frozenset({"department", "region", "fund"}),
    ),
    **{
        table: (frozenset({"*"}),)
        for table in (
            *("contact", "index_case", "became", "health", "identity", "exposure", "declaration", "stay", "test"),
            *("mask_delivery", "certificate", "reach", "refusal", "diary", "said", "authored"),
        )
    },
}
_OF_ONE = frozenset({"fiche", "contact", "index_case", "became", "health", "identity"})
"""Of the loser these are as they were: nobody writes on a cancelled fiche."""
_WITH_ITS_OWNER = "secure_link"
"""A link goes back to whose telephone it was sent to, opened since or not."""
_ALWAYS = frozenset({"version", "state", "state_at", "urgent_at", "attempts"})
"""Of a fiche: follow from the others, or are counted."""


class Kept(msgspec.Struct, frozen=True):
    """Every row of two fiches. ``loser``: what belongs to the one that was merged, table → primary keys."""

    before: Rows
    after: Rows
    loser: dict[str, list[str]]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Kept)


def to_bytes(kept: Kept) -> bytes:
    return _encoder.encode(kept)


def from_bytes(plain: bytes) -> Kept:
    return _decoder.decode(plain)


class Undoing(msgspec.Struct, frozen=True):
    """What undoing writes: ``put`` whole rows back, ``removed`` those that the merge made.

    ``later``: the columns, by table, of what was written since on the survivor, which stays as it is now.
    """

    put: Rows
    removed: dict[str, list[str]]
    later: dict[str, list[str]]


def undoing(kept: Kept, now: Rows) -> Undoing:
    """What gives both fiches back as they were, but for what has been written since on the survivor.

    The loser's rows go back as they were, but for one that was written on since, as the survivor's: it stays there.
    Of the survivor's, each column that is still as the merge left it goes back; one that is not was written later,
    and stays.
    """
    put: Rows = {}
    removed: dict[str, list[str]] = {}
    later: dict[str, set[str]] = {}
    for table, rows in kept.before.items():
        mine = set(kept.loser.get(table, ()))
        left, current = kept.after.get(table, {}), now.get(table, {})
        for key, row in rows.items():
            back, written = _undone(table, row, left.get(key), current.get(key), is_loser=key in mine)
            if back is not None:
                put.setdefault(table, {})[key] = back
            later.setdefault(table, set()).update(written)
        for key in left.keys() - rows.keys():
            if key in current and current[key] == left[key]:
                removed.setdefault(table, []).append(key)
            elif key in current:
                later.setdefault(table, set()).update(_written(left[key], current[key]))
        if current.keys() - left.keys() - rows.keys():
            later.setdefault(table, set()).add("")
    return Undoing(put, removed, {table: sorted(columns) for table, columns in later.items() if columns})


def _undone(
    table: str, before: Row, left: Row | None, current: Row | None, *, is_loser: bool
) -> tuple[Row | None, set[str]]:
    """What goes back of a row, None: it stays as it is; and which of its columns were written since."""
    if current is None:
        return (before, set()) if left is None else (None, {""})  # taken away since
    written = _written(left or before, current)
    if table == _WITH_ITS_OWNER:
        return before | {name: current[name] for name in written}, set()
    if not is_loser:
        return _back(table, before, left or before, current), written
    return (None, written) if written and table not in _OF_ONE else (before, set())


def _back(table: str, before: Row, left: Row, current: Row) -> Row:
    written = _written(left, current)
    stays = set(written)
    for coupled in _COUPLED.get(table, ()):
        if "*" in coupled:
            stays = set(before) if written else set()
        elif written & coupled:
            stays |= coupled
    return {column: current[column] if column in stays else before[column] for column in before}


def _written(left: Mapping[str, Any], current: Mapping[str, Any]) -> set[str]:
    """A column that there was not when the merge was kept is as it was."""
    return {column for column in current.keys() & left if current[column] != left[column] and column not in _ALWAYS}
