"""A cluster: opened, assessed, moved on the board, who is in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.cluster_queries import CASES, PLACE_CONTEXT, ClusterNotFound, co_exposed
from contact_covid.clusters.enums import ClusterState, MemberRole, Setting, Spread
from contact_covid.clusters.events import ClustersEvent
from contact_covid.clusters.models import ClosingReport, Cluster, Member, Step
from contact_covid.clusters.queries import policy_of_the_day
from contact_covid.clusters.rules.criticality import criticality
from contact_covid.clusters.rules.places import Place, to_bytes
from contact_covid.clusters.rules.transitions import CLUSTER_TRANSITIONS, move
from contact_covid.core.diseases import usual
from contact_covid.core.errors import RuleError
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.core.records import new_number
from contact_covid.directory.queries import region_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail
from contact_covid.tracing.actions.agency import open_to, shut
from contact_covid.tracing.enums import Closure, FicheKind
from contact_covid.tracing.models import Fiche, IndexCase
from contact_covid.tracing.queries import visible_to


class ClusterErrorCode(StrEnum):
    TOO_FEW = "cluster.too_few"
    NO_REPORT = "cluster.no_report"
    OTHER_REGION = "cluster.other_region"
    UNKNOWN_FICHE = "cluster.unknown_fiche"
    NOT_A_CASE = "cluster.not_a_case"
    OTHER_DISEASE = "cluster.other_disease"
    NOTHING_CHOSEN = "cluster.nothing_chosen"


class ClusterError(RuleError):
    """What was asked of a cluster cannot be."""


class ClusterChanged(Exception):
    """Somebody has changed the cluster since it was read."""


@dataclass(frozen=True, slots=True)
class NewCluster:
    """``places``: digests by which stays name the place, none when no stay did."""

    setting: Setting
    place: Place
    department: str
    vulnerable: bool = False
    spread: Spread = Spread.UNKNOWN
    places: Sequence[bytes] = ()
    disease: str = field(default_factory=usual)


def open_cluster(*, actor: Actor, new: NewCluster, submission: Submission, now: datetime) -> UUID:
    """A cluster that the agency has heard of; returns its id.

    Raises ``Denied``, ``ClusterError``, ``AlreadyRecorded`` (its target is the cluster), ``KeyMissing``.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    with transaction.atomic():
        cluster = found_cluster(actor=actor, new=new, state=ClusterState.SIGNALLED, now=now)
        use_up(actor.author.account, submission, target=cluster.id, now=now)
    return cluster.id


def found_cluster(*, actor: Actor, new: NewCluster, state: ClusterState, now: datetime) -> Cluster:
    """A cluster without members yet. Belongs to the caller's act. Raises ``ClusterError``, ``KeyMissing``."""
    if region_of(new.department) != actor.region and not new.places:
        raise ClusterError(ClusterErrorCode.OTHER_REGION)
    id_, account = new_id(now), actor.author.account
    cluster = Cluster(
        id=id_,
        number=new_number(),
        disease=new.disease,
        region=actor.region or "",
        department=new.department,
        setting=new.setting,
        vulnerable=new.vulnerable,
        spread=new.spread,
        period=period_of(now),
        place=_sealed(id_, new.place, period_of(now)),
        places=list(new.places),
        state=state,
        state_at=now,
        lead=account,
        created_by=account,
        created_at=now,
    )
    _weigh(cluster, now)
    cluster.save(force_insert=True)
    Step.objects.create(id=new_id(now), cluster=cluster, state=state, account=account, at=now)
    _record(actor, ClustersEvent.OPENED, cluster, now, setting=new.setting.value)
    return cluster


def _sealed(cluster: UUID, place: Place, period: str) -> bytes:
    return ring().seal(to_bytes(place), period=period, context=f"{PLACE_CONTEXT}{cluster}")


def assess(
    *,
    actor: Actor,
    cluster: UUID,
    setting: Setting,
    place: Place,
    vulnerable: bool,
    spread: Spread,
    version: int,
    now: datetime,
) -> None:
    """What kind of community it is, and how grave; who assesses it leads it. ``version``: as it was read.

    Raises ``Denied``, ``ClusterNotFound``, ``ClusterChanged``, ``KeyMissing``.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    with transaction.atomic():
        held = hold(actor, cluster)
        if version != held.version:
            raise ClusterChanged
        held.setting, held.vulnerable, held.spread = setting, vulnerable, spread
        held.place = _sealed(held.id, place, held.period)
        held.lead = actor.author.account
        _weigh(held, now)
        _save(held)
        _record(actor, ClustersEvent.ASSESSED, held, now, criticality=held.criticality)


def move_cluster(*, actor: Actor, cluster: UUID, state: ClusterState, now: datetime) -> None:
    """To that column of the board. Moving there twice is moving once.

    Raises ``Denied``, ``ClusterNotFound``, ``ForbiddenStep``; ``ClusterError`` when a confirmed cluster has too few
    cases, or a closed one no report.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    with transaction.atomic():
        held = hold(actor, cluster)
        if held.state == state:
            return
        move(CLUSTER_TRANSITIONS, ClusterState(held.state), state)
        if state is ClusterState.CONFIRMED and held.cases < policy_of_the_day(held.disease, now).cluster_cases:
            raise ClusterError(ClusterErrorCode.TOO_FEW)
        if state is ClusterState.CLOSED and not ClosingReport.objects.filter(cluster=held).exists():
            raise ClusterError(ClusterErrorCode.NO_REPORT)
        held.state, held.state_at = state, now
        _save(held)
        Step.objects.create(id=new_id(now), cluster=held, state=state, account=actor.author.account, at=now)
        _record(actor, ClustersEvent.MOVED, held, now, state=state.value)


