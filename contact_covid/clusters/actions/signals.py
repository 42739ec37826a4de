"""Signals: proposed by the service, accepted as a cluster or rejected by the agency."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.actions.clusters import NewCluster, enlist, found_cluster
from contact_covid.clusters.enums import ClusterState, MemberRole, Setting, SignalRejection, SignalState
from contact_covid.clusters.events import ClustersEvent
from contact_covid.clusters.models import Cluster, Signal, SignalCase
from contact_covid.clusters.queries import policy_of_the_day
from contact_covid.clusters.rules.places import Place
from contact_covid.clusters.rules.policy import Policy
from contact_covid.clusters.rules.signals import Proposal, candidates, proposals
from contact_covid.clusters.rules.transitions import ForbiddenStep
from contact_covid.clusters.signal_queries import chains, known_before, shared_places
from contact_covid.core.dates import day_of
from contact_covid.core.diseases import followed
from contact_covid.core.ids import new_id
from contact_covid.directory.queries import region_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail
from contact_covid.tracing.doubles_queries import survivors
from contact_covid.tracing.models import Fiche, Stay
from contact_covid.tracing.stay_queries import open_stays

_SEEKERS = 0x7369676E  # the advisory lock of those who look for signals


class SignalChanged(Exception):
    """Cases were added to the signal, or somebody has decided, since it was read."""


class SignalNotFound(LookupError):
    """No such signal to the actor's region: nobody is told whether there is one to another."""


def propose_signals(*, actor: Actor, since: datetime, now: datetime) -> list[UUID]:
    """Proposes what is new among patients zéro whose stays or exposures were written since then; returns the signals
    made or added to. Run again it proposes nothing again. Raises ``Denied``, ``NoPolicy``.
    """
    check(actor, Permission.SIGNALS_PROPOSE)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEEKERS])
        written = [signal for disease in followed() for signal in _propose(disease.code, since, now)]
        record(*(_proposed(actor, signal) for signal in written), now=now)
    return [signal.id for signal in written]


def propose_all_signals(*, actor: Actor, now: datetime) -> list[UUID]:
    """The same of all that is recent, however long ago it was written. Raises as ``propose_signals``."""
    longest = max(policy_of_the_day(disease.code, now).looks_back for disease in followed())
    return propose_signals(actor=actor, since=now - longest, now=now)


def _propose(disease: str, since: datetime, now: datetime) -> list[Signal]:
    policy = policy_of_the_day(disease, now)
    oldest = day_of(now) - policy.looks_back
    shared = shared_places(disease, since=since, oldest=oldest, least=policy.signal_cases)
    shared += chains(disease, since=since, oldest=oldest)
    found = candidates(shared, least=policy.signal_cases, span=policy.signal_days)
    proposed = proposals(found, known_before(disease, found))
    return [_write(disease, proposal, policy, now) for proposal in proposed]


def _write(disease: str, proposal: Proposal, policy: Policy, now: datetime) -> Signal:
    found = proposal.candidate
    waiting = proposal.signal and Signal.objects.select_for_update().get(id=proposal.signal)
    signal = waiting or Signal(
        id=new_id(now),
        disease=disease,
        region=region_of(found.department) or "",
        department=found.department,
        setting=found.setting,
        cluster_id=proposal.cluster,
        proposed_at=now,
    )
    signal.ground, signal.policy = found.ground, policy.version
    signal.places = sorted({bytes(key) for key in signal.places} | found.keys)
    signal.first_on = min(found.first_on, signal.first_on or found.first_on)
    signal.last_on = max(found.last_on, signal.last_on or found.last_on)
    known = set(SignalCase.objects.filter(signal=signal.id).values_list("fiche", flat=True))
    signal.cases = len(known | found.cases.keys())
    signal.version += 1 if waiting else 0
    signal.save(force_insert=not waiting)
    new = found.cases.keys() - known
    SignalCase.objects.bulk_create(SignalCase(signal=signal, fiche_id=each, on=found.cases[each]) for each in new)
    return signal


def _proposed(actor: Actor, signal: Signal) -> Event:
    detail: dict[str, Detail] = {"signal": str(signal.id), "ground": signal.ground, "policy": signal.policy}
    return Event.by(
        actor, ClustersEvent.SIGNAL_PROPOSED, Purpose.TRACING, Surface.JOB, fiches=_numbers(signal), detail=detail
    )


