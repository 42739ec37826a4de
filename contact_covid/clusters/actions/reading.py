"""What an agency opens: a cluster, where its cases were, one fiche, the talk about a request. The journal tells who
was shown to whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.accounts.queries import names_of
from contact_covid.clusters.actions.requests import CONTEXT, RequestNotFound
from contact_covid.clusters.actions.work import MEASURE_CONTEXT, NOTE_CONTEXT, REPORT_CONTEXT
from contact_covid.clusters.cluster_queries import (
    MOST_SHOWN,
    PLACE_CONTEXT,
    CoExposed,
    Fact,
    Figures,
    Link,
    cluster_of,
    co_exposed,
    diary_of,
    figures_of,
    is_case_of,
    links_within,
    measures_of,
    members_of,
    stays_of_cases,
)
from contact_covid.clusters.enums import RequestState
from contact_covid.clusters.events import ClustersEvent
from contact_covid.clusters.models import Cluster, HandOver, Measure, Member, PlatformRequest
from contact_covid.clusters.queries import last_hand_over, notes_of, requests_of
from contact_covid.clusters.rules.places import Place, from_bytes
from contact_covid.core.keyring import ring
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import Exposure, Fiche, Stay
from contact_covid.tracing.queries import FicheNotFound, sealed_value, visible_to
from contact_covid.tracing.rules.stays import StayDetails
from contact_covid.tracing.stay_queries import open_stays


@dataclass(frozen=True, slots=True)
class ClusterSeen:
    """A cluster as its agency reads it. ``identities`` of the members by their fiches; ``notes`` by their own ids;
    ``names`` of those who acted, by their accounts."""

    cluster: Cluster
    place: Place
    members: Sequence[Member]
    identities: Mapping[UUID, Identity]
    links: Sequence[Link]
    measures: Sequence[Measure]
    diary: Sequence[Fact]
    notes: Mapping[UUID, str]
    names: Mapping[UUID, str]


def read_cluster(*, actor: Actor, cluster: UUID, now: datetime) -> ClusterSeen:
    """All of a cluster, 100 members at most; who they are is in the journal, in one row. Seven statements.

    Raises ``Denied``, ``ClusterNotFound``, ``KeyMissing``, ``SealBroken``.
    """
    found = cluster_of(actor, cluster)
    members = members_of(found, most=MOST_SHOWN)
    people = [Sealed(each.fiche_id, each.fiche.number, each.sealed) for each in members]
    measures, diary = measures_of(found.id), diary_of(found.id)
    sealed = [(fact.id, bytes(fact.sealed), f"{NOTE_CONTEXT}{fact.id}") for fact in diary if fact.sealed and fact.id]
    sealed += [(each.id, each.note, f"{MEASURE_CONTEXT}{each.id}") for each in measures if each.note]
    opened = ring().open_all([(found.place, f"{PLACE_CONTEXT}{found.id}"), *((value, at) for _, value, at in sealed)])
    return ClusterSeen(
        cluster=found,
        place=from_bytes(opened[0]),
        members=members,
        identities=reveal(actor, people, purpose=Purpose.TRACING, now=now),
        links=links_within([each.fiche_id for each in members]),
        measures=measures,
        diary=diary,
        notes={id_: plain.decode() for (id_, _, _), plain in zip(sealed, opened[1:], strict=True)},
        names=names_of({found.lead, *(fact.account for fact in diary)}),
    )


class StaySeen(NamedTuple):
    """Where a case was, as was said."""

    stay: Stay
    details: StayDetails


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who was where the cases of a cluster were: people with a fiche, by number, and what the cases said of others.

    ``members``: who is in it, by number too."""

    cluster: Cluster
    members: Sequence[Member]
    co_exposed: Sequence[CoExposed]
    stays: Sequence[StaySeen]


def read_surroundings(*, actor: Actor, cluster: UUID, now: datetime) -> Surroundings:
    """Backward tracing of a cluster; that the cases' places were read is in the journal.

    Raises ``Denied``, ``ClusterNotFound``, ``KeyMissing``, ``SealBroken``.
    """
    found = cluster_of(actor, cluster)
    stays = stays_of_cases(found)
    numbers = sorted({stay.fiche.number for stay in stays})
    detail = {"cluster": str(found.id), "number": found.number}
    record(Event.by(actor, ClustersEvent.READ, Purpose.TRACING, Surface.PAGE, fiches=numbers, detail=detail), now=now)
    return Surroundings(
        found, members_of(found, most=MOST_SHOWN), co_exposed(found, now), [*map(StaySeen, stays, open_stays(stays))]
    )


class CaseSeen(NamedTuple):
    """A case of a cluster by herself: whoever names a person whom she met needs nobody else of her fiche."""

    fiche: Fiche
    identity: Identity


def read_case(*, actor: Actor, cluster: UUID, fiche: UUID, now: datetime) -> CaseSeen:
    """A case of a cluster of the actor's; who she is is in the journal, in one row, and nobody beside her.

    Raises ``Denied``, ``ClusterNotFound``; ``FicheNotFound`` for who is no case of it; ``KeyMissing``, ``SealBroken``.
    """
    held = cluster_of(actor, cluster)
    found: Any = Fiche.objects.filter(id=fiche).annotate(sealed=sealed_value("id")).exclude(sealed=None).first()
    if found is None or not is_case_of(held, fiche):
        raise FicheNotFound
    people = [Sealed(found.id, found.number, found.sealed)]
    return CaseSeen(found, reveal(actor, people, purpose=Purpose.TRACING, now=now)[found.id])


