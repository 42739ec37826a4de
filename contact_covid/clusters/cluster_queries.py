"""Reading clusters: the board, one cluster with all that belongs to it, who was where its cases were."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.enums import ClusterState, MemberRole
from contact_covid.clusters.models import Cluster, Measure, Member
from contact_covid.clusters.queries import After, newest, policy_of_the_day
from contact_covid.tracing.enums import Circumstance, FicheKind
from contact_covid.tracing.models import Exposure, Stay
from contact_covid.tracing.queries import sealed_value

PLACE_CONTEXT = "clusters.Cluster.place:"
MOST_SHOWN = 100
CASES = (MemberRole.CASE, MemberRole.SOURCE)


class ClusterNotFound(LookupError):
    """No such cluster of the actor's region: nobody is told whether there is one of another."""


def _of_region(actor: Actor) -> QuerySet[Cluster]:
    check(actor, Permission.CLUSTERS_MANAGE)
    return Cluster.objects.filter(region=actor.region)


def clusters(actor: Actor, *, states: Collection[ClusterState], after: After | None, limit: int) -> list[Cluster]:
    """Clusters of the actor's region in these states, the last moved first. Raises ``Denied``."""
    return list(newest(_of_region(actor).filter(state__in=states), "state_at", after)[:limit])


def cluster_of(actor: Actor, cluster: UUID) -> Cluster:
    """That cluster, with its report. Raises ``Denied``, ``ClusterNotFound``."""
    found = _of_region(actor).filter(id=cluster).select_related("report").first()
    if found is None:
        raise ClusterNotFound
    return found


def members_of(cluster: Cluster, *, most: int) -> list[Any]:
    """Who is in a cluster, cases first, each with her fiche and its identity, ``sealed``."""
    held = Member.objects.filter(cluster=cluster, removed_at=None).select_related("fiche")
    named = held.annotate(sealed=sealed_value("fiche_id")).exclude(sealed=None)
    return list(named.order_by("role", "since", "id")[:most])


def is_case_of(cluster: Cluster, fiche: UUID) -> bool:
    """Whether that fiche is one of its cases, or its supposed source."""
    return Member.objects.filter(cluster=cluster, fiche=fiche, removed_at=None, role__in=CASES).exists()


class Link(NamedTuple):
    """An exposure from one member to another, by the numbers of their fiches."""

    source: str
    target: str
    last_contact: date
    same_household: bool
    circumstance: Circumstance
    co_exposed: bool


def links_within(fiches: Sequence[UUID]) -> list[Link]:
    """Who of these people exposed whom, in the order of the days."""
    found = Exposure.objects.filter(index_fiche__in=fiches, contact_fiche__in=fiches)
    rows = found.order_by("last_contact", "id").values_list(
        "index_fiche__number", "contact_fiche__number", "last_contact", "same_household", "circumstance", "co_exposed"
    )
    return [Link(*row[:4], Circumstance(row[4]), row[5]) for row in rows[:MOST_SHOWN]]


def measures_of(cluster: UUID) -> list[Measure]:
    """What is done about a cluster, the newest decision first."""
    return list(Measure.objects.filter(cluster=cluster).order_by("-decided_on", "-id"))


class Fact(NamedTuple):
    """A line of the diary. ``what``: step, added, removed, note, request, report, measure; ``code``: of its enum.

    ``many``: how many people; ``sealed``: of a note, with ``id`` as its context.
    """

    at: datetime
    what: str
    code: str
    account: UUID
    many: int
    id: UUID | None
    sealed: bytes | None


_DIARY = """
SELECT at, 'step', state, account, 0, id, NULL::bytea FROM clusters_step WHERE cluster_id = %(cluster)s
UNION ALL
SELECT added_at, 'added', role, added_by, count(*)::int, NULL, NULL FROM clusters_member
    WHERE cluster_id = %(cluster)s GROUP BY added_at, role, added_by
UNION ALL
SELECT removed_at, 'removed', role, removed_by, count(*)::int, NULL, NULL FROM clusters_member
    WHERE cluster_id = %(cluster)s AND removed_at IS NOT NULL GROUP BY removed_at, role, removed_by
UNION ALL
SELECT created_at, 'measure', kind, account, 0, id, NULL FROM clusters_measure WHERE cluster_id = %(cluster)s
UNION ALL
SELECT asked_at, 'request', kind, account, 0, id, NULL FROM clusters_request WHERE cluster_id = %(cluster)s
UNION ALL
SELECT at, 'report', '', account, 0, NULL, NULL FROM clusters_closing_report WHERE cluster_id = %(cluster)s
UNION ALL
SELECT at, 'note', '', account, 0, id, value FROM clusters_note WHERE cluster_id = %(cluster)s
ORDER BY 1 DESC, 2 LIMIT 100
"""


