"""What people ask about their data."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from contact_covid.core.fields import SealedField
from contact_covid.retention.enums import Channel, Proof, RefusalReason, RequestKind, RequestState
from contact_covid.tracing.models import Fiche


class RightsRequest(models.Model):
    """A request of a person about her data, answered within a month.

    ``reference``: shaped like the number of a fiche, safe to say aloud. ``details``: ``rules.requests.Details``, sealed
    under ``period``; null once an opposition was accepted: then nobody is named here any more.
    """

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=8, unique=True)
    kind = models.CharField(max_length=16, choices=RequestKind.choices)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    received_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=16, choices=RequestState.choices)
    state_at = models.DateTimeField()
    proof = models.CharField(max_length=16, choices=Proof.choices, blank=True)
    reason = models.CharField(max_length=16, choices=RefusalReason.choices, blank=True)
    decided_by = models.UUIDField(null=True)
    rectified = ArrayField(models.CharField(max_length=24), default=list)
    """Codes of what was put right so far."""
    searches = models.PositiveSmallIntegerField(default=0)
    period = models.CharField(max_length=7)
    details = SealedField(null=True)
    receipt = models.UUIDField(null=True)
    """The message that acknowledged it; null: there was no address."""
    answer = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    author_account = models.UUIDField()
    """Of the officer; of a request by secure link, the fiche behind it."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "retention_request"
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=models.Q(state__in=[RequestState.RECEIVED, RequestState.CHECKED]),
                name="retention_request_due",
            ),
            models.Index(fields=["-state_at", "-id"], name="retention_request_state_at"),
        ]
        constraints = [
            models.CheckConstraint(
                name="retention_request_due_after_received", condition=models.Q(due_on__gt=models.F("received_on"))
            ),
            models.CheckConstraint(
                name="retention_request_checked_by_something",
                condition=models.Q(state__in=[RequestState.RECEIVED, RequestState.REFUSED]) | ~models.Q(proof=""),
            ),
            models.CheckConstraint(
                name="retention_request_decided_by_somebody",
                condition=models.Q(state__in=[RequestState.RECEIVED, RequestState.CHECKED])
                | models.Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="retention_request_refused_with_reason",
                condition=models.Q(state=RequestState.REFUSED) & ~models.Q(reason="")
                | ~models.Q(state=RequestState.REFUSED) & models.Q(reason=""),
            ),
        ]


class RequestFiche(models.Model):
    """A fiche of the person who asks: the request opens it, and no other."""

    pk = models.CompositePrimaryKey("request", "fiche")
    request = models.ForeignKey(RightsRequest, models.CASCADE)
    fiche = models.ForeignKey(Fiche, models.CASCADE)

    class Meta:
        db_table = "retention_request_fiche"