def add_by_number(*, actor: Actor, cluster: UUID, number: str, role: MemberRole, now: datetime) -> None:
    """A person whose fiche number (as stored) the agency was told: of its region, or one that it may open already.

    Adding her again gives her that role. Raises ``Denied``, ``ClusterNotFound``, ``ClusterError``.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    with transaction.atomic():
        held = hold(actor, cluster)
        known = Fiche.objects.exclude(closure=Closure.CANCELLED).filter(number=number)
        fiche = known.filter(region=actor.region).first() or visible_to(actor, now).filter(id__in=known).first()
        if fiche is None:
            raise ClusterError(ClusterErrorCode.UNKNOWN_FICHE)
        if fiche.disease != held.disease:
            raise ClusterError(ClusterErrorCode.OTHER_DISEASE)
        if role in CASES and fiche.kind != FicheKind.INDEX:
            raise ClusterError(ClusterErrorCode.NOT_A_CASE)
        enlist(actor=actor, cluster=held, people={fiche.id: _day(fiche)}, role=role, now=now)


def add_co_exposed(*, actor: Actor, cluster: UUID, fiches: Collection[UUID], now: datetime) -> None:
    """People who were at the same place and moment as a case; who was not is left out.

    Raises ``Denied``, ``ClusterNotFound``; ``ClusterError`` when nobody is left.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    with transaction.atomic():
        held = hold(actor, cluster)
        found = {each.fiche: each.since for each in co_exposed(held, now) if each.fiche in fiches}
        if not found:
            raise ClusterError(ClusterErrorCode.NOTHING_CHOSEN)
        enlist(actor=actor, cluster=held, people=found, role=MemberRole.CO_EXPOSED, now=now)


def enlist(*, actor: Actor, cluster: Cluster, people: Mapping[UUID, date], role: MemberRole, now: datetime) -> None:
    """People (fiche → day) into a cluster that the caller holds; whoever is in it takes that role. The agency may open
    their fiches from then on. Belongs to the caller's act."""
    members = Member.objects.filter(cluster=cluster, removed_at=None, fiche__in=people)
    known = set(members.values_list("fiche", flat=True))
    members.update(role=role)
    account = actor.author.account
    Member.objects.bulk_create(
        Member(id=new_id(now), cluster=cluster, fiche_id=fiche, role=role, since=day, added_by=account, added_at=now)
        for fiche, day in people.items()
        if fiche not in known
    )
    open_to(region=cluster.region, fiches=list(people), source=cluster.id, now=now)
    recount(cluster, now)
    numbers = Fiche.objects.filter(id__in=people).order_by("number").values_list("number", flat=True)
    _record(actor, ClustersEvent.MEMBERS_ADDED, cluster, now, fiches=list(numbers), role=role.value)


def remove_member(*, actor: Actor, cluster: UUID, member: UUID, now: datetime) -> str:
    """A person who does not belong to it; the agency may no longer open her fiche for its sake. Returns its number.

    Removing her twice is removing her once. Raises ``Denied``, ``ClusterNotFound``.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    with transaction.atomic():
        held = hold(actor, cluster)
        found = Member.objects.filter(cluster=held, id=member).select_related("fiche").first()
        if found is None or found.removed_at:
            return found.fiche.number if found else ""
        found.removed_at, found.removed_by = now, actor.author.account
        found.save(update_fields=["removed_at", "removed_by"])
        shut(source=held.id, fiches=[found.fiche_id])
        recount(held, now)
        _record(actor, ClustersEvent.MEMBER_REMOVED, held, now, fiches=[found.fiche.number])
    return found.fiche.number


def hold(actor: Actor, cluster: UUID) -> Cluster:
    """A cluster of the actor's region, locked. Raises ``ClusterNotFound``."""
    found = Cluster.objects.select_for_update().filter(id=cluster, region=actor.region).first()
    if found is None:
        raise ClusterNotFound
    return found


def recount(cluster: Cluster, now: datetime) -> None:
    """How many cases it has, from when to when, and what that makes of its criticality."""
    days = list(Member.objects.filter(cluster=cluster, removed_at=None, role__in=CASES).values_list("since", flat=True))
    cluster.cases = len(days)
    cluster.first_on, cluster.last_on = min(days, default=None), max(days, default=None)
    _weigh(cluster, now)
    _save(cluster)


def _weigh(cluster: Cluster, now: datetime) -> None:
    cluster.criticality = criticality(
        policy_of_the_day(cluster.disease, now).criticality,
        setting=Setting(cluster.setting),
        vulnerable=cluster.vulnerable,
        cases=cluster.cases,
        spread=Spread(cluster.spread),
    )


def _save(cluster: Cluster) -> None:
    cluster.version += 1
    cluster.save()


def _day(fiche: Fiche) -> date:
    """The day a patient zéro fell ill or was sampled, a contact was last exposed."""
    if fiche.kind == FicheKind.CONTACT:
        return fiche.contact.last_contact
    case: IndexCase = fiche.index_case
    return case.onset or case.sampled_on


def _record(
    actor: Actor, kind: ClustersEvent, cluster: Cluster, now: datetime, *, fiches: Sequence[str] = (), **codes: str
) -> None:
    detail: dict[str, Detail] = {"cluster": str(cluster.id), "number": cluster.number, **codes}
    record(Event.by(actor, kind, Purpose.TRACING, Surface.PAGE, fiches=fiches, detail=detail), now=now)
