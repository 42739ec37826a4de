"""Clusters that the service supposes."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from contact_covid.clusters.enums import Ground, Setting, SignalRejection, SignalState
from contact_covid.clusters.models.clusters import Cluster
from contact_covid.tracing.models import Fiche


class Signal(models.Model):
    """Cases that share something within a few days, proposed to the agency of a region, once.

    ``places``: the digests they share, none for a chain. ``cluster``: the one it was accepted for, or
    that it seems to continue. ``policy``: version of the thresholds.
    """

    id = models.UUIDField(primary_key=True)
    disease = models.CharField(max_length=16)
    region = models.CharField(max_length=3)
    department = models.CharField(max_length=3)
    ground = models.CharField(max_length=12, choices=Ground.choices)
    setting = models.CharField(max_length=12, choices=Setting.choices)
    places = ArrayField(models.BinaryField(max_length=16), default=list)
    first_on = models.DateField()
    last_on = models.DateField()
    cases = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=SignalState.choices, default=SignalState.PROPOSED)
    rejection = models.CharField(max_length=12, choices=SignalRejection.choices, blank=True)
    cluster = models.ForeignKey(Cluster, models.SET_NULL, null=True, related_name="signals")
    policy = models.CharField(max_length=32)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "clusters_signal"
        indexes = [
            models.Index(fields=["region", "state", "proposed_at", "id"], name="clusters_signal_region"),
            GinIndex(fields=["places"], name="clusters_signal_places"),
        ]
        constraints = [
            models.CheckConstraint(
                name="clusters_signal_rejection_says_why",
                condition=(models.Q(state=SignalState.REJECTED) & ~models.Q(rejection=""))
                | (~models.Q(state=SignalState.REJECTED) & models.Q(rejection="")),
            ),
            models.CheckConstraint(
                name="clusters_signal_decided_has_date",
                condition=models.Q(state=SignalState.PROPOSED, decided_at=None)
                | (~models.Q(state=SignalState.PROPOSED) & models.Q(decided_at__isnull=False)),
            ),
        ]


class SignalCase(models.Model):
    """A patient zéro of a signal; ``on``: the day she fell ill, or was sampled."""

    signal = models.ForeignKey(Signal, models.CASCADE, related_name="of")
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="signalled")
    on = models.DateField()

    class Meta:
        db_table = "clusters_signal_case"
        constraints = [
            models.UniqueConstraint(fields=["signal", "fiche"], name="clusters_signal_case_once"),
        ]
