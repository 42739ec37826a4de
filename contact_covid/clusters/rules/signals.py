"""When the service supposes a cluster: so many patients zéro within so many days share a place, a class, an employer or
a chain of infections. Pure: whoever reads the database says who shares what."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from contact_covid.clusters.enums import Ground, Setting
from contact_covid.tracing.enums import StayKind

Node = TypeVar("Node", bound=Hashable)
Of = TypeVar("Of")

# The narrowest first: of two grounds that name the same cases, the first one tells more.
_NARROWEST = tuple(Ground)
SETTINGS: Mapping[StayKind, Setting] = {
    StayKind.WORK: Setting.WORK,
    StayKind.SCHOOL: Setting.SCHOOL,
    StayKind.CARE: Setting.CARE,
    StayKind.COLLECTIVE: Setting.COLLECTIVE,
    StayKind.GATHERING: Setting.GATHERING,
    StayKind.TRANSPORT: Setting.TRANSPORT,
    StayKind.TRAVEL: Setting.OTHER,
    StayKind.OTHER: Setting.OTHER,
}


class Sharing(NamedTuple):
    """A patient zéro who fell ill, or was sampled, on ``day``. ``key``: a place, a class in it, a chain.

    ``department``: where the place is, or where she lives. ``digest``: by which the place is known, empty for chains.
    """

    key: Hashable
    ground: Ground
    fiche: UUID
    day: date
    setting: Setting
    department: str
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Cases to be proposed: fiche → day. ``keys``: the digests of what they share, none for chains."""

    ground: Ground
    keys: frozenset[bytes]
    cases: Mapping[UUID, date]
    setting: Setting
    department: str

    @property
    def first_on(self) -> date:
        return min(self.cases.values())

    @property
    def last_on(self) -> date:
        return max(self.cases.values())


@dataclass(frozen=True, slots=True)
class Known:
    """What was proposed or opened before. ``signal``: to be added to while it waits for an answer, None otherwise.

    ``cluster``: what it became, while somebody works on it.
    """

    keys: Collection[bytes]
    cases: Collection[UUID]
    signal: UUID | None = None
    cluster: UUID | None = None


class Proposal(NamedTuple):
    """What to do with a candidate: add it to that waiting signal, else propose it, as going on in ``cluster``."""

    candidate: Candidate
    signal: UUID | None = None
    cluster: UUID | None = None


def gathered(days: Mapping[UUID, date], *, least: int, span: int) -> frozenset[UUID]:
    """Those of a key's cases that lie, with others, in some ``span`` days (both ends counted) of ``least`` cases."""
    order = sorted(days, key=days.__getitem__)
    moments = [days[fiche] for fiche in order]
    found: set[UUID] = set()
    known = 0
    for start, day in enumerate(moments):
        end = bisect_right(moments, day + timedelta(days=span - 1))
        if end - start >= least:
            found.update(order[max(start, known) : end])
            known = end
    return frozenset(found)


def candidates(shared: Iterable[Sharing], *, least: int, span: int) -> list[Candidate]:
    """Every set of cases that share a key closely enough. Of equal sets the narrowest ground stands with the digests of
    all; a set that is a part of another of the same ground is not told beside it."""
    by_key: defaultdict[Hashable, list[Sharing]] = defaultdict(list)
    for each in shared:
        by_key[each.key].append(each)
    by_cases: defaultdict[frozenset[UUID], list[Sequence[Sharing]]] = defaultdict(list)
    for rows in by_key.values():
        close = gathered({row.fiche: row.day for row in rows}, least=least, span=span)
        if close:
            by_cases[close].append([row for row in rows if row.fiche in close])
    found = [_candidate(groups) for groups in by_cases.values()]
    of_case = _by_case((each.cases, each) for each in found)
    return [each for each in found if not any(_is_part(each, other) for other in of_case[next(iter(each.cases))])]


def _by_case(sets: Iterable[tuple[Iterable[UUID], Of]]) -> defaultdict[UUID, list[Of]]:
    """Each case → what it is one of: sets that hold all of some cases hold the first of them."""
    found: defaultdict[UUID, list[Of]] = defaultdict(list)
    for cases, of in sets:
        for case in cases:
            found[case].append(of)
    return found


def _candidate(groups: Sequence[Sequence[Sharing]]) -> Candidate:
    """``groups``: the rows of each key that names the same cases."""
    grounds = [_ground(rows) for rows in groups]
    ground = min(grounds, key=_NARROWEST.index)
    rows = [row for rows, each in zip(groups, grounds, strict=True) if each is ground for row in rows]
    return Candidate(
        ground=ground,
        keys=frozenset(row.digest for rows in groups for row in rows if row.digest),
        cases={row.fiche: row.day for row in rows},
        setting=_most([row.setting for row in rows]),
        department=_most([row.department for row in rows]),
    )


def _ground(rows: Sequence[Sharing]) -> Ground:
    """A place where some only work is a place: the teachers of a school and its pupils."""
    said = {row.ground for row in rows}
    return said.pop() if len(said) == 1 else Ground.PLACE


def _most(values: Sequence[Node]) -> Node:
    """The most frequent; of several the first one in order."""
    counted = Counter(values)
    most = max(counted.values())
    return min((value for value, times in counted.items() if times == most), key=str)


def _is_part(candidate: Candidate, other: Candidate) -> bool:
    return candidate.ground is other.ground and candidate.cases.keys() < other.cases.keys()


def proposals(found: Iterable[Candidate], known: Sequence[Known]) -> Iterator[Proposal]:
    """What is new among the candidates: once proposed, cases are not proposed again, whatever was answered, unless
    others join them."""
    of_case = _by_case((each.cases, each) for each in known)
    of_key: defaultdict[bytes, list[Known]] = defaultdict(list)
    for each in known:
        for key in each.keys:
            of_key[key].append(each)
    for candidate in found:
        cases = candidate.cases.keys()
        if any(cases <= set(each.cases) for each in of_case[next(iter(cases))]):
            continue
        # Chains have no digest: they are one when they have a case in common.
        chains = [each for case in cases for each in of_case[case] if not each.keys]
        same = [each for key in candidate.keys for each in of_key[key]] if candidate.keys else chains
        waiting = next((each.signal for each in same if each.signal), None)
        cluster = next((each.cluster for each in same if each.cluster), None)
        yield Proposal(candidate, signal=waiting, cluster=cluster)


def components(links: Iterable[tuple[Node, Node]]) -> dict[Node, Node]:
    """Each node → one node that stands for all that it is linked to, over however many steps."""
    above: dict[Node, Node] = {}

    def top(node: Node) -> Node:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for one, other in links:
        above[top(one)] = top(other)
    return {node: top(node) for node in list(above)}
