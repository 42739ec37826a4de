"""Which fiches an act on many may touch, and who is given which."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar
from uuid import UUID

from contact_covid.tracing.enums import Call, Closure, ClosureReason
from contact_covid.worklist.enums import GIVES, BulkAct, ItemRefusal


class Standing(NamedTuple):
    """How a fiche stands. ``held``: somebody is calling her; ``elsewhere``: another organisation calls her; ``moved``:
    another fund does; ``own``: her physician does."""

    call: Call
    closure: Closure
    held: bool
    elsewhere: bool
    moved: bool
    own: bool


_WAITING = frozenset({Call.TO_CALL, Call.CALL_BACK})
_CALLS: Mapping[BulkAct, frozenset[Call]] = {
    **dict.fromkeys(GIVES, _WAITING),
    BulkAct.CLOSE_FOLLOWED: frozenset({Call.INFORMED, Call.INTERVIEWED}),
    BulkAct.CLOSE_UNREACHABLE: frozenset({Call.UNREACHABLE}),
    BulkAct.ASK_TO_CALL: frozenset({Call.UNREACHABLE}),
    BulkAct.INSTRUCTIONS: frozenset({Call.INFORMED}),
}
CLOSES: Mapping[BulkAct, ClosureReason] = {
    BulkAct.CLOSE_FOLLOWED: ClosureReason.FOLLOWED,
    BulkAct.CLOSE_UNREACHABLE: ClosureReason.UNREACHABLE,
}
"""The acts that close, with the reason that the fiche then says."""
UNDOABLE = frozenset({*GIVES, *CLOSES})
"""What was sent stays sent."""


def refusal(act: BulkAct, stands: Standing) -> ItemRefusal | None:
    """Why this fiche is left out; None: it is not."""
    if stands.moved:
        return ItemRefusal.MOVED
    if stands.closure is not Closure.OPEN:
        return ItemRefusal.CLOSED
    if stands.elsewhere:
        return ItemRefusal.DELEGATED
    if stands.held:
        return ItemRefusal.HELD
    if stands.call not in _CALLS[act] or (act in GIVES and stands.own):
        return ItemRefusal.OTHER_STATE
    return None


Dealt = TypeVar("Dealt")


def deal(things: Sequence[Dealt], agents: Sequence[UUID], dealt: int) -> dict[UUID, list[Dealt]]:
    """One to each agent in turn; ``dealt``: how many were before, so that whoever comes next is served next."""
    given: dict[UUID, list[Dealt]] = {}
    for place, each in enumerate(things, start=dealt):
        given.setdefault(agents[place % len(agents)], []).append(each)
    return given
