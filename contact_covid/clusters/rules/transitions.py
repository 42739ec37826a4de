"""What may follow what: hand-overs, clusters on the board, requests. ``docs/states.md`` is drawn from these tables."""

from collections.abc import Mapping
from typing import TypeVar

from contact_covid.clusters.enums import ClusterState, HandOverState, RequestState

State = TypeVar("State", HandOverState, ClusterState, RequestState)

HAND_OVER_TRANSITIONS: Mapping[HandOverState, frozenset[HandOverState]] = {
    HandOverState.PROPOSED: frozenset({HandOverState.ACCEPTED, HandOverState.REFUSED, HandOverState.WITHDRAWN}),
    HandOverState.ACCEPTED: frozenset({HandOverState.RETURNED}),
    HandOverState.REFUSED: frozenset(),
    HandOverState.RETURNED: frozenset(),
    HandOverState.WITHDRAWN: frozenset(),
}
_OVER = frozenset({ClusterState.REJECTED, ClusterState.CLOSED})
CLUSTER_TRANSITIONS: Mapping[ClusterState, frozenset[ClusterState]] = {
    ClusterState.SIGNALLED: frozenset({ClusterState.INVESTIGATED, ClusterState.REJECTED}),
    ClusterState.INVESTIGATED: frozenset({ClusterState.CONFIRMED, ClusterState.REJECTED}),
    ClusterState.CONFIRMED: frozenset({ClusterState.MEASURES, ClusterState.WATCHED}),
    ClusterState.MEASURES: frozenset({ClusterState.WATCHED}),
    ClusterState.WATCHED: frozenset({ClusterState.MEASURES, ClusterState.CLOSED}),
    # New cases after the end: the same cluster goes on.
    ClusterState.CLOSED: frozenset({ClusterState.INVESTIGATED}),
    ClusterState.REJECTED: frozenset({ClusterState.INVESTIGATED}),
}
REQUEST_TRANSITIONS: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.OPEN: frozenset({RequestState.TAKEN, RequestState.DONE, RequestState.DECLINED}),
    RequestState.TAKEN: frozenset({RequestState.DONE, RequestState.DECLINED}),
    RequestState.DONE: frozenset(),
    RequestState.DECLINED: frozenset(),
}


class ForbiddenStep(Exception):
    """The tables do not lead from that state to this one: somebody was faster."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"{source} -> {target}")


def is_over(state: ClusterState) -> bool:
    """Whether nobody works on the cluster any more."""
    return state in _OVER


def move(table: Mapping[State, frozenset[State]], source: State, target: State) -> State:
    """Raises ``ForbiddenStep``."""
    if target not in table[source]:
        raise ForbiddenStep(source, target)
    return target
