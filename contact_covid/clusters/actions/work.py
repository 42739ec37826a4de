"""What is done about a cluster: measures, notes in its diary, the closing report."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.actions.clusters import hold
from contact_covid.clusters.cluster_queries import figures_of
from contact_covid.clusters.enums import MeasureKind, MemberRole
from contact_covid.clusters.events import ClustersEvent
from contact_covid.clusters.models import ClosingReport, Cluster, Measure, Member, Note
from contact_covid.core.dates import day_of
from contact_covid.core.errors import RuleError
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail

MEASURE_CONTEXT = "clusters.Measure.note:"
NOTE_CONTEXT = "clusters.Note.value:"
REPORT_CONTEXT = "clusters.ClosingReport.conclusion:"
LONGEST = 2000


class WorkErrorCode(StrEnum):
    TOO_LONG = "cluster.text_too_long"
    EMPTY = "cluster.text_empty"
    BEFORE_DECIDED = "cluster.before_decided"
    IN_FUTURE = "cluster.in_future"


class WorkError(RuleError):
    """What was said cannot be; ``field`` is the name of that answer."""

    def __init__(self, code: WorkErrorCode, field: str) -> None:
        super().__init__(code)
        self.field = field


def record_measure(
    *,
    actor: Actor,
    cluster: UUID,
    kind: MeasureKind,
    decided_on: date,
    planned_on: date | None,
    done_on: date | None,
    note: str,
    submission: Submission,
    now: datetime,
) -> None:
    """A measure that was decided; it may be planned for a day, or done already.

    Raises ``Denied``, ``ClusterNotFound``, ``WorkError``, ``AlreadyRecorded``, ``KeyMissing``.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    _check_text(note, "note", required=False)
    today = day_of(now)
    _check_days(decided_on, planned_on, done_on, today)
    id_ = new_id(now)
    with transaction.atomic():
        held = hold(actor, cluster)
        use_up(actor.author.account, submission, target=id_, now=now)
        Measure.objects.create(
            id=id_,
            cluster=held,
            kind=kind,
            decided_on=decided_on,
            planned_on=planned_on,
            done_on=done_on,
            note=_sealed(note, f"{MEASURE_CONTEXT}{id_}", now) if note else None,
            account=actor.author.account,
            created_at=now,
        )
        _record(actor, ClustersEvent.MEASURE_RECORDED, held, now, measure=kind.value)


def measure_done(*, actor: Actor, cluster: UUID, measure: UUID, now: datetime) -> None:
    """The measure was carried out today. Said twice it is written once. Raises ``Denied``, ``ClusterNotFound``."""
    check(actor, Permission.CLUSTERS_MANAGE)
    today = day_of(now)
    with transaction.atomic():
        held = hold(actor, cluster)
        if Measure.objects.filter(cluster=held, id=measure, done_on=None).update(done_on=today):
            _record(actor, ClustersEvent.MEASURE_RECORDED, held, now, done=str(measure))


def add_note(*, actor: Actor, cluster: UUID, text: str, submission: Submission, now: datetime) -> None:
    """A line in the diary of a cluster.

    Raises ``Denied``, ``ClusterNotFound``, ``WorkError``, ``AlreadyRecorded``, ``KeyMissing``.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    _check_text(text, "text", required=True)
    id_ = new_id(now)
    with transaction.atomic():
        held = hold(actor, cluster)
        use_up(actor.author.account, submission, target=id_, now=now)
        value = _sealed(text, f"{NOTE_CONTEXT}{id_}", now)
        Note.objects.create(id=id_, cluster=held, value=value, account=actor.author.account, at=now)
        _record(actor, ClustersEvent.NOTE_ADDED, held, now)


def write_report(*, actor: Actor, cluster: UUID, conclusion: str, submission: Submission, now: datetime) -> None:
    """The closing report: figures as they stand now, and the conclusion. Written again it replaces the one before.

    Raises ``Denied``, ``ClusterNotFound``, ``WorkError``, ``AlreadyRecorded``, ``KeyMissing``.
    """
    check(actor, Permission.CLUSTERS_MANAGE)
    _check_text(conclusion, "conclusion", required=True)
    with transaction.atomic():
        held = hold(actor, cluster)
        use_up(actor.author.account, submission, target=held.id, now=now)
        figures = figures_of(held.id)._asdict()
        ClosingReport.objects.update_or_create(
            cluster=held,
            defaults={
                **figures,
                "source_found": _members(held, MemberRole.SOURCE),
                "conclusion": _sealed(conclusion, f"{REPORT_CONTEXT}{held.id}", now),
                "account": actor.author.account,
                "at": now,
            },
        )
        _record(actor, ClustersEvent.REPORT_WRITTEN, held, now)


def _members(cluster: Cluster, role: MemberRole) -> bool:
    return Member.objects.filter(cluster=cluster, removed_at=None, role=role).exists()


def _check_text(text: str, field: str, *, required: bool) -> None:
    if len(text) > LONGEST:
        raise WorkError(WorkErrorCode.TOO_LONG, field)
    if required and not text:
        raise WorkError(WorkErrorCode.EMPTY, field)


def _check_days(decided_on: date, planned_on: date | None, done_on: date | None, today: date) -> None:
    for field, day in (("planned_on", planned_on), ("done_on", done_on)):
        if day is not None and day < decided_on:
            raise WorkError(WorkErrorCode.BEFORE_DECIDED, field)
    for field, day in (("decided_on", decided_on), ("done_on", done_on)):
        if day is not None and day > today:
            raise WorkError(WorkErrorCode.IN_FUTURE, field)


def _sealed(text: str, context: str, now: datetime) -> bytes:
    return ring().seal(text.encode(), period=period_of(now), context=context)


def _record(actor: Actor, kind: ClustersEvent, cluster: Cluster, now: datetime, **codes: str) -> None:
    detail: dict[str, Detail] = {"cluster": str(cluster.id), "number": cluster.number, **codes}
    record(Event.by(actor, kind, Purpose.TRACING, Surface.PAGE, detail=detail), now=now)