def diary_of(cluster: UUID) -> list[Fact]:
    """What happened to a cluster, the last 100 facts, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_DIARY, {"cluster": cluster})
        return [Fact(*row) for row in cursor.fetchall()]


class CoExposed(NamedTuple):
    """Somebody who was where cases were, on the same days, when they may have been infected; by her number only.

    ``since``, ``until``: first and last day together; ``cases``: with how many of them.
    """

    fiche: UUID
    number: str
    kind: FicheKind
    since: date
    until: date
    cases: int


_CO_EXPOSED = """
SELECT other.fiche_id, fiche.number, fiche.kind,
    min(greatest(mine.since, other.since, member.since - %(days)s::int)),
    max(least(mine.until, other.until, member.since)), count(DISTINCT member.fiche_id)::int
FROM clusters_member member
JOIN tracing_stay mine ON mine.fiche_id = member.fiche_id
JOIN tracing_stay other ON other.places && mine.places AND other.fiche_id <> mine.fiche_id
    AND greatest(mine.since, other.since, member.since - %(days)s::int) <= least(mine.until, other.until, member.since)
JOIN tracing_fiche fiche ON fiche.id = other.fiche_id AND fiche.closure <> 'cancelled' AND fiche.disease = %(disease)s
WHERE member.cluster_id = %(cluster)s AND member.removed_at IS NULL AND member.role IN ('case', 'source')
    AND NOT EXISTS (
        SELECT 1 FROM clusters_member already
        WHERE already.cluster_id = member.cluster_id AND already.fiche_id = other.fiche_id
            AND already.removed_at IS NULL)
GROUP BY other.fiche_id, fiche.number, fiche.kind ORDER BY 6 DESC, 2 LIMIT %(most)s
"""


def co_exposed(cluster: Cluster, now: datetime) -> list[CoExposed]:
    """Backward tracing: who shared a place and a day with a case within the days in which it may have been infected,
    and is not in the cluster; whom most cases met first. 100 at most."""
    days = policy_of_the_day(cluster.disease, now).source_window.days
    with connection.cursor() as cursor:
        cursor.execute(
            _CO_EXPOSED, {"cluster": cluster.id, "disease": cluster.disease, "days": days, "most": MOST_SHOWN}
        )
        rows = cursor.fetchall()
    return [CoExposed(fiche, number, FicheKind(kind), *rest) for fiche, number, kind, *rest in rows]


def stays_of_cases(cluster: Cluster) -> list[Stay]:
    """Where the cases of a cluster were, sealed, each with its fiche; the last 100."""
    cases = Member.objects.filter(cluster=cluster, removed_at=None, role__in=CASES).values("fiche")
    return list(Stay.objects.filter(fiche__in=cases).select_related("fiche").order_by("-since", "id")[:MOST_SHOWN])


class Figures(NamedTuple):
    """What a closing report counts. ``contacts``: of all cases, once each; ``informed``, ``positive``: of these."""

    cases: int
    co_exposed: int
    contacts: int
    informed: int
    positive: int
    measures: int


_FIGURES = """
WITH people AS (
    SELECT fiche_id, role FROM clusters_member WHERE cluster_id = %(cluster)s AND removed_at IS NULL
), contacts AS (
    SELECT DISTINCT fiche.id, fiche.told_at, fiche.test FROM people
    JOIN tracing_exposure exposure ON exposure.index_fiche_id = people.fiche_id
    JOIN tracing_fiche fiche ON fiche.id = exposure.contact_fiche_id AND fiche.closure <> 'cancelled'
)
SELECT (SELECT count(*) FROM people WHERE role IN ('case', 'source')),
    (SELECT count(*) FROM people WHERE role = 'co_exposed'), (SELECT count(*) FROM contacts),
    (SELECT count(*) FROM contacts WHERE told_at IS NOT NULL), (SELECT count(*) FROM contacts WHERE test = 'positive'),
    (SELECT count(*) FROM clusters_measure WHERE cluster_id = %(cluster)s)
"""


def figures_of(cluster: UUID) -> Figures:
    """As they stand now."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"cluster": cluster})
        return Figures(*cursor.fetchone())