def accept_signal(*, actor: Actor, signal: UUID, version: int, now: datetime) -> UUID:
    """A cluster under investigation, of these cases, or the one that they continue; returns its id. The agency may open
    the cases' fiches from then on. ``version``: as it was read. Accepting twice is accepting once.

    Raises ``Denied``, ``SignalNotFound``, ``SignalChanged``, ``ForbiddenStep`` (it was rejected), ``KeyMissing``.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    with transaction.atomic():
        held = _held(actor, signal)
        if held.state == SignalState.ACCEPTED and held.cluster_id:
            return held.cluster_id
        _decide(held, SignalState.ACCEPTED, actor, version, now)
        cluster = _cluster_of(actor, held, now)
        days = dict(SignalCase.objects.filter(signal=held).order_by("on").values_list("fiche", "on"))
        led = survivors(days)
        days = {led.get(fiche, fiche): day for fiche, day in reversed(days.items())}
        enlist(actor=actor, cluster=cluster, people=days, role=MemberRole.CASE, now=now)
        held.cluster = cluster
        held.save(update_fields=["state", "decided_by", "decided_at", "version", "cluster"])
        _record(actor, held, now, cluster=str(cluster.id))
    return cluster.id


def reject_signal(*, actor: Actor, signal: UUID, reason: SignalRejection, version: int, now: datetime) -> None:
    """It is no cluster. The same cases are not proposed again unless others join them. ``version``: as it was read.

    Raises ``Denied``, ``SignalNotFound``, ``SignalChanged``, ``ForbiddenStep`` (it was accepted).
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    with transaction.atomic():
        held = _held(actor, signal)
        if held.state == SignalState.REJECTED:
            return
        _decide(held, SignalState.REJECTED, actor, version, now)
        held.rejection = reason
        held.save(update_fields=["state", "rejection", "decided_by", "decided_at", "version"])
        _record(actor, held, now, reason=reason.value)


def _held(actor: Actor, signal: UUID) -> Signal:
    found = Signal.objects.select_for_update().filter(id=signal, region=actor.region).first()
    if found is None:
        raise SignalNotFound
    return found


def _decide(signal: Signal, state: SignalState, actor: Actor, version: int, now: datetime) -> None:
    if signal.state != SignalState.PROPOSED:
        raise ForbiddenStep(signal.state, state)
    if signal.version != version:
        raise SignalChanged
    signal.state, signal.decided_by, signal.decided_at = state, actor.author.account, now
    signal.version += 1


def _cluster_of(actor: Actor, signal: Signal, now: datetime) -> Cluster:
    if signal.cluster_id:
        return Cluster.objects.select_for_update().get(id=signal.cluster_id)
    new = NewCluster(
        disease=signal.disease,
        setting=Setting(signal.setting),
        place=_place(signal),
        department=signal.department,
        places=[bytes(key) for key in signal.places],
    )
    return found_cluster(actor=actor, new=new, state=ClusterState.INVESTIGATED, now=now)


def _place(signal: Signal) -> Place:
    """The place as the first stay that was said of it names it."""
    keys = {bytes(key) for key in signal.places}
    cases = SignalCase.objects.filter(signal=signal).values("fiche")
    stays = [stay for stay in Stay.objects.filter(fiche__in=cases).order_by("id") if _is_at(stay, keys)][:1]
    for said in open_stays(stays):
        return Place(said.name, said.group, said.street, said.postcode, said.commune)
    return Place("")


def _is_at(stay: Stay, keys: Collection[bytes]) -> bool:
    return any(bytes(place) in keys for place in stay.places)


def _numbers(signal: Signal) -> list[str]:
    cases = SignalCase.objects.filter(signal=signal).values("fiche")
    return list(Fiche.objects.filter(id__in=cases).order_by("number").values_list("number", flat=True))


def _record(actor: Actor, signal: Signal, now: datetime, **codes: str) -> None:
    detail: dict[str, Detail] = {"signal": str(signal.id), "state": signal.state, **codes}
    event = Event.by(
        actor, ClustersEvent.SIGNAL_DECIDED, Purpose.TRACING, Surface.PAGE, fiches=_numbers(signal), detail=detail
    )
    record(event, now=now)
