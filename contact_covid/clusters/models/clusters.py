"""A cluster, who is in it, what is done about it."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from contact_covid.clusters.enums import ClusterState, Criticality, MeasureKind, MemberRole, Setting, Spread
from contact_covid.core.fields import SealedField
from contact_covid.tracing.models import Fiche


class Cluster(models.Model):
    """Cases of one community within a few days, followed by the agency of a region.

    ``place``: ``rules.places.Place``, sealed under ``period``. ``places``: digests of it, as stays carry them.
    ``first_on``, ``last_on``: days of its first and last case. ``lead``: the account that follows it.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=8, unique=True)
    disease = models.CharField(max_length=16)
    region = models.CharField(max_length=3)
    department = models.CharField(max_length=3)
    setting = models.CharField(max_length=12, choices=Setting.choices)
    vulnerable = models.BooleanField(default=False)
    spread = models.CharField(max_length=12, choices=Spread.choices, default=Spread.UNKNOWN)
    criticality = models.CharField(max_length=8, choices=Criticality.choices)
    period = models.CharField(max_length=7)
    place = SealedField()
    places = ArrayField(models.BinaryField(max_length=16), default=list)
    state = models.CharField(max_length=12, choices=ClusterState.choices)
    state_at = models.DateTimeField()
    cases = models.PositiveIntegerField(default=0)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    lead = models.UUIDField()
    created_by = models.UUIDField()
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "clusters_cluster"
        indexes = [
            models.Index(fields=["region", "state", "state_at", "id"], name="clusters_cluster_board"),
            models.Index(fields=["region", "created_at", "id"], name="clusters_cluster_region"),
            GinIndex(fields=["places"], name="clusters_cluster_places"),
        ]
        constraints = [
            models.CheckConstraint(
                name="clusters_cluster_ends_after_start",
                condition=models.Q(first_on__isnull=True) | models.Q(last_on__gte=models.F("first_on")),
            ),
        ]


class Member(models.Model):
    """A person of a cluster, by her fiche. ``since``: the day she fell ill or was sampled, or was exposed."""

    id = models.UUIDField(primary_key=True)
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="members")
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=MemberRole.choices)
    since = models.DateField()
    added_by = models.UUIDField()
    added_at = models.DateTimeField()
    removed_by = models.UUIDField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "clusters_member"
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "fiche"],
                condition=models.Q(removed_at__isnull=True),
                name="clusters_member_once_a_cluster",
            ),
        ]


class Step(models.Model):
    """A move of a cluster on the board."""

    id = models.UUIDField(primary_key=True)
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="steps")
    state = models.CharField(max_length=12, choices=ClusterState.choices)
    account = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "clusters_step"
        indexes = [models.Index(fields=["cluster", "at"], name="clusters_step_cluster")]


class Measure(models.Model):
    """What is done about a cluster: decided, planned for a day, done."""

    id = models.UUIDField(primary_key=True)
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="measures")
    kind = models.CharField(max_length=12, choices=MeasureKind.choices)
    decided_on = models.DateField()
    planned_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    note = SealedField(null=True)
    account = models.UUIDField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "clusters_measure"
        constraints = [
            models.CheckConstraint(
                name="clusters_measure_not_before_decided",
                condition=(models.Q(planned_on__isnull=True) | models.Q(planned_on__gte=models.F("decided_on")))
                & (models.Q(done_on__isnull=True) | models.Q(done_on__gte=models.F("decided_on"))),
            ),
        ]


class Note(models.Model):
    """What an agent writes in the diary of a cluster."""

    id = models.UUIDField(primary_key=True)
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="notes")
    value = SealedField()
    account = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "clusters_note"
        indexes = [models.Index(fields=["cluster", "at"], name="clusters_note_cluster")]


class ClosingReport(models.Model):
    """What a cluster was in the end: figures as they stood that day, and the agent's conclusion."""

    cluster = models.OneToOneField(Cluster, models.CASCADE, primary_key=True, related_name="report")
    cases = models.PositiveIntegerField()
    co_exposed = models.PositiveIntegerField()
    contacts = models.PositiveIntegerField()
    informed = models.PositiveIntegerField()
    positive = models.PositiveIntegerField()
    measures = models.PositiveIntegerField()
    source_found = models.BooleanField()
    conclusion = SealedField()
    account = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "clusters_closing_report"
