"""Who shares what among recent patients zéro: set-based, begun from what was written lately, so that a run costs what
is new and not what is there. See docs/adr/signals-from-what-is-new.md."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.enums import ClusterState, Ground, Setting, SignalState
from contact_covid.clusters.models import Member, Signal, SignalCase
from contact_covid.clusters.queries import After, newest
from contact_covid.clusters.rules.signals import SETTINGS, Candidate, Known, Sharing, components
from contact_covid.clusters.rules.transitions import is_over
from contact_covid.core.ids import first_id
from contact_covid.core.rules.arrays import array
from contact_covid.tracing.enums import StayKind

_MONTHS = 2
# Stays are read by age (their ids tell it), then each place by its digest in the GIN index.
_SHARED = """
WITH touched AS MATERIALIZED (
    SELECT DISTINCT digest FROM tracing_stay stay CROSS JOIN LATERAL unnest(stay.places) AS digest
    WHERE stay.id >= %(since)s
), shared AS MATERIALIZED (
    SELECT touched.digest, stay.kind, stay.fiche_id, coalesce(found.onset, found.sampled_on) AS day,
        coalesce(nullif(stay.department, ''), fiche.department) AS department,
        stay.places, array_position(stay.places, touched.digest) AS position
    FROM touched
    JOIN tracing_stay stay ON stay.places @> ARRAY[touched.digest]
    JOIN tracing_index_case found ON found.fiche_id = stay.fiche_id
    JOIN tracing_fiche fiche ON fiche.id = stay.fiche_id AND fiche.closure <> 'cancelled'
        AND fiche.disease = %(disease)s
    WHERE coalesce(found.onset, found.sampled_on) >= %(oldest)s
)
SELECT shared.* FROM shared
JOIN (SELECT digest FROM shared GROUP BY digest HAVING count(DISTINCT fiche_id) >= %(least)s) many USING (digest)
"""
# Two patients zéro are of one chain when both live with the same contact, or when a contact of the one became the
# other. From whoever has a new link to all that it leads to, over however many steps.
_CHAINS = """
WITH RECURSIVE cases AS NOT MATERIALIZED (
    SELECT found.fiche_id, found.was_contact_id, coalesce(found.onset, found.sampled_on) AS day, fiche.department
    FROM tracing_index_case found
    JOIN tracing_fiche fiche ON fiche.id = found.fiche_id AND fiche.closure <> 'cancelled'
        AND fiche.disease = %(disease)s
    WHERE coalesce(found.onset, found.sampled_on) >= %(oldest)s
), chain (fiche_id) AS (
    SELECT fresh.fiche_id FROM (
        SELECT index_fiche_id AS fiche_id FROM tracing_exposure fresh WHERE id >= %(since)s AND (same_household
            OR EXISTS (SELECT FROM tracing_index_case later WHERE later.was_contact_id = fresh.contact_fiche_id))
        UNION SELECT fiche_id FROM tracing_index_case WHERE was_contact_id IS NOT NULL AND fiche_id >= %(since)s
    ) fresh
    UNION
    SELECT linked.fiche_id FROM chain
    JOIN cases mine ON mine.fiche_id = chain.fiche_id
    CROSS JOIN LATERAL (
        SELECT other.index_fiche_id AS fiche_id FROM tracing_exposure own
        JOIN tracing_fiche contact ON contact.id = own.contact_fiche_id AND contact.closure <> 'cancelled'
        JOIN tracing_exposure other ON other.contact_fiche_id = contact.id AND other.same_household
        WHERE own.index_fiche_id = mine.fiche_id AND own.same_household
        UNION ALL
        SELECT later.fiche_id FROM tracing_exposure own
        JOIN tracing_index_case later ON later.was_contact_id = own.contact_fiche_id
        WHERE own.index_fiche_id = mine.fiche_id
        UNION ALL
        SELECT earlier.index_fiche_id FROM tracing_exposure earlier WHERE earlier.contact_fiche_id = mine.was_contact_id
    ) linked
    JOIN cases other ON other.fiche_id = linked.fiche_id
)
SELECT mine.fiche_id, link.contact, mine.day, mine.department, link.at_home
FROM chain
JOIN cases mine ON mine.fiche_id = chain.fiche_id
CROSS JOIN LATERAL (
    SELECT own.contact_fiche_id AS contact, own.same_household AS at_home FROM tracing_exposure own
    JOIN tracing_fiche contact ON contact.id = own.contact_fiche_id AND contact.closure <> 'cancelled'
    WHERE own.index_fiche_id = mine.fiche_id AND (own.same_household
        OR EXISTS (SELECT FROM cases later WHERE later.was_contact_id = own.contact_fiche_id))
    UNION ALL
    SELECT mine.was_contact_id, true WHERE mine.was_contact_id IS NOT NULL
) link
"""


def shared_places(disease: str, *, since: datetime, oldest: date, least: int) -> list[Sharing]:
    """Patients zéro of ``oldest`` or later, at places that a stay written since names and ``least`` of them share."""
    given = _given(disease, since, oldest) | {"least": least}
    rows = [_At(bytes(digest), *row) for digest, *row in _rows(_SHARED, given)]
    place = components((row.digest, row.other_month) for row in rows)
    return [
        Sharing(
            place[row.digest], row.ground, row.fiche, row.day, SETTINGS[StayKind(row.kind)], row.department, row.digest
        )
        for row in rows
    ]


class _At(NamedTuple):
    """A patient zéro at a place; ``places`` and ``position``: the stay's digests, and which of them this one is."""

    digest: bytes
    kind: str
    fiche: UUID
    day: date
    department: str
    places: Sequence[bytes]
    position: int

    @property
    def ground(self) -> Ground:
        """Each month's digests are of the place and, where there is one, of the group in it."""
        if len(self.places) == _MONTHS * 2 and self.position % 2 == 0:
            return Ground.GROUP
        return Ground.WORK if self.kind == StayKind.WORK else Ground.PLACE

    @property
    def other_month(self) -> bytes:
        """The digest of the same place, or group, under the key of the other month."""
        return bytes(self.places[(self.position - 1 + len(self.places) // _MONTHS) % len(self.places)])


def _given(disease: str, since: datetime, oldest: date) -> dict[str, Any]:
    return {"disease": disease, "since": first_id(since), "oldest": oldest}


def chains(disease: str, *, since: datetime, oldest: date) -> list[Sharing]:
    """Patients zéro of ``oldest`` or later by the chain that a link written since belongs to: a household, a contact
    who became a case. A chain of households only is called so."""
    rows = _rows(_CHAINS, _given(disease, since, oldest))
    chain = components((case, contact) for case, contact, *_ in rows)
    beyond = {chain[case] for case, *_, at_home in rows if not at_home}
    found = {case: (day, department) for case, _, day, department, _ in rows}
    return [_in_chain(case, chain[case], at_home=chain[case] not in beyond, at=at) for case, at in found.items()]


def _in_chain(case: UUID, chain: Hashable, *, at_home: bool, at: tuple[date, str]) -> Sharing:
    day, department = at
    if at_home:
        return Sharing(("chain", chain), Ground.HOUSEHOLD, case, day, Setting.HOUSEHOLD, department)
    return Sharing(("chain", chain), Ground.CHAIN, case, day, Setting.OTHER, department)


def _rows(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def known_before(disease: str, found: Collection[Candidate]) -> list[Known]:
    """The signals and clusters of a disease that have any case, or any place, of the candidates."""
    cases = {fiche for candidate in found for fiche in candidate.cases}
    keys = {key for candidate in found for key in candidate.keys}
    signals = Signal.objects.raw(
        "SELECT signal.* FROM clusters_signal signal WHERE signal.disease = %s AND (signal.places && %s::bytea[]"
        " OR signal.id IN (SELECT signal_id FROM clusters_signal_case WHERE fiche_id = ANY(%s::uuid[])))",
        [disease, array(keys), array(cases)],
    )
    return [*_known_signals(list(signals)), *_known_clusters(cases)]


def _known_signals(signals: Sequence[Signal]) -> Iterator[Known]:
    cases: dict[UUID, list[UUID]] = {signal.id: [] for signal in signals}
    for signal, fiche in SignalCase.objects.filter(signal__in=list(cases)).values_list("signal", "fiche"):
        cases[signal].append(fiche)
    for each in signals:
        waits = each.state == SignalState.PROPOSED
        yield Known([bytes(key) for key in each.places], cases[each.id], signal=each.id if waits else None)


def _known_clusters(cases: Collection[UUID]) -> Iterator[Known]:
    """Whoever is in a cluster, or was taken out of it, is known there."""
    clusters = Member.objects.filter(fiche__in=cases).values("cluster")
    members: dict[UUID, list[UUID]] = {}
    held: dict[UUID, tuple[ClusterState, list[bytes]]] = {}
    rows = Member.objects.filter(cluster__in=clusters).values_list(
        "cluster", "fiche", "cluster__state", "cluster__places"
    )
    for cluster, fiche, state, places in rows:
        members.setdefault(cluster, []).append(fiche)
        held[cluster] = ClusterState(state), [bytes(key) for key in places]
    for cluster, (where, keys) in held.items():
        yield Known(keys, members[cluster], cluster=None if is_over(where) else cluster)


def signals(actor: Actor, *, after: After | None, limit: int) -> list[Signal]:
    """Signals to the actor's region that wait for an answer, the newest first. Raises ``Denied``."""
    return list(newest(_of_region(actor).filter(state=SignalState.PROPOSED), "proposed_at", after)[:limit])


def signal_of(actor: Actor, signal: UUID) -> Signal | None:
    """That signal to the actor's region, decided or not. Raises ``Denied``."""
    return _of_region(actor).filter(id=signal).select_related("cluster").first()


def cases_of(signal: Signal, *, most: int) -> list[SignalCase]:
    """The cases of a signal in the order of their days, each with its fiche."""
    return list(SignalCase.objects.filter(signal=signal).select_related("fiche").order_by("on", "fiche")[:most])


def _of_region(actor: Actor) -> QuerySet[Signal]:
    check(actor, Permission.CLUSTERS_MANAGE)
    return Signal.objects.filter(region=actor.region)
