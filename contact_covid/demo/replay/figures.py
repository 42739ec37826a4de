"""What a replay came to, from the tables: who was called how soon, how often, and who never."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from contact_covid.directory.queries import zone_of
from contact_covid.tracing.enums import Closure, ClosureReason, FicheKind
from contact_covid.tracing.rules.call_hours import add_call_time

TARGET_HOURS = (4, 24)
_EVER = datetime.min.replace(tzinfo=UTC)
_FICHES = """
SELECT fiche.number, fiche.kind, fiche.created_at, fiche.department, fiche.call, fiche.closure, fiche.closure_reason,
    fiche.callable_from, call.first, call.told, coalesce(call.made, 0), coalesce(call.completed, 0)
FROM tracing_fiche fiche LEFT JOIN (
    SELECT fiche_id, min(at) AS first, min(at) FILTER (WHERE outcome = 'informed') AS told, count(*) AS made,
        count(*) FILTER (WHERE outcome = 'informed') AS completed
    FROM worklist_attempt WHERE NOT second GROUP BY fiche_id
) call ON call.fiche_id = fiche.id ORDER BY fiche.created_at, fiche.id
"""
_RECORDS = """
SELECT (SELECT count(*) FROM tracing_test WHERE done AND superseded_at IS NULL),
    (SELECT count(*) FROM tracing_test WHERE done AND superseded_at IS NULL AND result = 'positive'),
    (SELECT count(*) FROM tracing_mask_delivery WHERE delivered AND superseded_at IS NULL),
    (SELECT coalesce(sum(quantity), 0) FROM tracing_mask_delivery WHERE delivered AND superseded_at IS NULL),
    (SELECT count(*) FROM tracing_exposure),
    (SELECT count(*) FROM worklist_attempt)
"""


class Never(StrEnum):
    """Why nobody was ever called of a fiche."""

    CANCELLED = "cancelled"
    REFUSED = "refused"
    BECAME_CASE = "became_case"
    CLOSED = "closed"
    BY_PHYSICIAN = "by_physician"
    LATE = "late"
    IN_TIME = "in_time"


_CLOSED = {ClosureReason.REFUSED.value: Never.REFUSED, ClosureReason.BECAME_CASE.value: Never.BECAME_CASE}


class Seen(NamedTuple):
    """A fiche and the calls made of it."""

    number: str
    kind: FicheKind
    created_at: datetime
    department: str
    call: str
    closure: str
    closure_reason: str
    callable_from: datetime | None
    first: datetime | None
    told: datetime | None
    made: int
    completed: int


@dataclass(frozen=True, slots=True)
class Shares:
    """Of ``due`` fiches, by hours of call time: how many were called, and how many reached. Due are those whose hours
    were over at the end, so that nobody counts as late who could not be called yet."""

    due: Mapping[int, int]
    called: Mapping[int, int]
    reached: Mapping[int, int]

    def called_within(self, hours: int) -> float:
        return self.called[hours] / self.due[hours] if self.due.get(hours) else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """``fiches``, ``shares``, ``reached`` (a share of those called): by kind. ``never``: the numbers of the fiches
    never called, by why."""

    fiches: Mapping[str, int]
    exposures: int
    shares: Mapping[str, Shares]
    calls: int
    most_completed: int
    calls_a_fiche: float
    reached: Mapping[str, float]
    never: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tests: int = 0
    positive: int = 0
    deliveries: int = 0
    masks: int = 0


def figures(*, until: datetime, since: datetime = _EVER) -> Figures:
    """``until``: the end of the replay. Of fiches made before ``since`` calls are not told: they came with theirs."""
    with connection.cursor() as cursor:
        cursor.execute(_FICHES)
        fiches = [Seen(number, FicheKind(kind), *rest) for number, kind, *rest in cursor.fetchall()]
        cursor.execute(_RECORDS)
        tests, positive, deliveries, masks, exposures, calls = cursor.fetchone()
    ours = [fiche for fiche in fiches if fiche.created_at >= since]
    called = [fiche for fiche in ours if fiche.made]
    never: dict[str, list[str]] = {}
    for fiche in ours:
        if not fiche.made:
            never.setdefault(_why(fiche, until), []).append(fiche.number)
    return Figures(
        fiches=dict(Counter(fiche.kind.value for fiche in fiches)),
        exposures=exposures,
        shares={kind.value: _shares([each for each in ours if each.kind is kind], until) for kind in FicheKind},
        calls=calls,
        most_completed=max((fiche.completed for fiche in fiches), default=0),
        calls_a_fiche=sum(fiche.made for fiche in called) / len(called) if called else 0.0,
        reached={kind.value: _reached([each for each in called if each.kind is kind]) for kind in FicheKind},
        never=never,
        tests=tests,
        positive=positive,
        deliveries=deliveries,
        masks=int(masks),
    )


def _reached(called: Sequence[Seen]) -> float:
    return sum(fiche.told is not None for fiche in called) / len(called) if called else 0.0


def _shares(fiches: Sequence[Seen], until: datetime) -> Shares:
    """A fiche that was closed before anybody was called, of who became a case for one, waited for no call."""
    awaited = [fiche for fiche in fiches if fiche.made or fiche.closure == Closure.OPEN]
    return shares(((f.created_at, f.first, f.told, zone_of(f.department)) for f in awaited), until)


def shares(fiches: Iterable[tuple[datetime, datetime | None, datetime | None, ZoneInfo]], until: datetime) -> Shares:
    """Of fiches given as: when made, when first called, when reached, where."""
    due, called, reached = Counter[int](), Counter[int](), Counter[int]()
    for created_at, first, told, zone in fiches:
        for hours in TARGET_HOURS:
            by = add_call_time(created_at, timedelta(hours=hours), zone)
            if by <= until:
                due[hours] += 1
                called[hours] += first is not None and first <= by
                reached[hours] += told is not None and told <= by
    return Shares(dict(due), dict(called), dict(reached))


def _why(fiche: Seen, until: datetime) -> Never:
    if fiche.closure != Closure.OPEN:
        if fiche.closure == Closure.CANCELLED:
            return Never.CANCELLED
        return _CLOSED.get(fiche.closure_reason, Never.CLOSED)
    if fiche.callable_from is None:
        return Never.BY_PHYSICIAN
    hours = TARGET_HOURS[fiche.kind is FicheKind.CONTACT]
    late = add_call_time(fiche.created_at, timedelta(hours=hours), zone_of(fiche.department)) <= until
    return Never.LATE if late else Never.IN_TIME
