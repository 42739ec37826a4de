"""Which fiches an act on many may touch."""

from collections.abc import Mapping
from typing import NamedTuple

from contact_covid.tracing.enums import Call, Closure, ClosureReason
from contact_covid.worklist.enums import BulkAct, ItemRefusal


class Standing(NamedTuple):
    """How a fiche stands. ``held``: somebody is calling her; ``elsewhere``: another organisation calls her."""

    call: Call
    closure: Closure
    held: bool
    elsewhere: bool


_CALLS: Mapping[BulkAct, frozenset[Call]] = {
    BulkAct.CLOSE_FOLLOWED: frozenset({Call.INFORMED, Call.INTERVIEWED}),
    BulkAct.CLOSE_UNREACHABLE: frozenset({Call.UNREACHABLE}),
    BulkAct.ASK_TO_CALL: frozenset({Call.UNREACHABLE}),
    BulkAct.INSTRUCTIONS: frozenset({Call.INFORMED}),
}
CLOSES: Mapping[BulkAct, ClosureReason] = {
    BulkAct.CLOSE_FOLLOWED: ClosureReason.FOLLOWED,
    BulkAct.CLOSE_UNREACHABLE: ClosureReason.UNREACHABLE,
}
"""The acts that close, and which can be undone, with the reason that the fiche then says."""


def refusal(act: BulkAct, stands: Standing) -> ItemRefusal | None:
    """Why this fiche is left out; None: it is not."""
    if stands.closure is not Closure.OPEN:
        return ItemRefusal.CLOSED
    if stands.elsewhere:
        return ItemRefusal.DELEGATED
    if stands.held:
        return ItemRefusal.HELD
    return None if stands.call in _CALLS[act] else ItemRefusal.OTHER_STATE
