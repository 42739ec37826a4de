"""What an agency asks of a platform."""

from django.db import models

from contact_covid.clusters.enums import RequestKind, RequestState
from contact_covid.clusters.models.clusters import Cluster
from contact_covid.core.fields import SealedField


class PlatformRequest(models.Model):
    """Asked by the agency of a region of the platform of a fund, for a cluster or for none."""

    id = models.UUIDField(primary_key=True)
    region = models.CharField(max_length=3)
    fund = models.CharField(max_length=3)
    cluster = models.ForeignKey(Cluster, models.CASCADE, null=True, related_name="requests")
    kind = models.CharField(max_length=12, choices=RequestKind.choices)
    state = models.CharField(max_length=8, choices=RequestState.choices, default=RequestState.OPEN)
    state_at = models.DateTimeField()
    due_at = models.DateTimeField()
    account = models.UUIDField()
    asked_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "clusters_request"
        indexes = [
            models.Index(fields=["region", "asked_at", "id"], name="clusters_request_region"),
            models.Index(fields=["fund", "asked_at", "id"], name="clusters_request_fund"),
            models.Index(fields=["region", "state", "due_at"], name="clusters_request_due"),
        ]


class RequestNote(models.Model):
    """One turn of the talk about a request. ``state``: where it put the request, blank when it only says something."""

    id = models.UUIDField(primary_key=True)
    request = models.ForeignKey(PlatformRequest, models.CASCADE, related_name="notes")
    value = SealedField()
    state = models.CharField(max_length=8, choices=RequestState.choices, blank=True)
    account = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "clusters_request_note"
        indexes = [models.Index(fields=["request", "at"], name="clusters_request_note_request")]