class ReportSeen(NamedTuple):
    """The closing report of a cluster: as it is written, or the figures of now when it is not."""

    cluster: Cluster
    place: Place
    figures: Figures
    conclusion: str
    names: Mapping[UUID, str]


def read_report(*, actor: Actor, cluster: UUID, now: datetime) -> ReportSeen:
    """Raises ``Denied``, ``ClusterNotFound``, ``KeyMissing``, ``SealBroken``."""
    found = cluster_of(actor, cluster)
    written = getattr(found, "report", None)
    place = from_bytes(ring().open(found.place, context=f"{PLACE_CONTEXT}{found.id}"))
    if written is None:
        return ReportSeen(found, place, figures_of(found.id), "", {})
    figures = Figures(*(getattr(written, name) for name in Figures._fields))
    conclusion = ring().open(written.conclusion, context=f"{REPORT_CONTEXT}{found.id}").decode()
    detail = {"cluster": str(found.id), "number": found.number}
    record(Event.by(actor, ClustersEvent.READ, Purpose.TRACING, Surface.PAGE, detail=detail), now=now)
    return ReportSeen(found, place, figures, conclusion, names_of({written.account}))


class ExposureSeen(NamedTuple):
    """An exposure of, or to, the person of a fiche. ``identity``: of the other one, None when she is not named;
    ``opens``: whether the agency may open the other one's fiche."""

    exposure: Exposure
    other: Fiche
    identity: Identity | None
    opens: bool


@dataclass(frozen=True, slots=True)
class FicheSeen:
    """A person as the agency reads her: with her contacts when she is a patient zéro, else with her patients zéro, who
    are not named to whom speaks to their contacts."""

    fiche: Fiche
    identity: Identity
    exposures: Sequence[ExposureSeen]
    stays: Sequence[StaySeen]
    hand_over: HandOver | None


def read_fiche(*, actor: Actor, fiche: UUID, now: datetime) -> FicheSeen:
    """A fiche that the agency may open. The reading is in the journal, in one row.

    Raises ``Denied``; ``FicheNotFound`` when it is absent or out of reach; ``KeyMissing``, ``SealBroken``.
    """
    check(actor, Permission.HAND_OVER_ANSWER)
    reach = visible_to(actor, now).filter(id=fiche).select_related("index_case", "contact")
    found: Any = reach.annotate(sealed=sealed_value("id")).first()
    if found is None:
        raise FicheNotFound
    is_index = found.kind == FicheKind.INDEX
    exposures = _exposures(found)
    people = [Sealed(found.id, found.number, found.sealed)]
    if is_index:
        people += [Sealed(each.contact_fiche_id, each.contact_fiche.number, each.sealed) for each in exposures]
    identities = reveal(actor, people, purpose=Purpose.HANDOVER, now=now)
    others = {each.contact_fiche_id if is_index else each.index_fiche_id for each in exposures}
    within = set(visible_to(actor, now).filter(id__in=others).values_list("id", flat=True))
    stays = list(Stay.objects.filter(fiche=found.id).select_related("fiche").order_by("-since", "id")[:MOST_SHOWN])
    return FicheSeen(
        fiche=found,
        identity=identities[found.id],
        exposures=[_seen(each, identities, within, is_index=is_index) for each in exposures],
        stays=[*map(StaySeen, stays, open_stays(stays))],
        hand_over=last_hand_over(found.id) if is_index else None,
    )


def _exposures(fiche: Fiche) -> list[Any]:
    if fiche.kind == FicheKind.INDEX:
        named = Exposure.objects.filter(index_fiche=fiche).select_related("contact_fiche")
        named = named.annotate(sealed=sealed_value("contact_fiche")).exclude(sealed=None)  # erased
        return list(named.order_by("-same_household", "-last_contact", "id")[:MOST_SHOWN])
    met = Exposure.objects.filter(contact_fiche=fiche).select_related("index_fiche")
    return list(met.order_by("-last_contact", "id")[:MOST_SHOWN])


def _seen(
    exposure: Exposure, identities: Mapping[UUID, Identity], within: Collection[UUID], *, is_index: bool
) -> ExposureSeen:
    other = exposure.contact_fiche if is_index else exposure.index_fiche
    return ExposureSeen(exposure, other, identities.get(other.id), other.id in within)


class Said(NamedTuple):
    """A turn of the talk; ``state``: where it put the request, None when it only said something."""

    at: datetime
    by: str
    text: str
    state: RequestState | None


def read_request(*, actor: Actor, request: UUID, now: datetime) -> tuple[PlatformRequest, list[Said]]:
    """A request of the agency, or to the platform, with what was said of it; the reading is in the journal.

    Raises ``Denied``, ``RequestNotFound``, ``KeyMissing``, ``SealBroken``.
    """
    found = requests_of(actor).filter(id=request).first()
    if found is None:
        raise RequestNotFound
    notes = notes_of(found)
    names = names_of({note.account for note in notes})
    texts = ring().open_all((note.value, f"{CONTEXT}{note.id}") for note in notes)
    detail = {"request": str(found.id)}
    record(Event.by(actor, ClustersEvent.READ, Purpose.TRACING, Surface.PAGE, detail=detail), now=now)
    return found, [
        Said(note.at, names.get(note.account, ""), text.decode(), RequestState(note.state) if note.state else None)
        for note, text in zip(notes, texts, strict=True)
    ]
