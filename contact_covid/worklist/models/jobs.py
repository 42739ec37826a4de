"""What a supervisor does with many fiches at once: chosen first, then done bit by bit."""

from django.db import models

from contact_covid.tracing.models import Fiche
from contact_covid.worklist.enums import GIVES, BulkAct, ItemRefusal, ItemState, JobState


class Job(models.Model):
    """One act on many fiches of ``fund``. The choice is made once and for all when the job is prepared.

    ``by``, ``place``, ``organisation``: who acts and where from, for the service that does it in her name. ``target``:
    the agent, team or organisation that the fiches are given to, null for the other acts; ``until``: of a delegation.
    The assignments and the delegation that a job makes carry its id.
    """

    id = models.UUIDField(primary_key=True)
    fund = models.CharField(max_length=3)
    act = models.CharField(max_length=20, choices=BulkAct.choices)
    state = models.CharField(max_length=9, choices=JobState.choices)
    by = models.UUIDField()
    place = models.UUIDField()
    organisation = models.UUIDField(null=True)
    assurance = models.PositiveSmallIntegerField()
    target = models.UUIDField(null=True)
    until = models.DateTimeField(null=True)
    at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "worklist_job"
        indexes = [
            models.Index(fields=["fund", "at"], name="worklist_job_of_fund"),
            models.Index(
                fields=["at"],
                condition=models.Q(state__in=[JobState.RUNNING, JobState.UNDOING]),
                name="worklist_job_running",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="worklist_job_given_to_somebody",
                condition=models.Q(act__in=GIVES, target__isnull=False)
                | (~models.Q(act__in=GIVES) & models.Q(target=None)),
            ),
            models.CheckConstraint(
                name="worklist_job_until_of_a_delegation",
                condition=models.Q(act=BulkAct.DELEGATE, until__isnull=False)
                | (~models.Q(act=BulkAct.DELEGATE) & models.Q(until=None)),
            ),
            models.CheckConstraint(
                name="worklist_job_started_once_it_runs",
                condition=models.Q(state=JobState.PREVIEW, started_at=None)
                | (~models.Q(state=JobState.PREVIEW) & models.Q(started_at__isnull=False)),
            ),
        ]


class JobItem(models.Model):
    """A fiche of a job, and what became of it. ``refusal``: why it was left out, empty when it was not."""

    id = models.UUIDField(primary_key=True)
    job = models.ForeignKey(Job, models.CASCADE, related_name="items")
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=ItemState.choices)
    refusal = models.CharField(max_length=12, choices=ItemRefusal.choices, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        db_table = "worklist_job_item"
        indexes = [models.Index(fields=["job", "state", "id"], name="worklist_job_item_next")]
        constraints = [
            models.UniqueConstraint(fields=["job", "fiche"], name="worklist_job_item_once_a_fiche"),
            models.CheckConstraint(
                name="worklist_job_item_refusal_of_refused",
                condition=models.Q(state=ItemState.REFUSED) ^ models.Q(refusal=""),
            ),
        ]
