"""The acts on many fiches of a platform: what was chosen, how far they are. Nothing here opens an identity."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.worklist.enums import ItemRefusal, ItemState, JobState
from contact_covid.worklist.models import Job, JobItem

MOST_JOBS = 10


class JobNotFound(LookupError):
    """No such job of this supervisor's fund."""


class JobSeen(NamedTuple):
    """A job with its fiches by state, and those left out by why."""

    job: Job
    counts: Mapping[ItemState, int]
    refused: Mapping[ItemRefusal, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def job_of(actor: Actor, job: UUID) -> Job:
    """One of the actor's fund. Raises ``Denied``, ``JobNotFound``."""
    check(actor, Permission.CALL_SUPERVISE)
    found = Job.objects.filter(id=job, fund=actor.fund).first()
    if found is None:
        raise JobNotFound
    return found


def job_seen(actor: Actor, job: UUID) -> JobSeen:
    """Two statements. Raises ``Denied``, ``JobNotFound``."""
    return _seen([job_of(actor, job)])[0]


def jobs_of(actor: Actor) -> list[JobSeen]:
    """The last of the actor's fund, the newest first. Two statements. Raises ``Denied``."""
    check(actor, Permission.CALL_SUPERVISE)
    return _seen(list(Job.objects.filter(fund=actor.fund).order_by("-at", "-id")[:MOST_JOBS]))


def running_jobs() -> list[UUID]:
    """Those that the service has to go on with, the oldest first."""
    running = Job.objects.filter(state__in=[JobState.RUNNING, JobState.UNDOING]).order_by("at", "id")
    return list(running.values_list("id", flat=True))


def _seen(jobs: Sequence[Job]) -> list[JobSeen]:
    items = JobItem.objects.filter(job__in=jobs).values("job", "state", "refusal")
    counts: dict[UUID, dict[ItemState, int]] = {job.id: {} for job in jobs}
    refused: dict[UUID, dict[ItemRefusal, int]] = {job.id: {} for job in jobs}
    for job, state, why, count in items.annotate(n=Count("id")).values_list("job", "state", "refusal", "n"):
        counts[job][ItemState(state)] = counts[job].get(ItemState(state), 0) + count
        if why:
            refused[job][ItemRefusal(why)] = count
    return [JobSeen(job, counts[job.id], refused[job.id]) for job in jobs]
