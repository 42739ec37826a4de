"""Help that a person needs to isolate, asked of the cell of her département."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from contact_covid.core.fields import SealedField
from contact_covid.support.enums import DeclineReason, SupportState
from contact_covid.tracing.enums import SupportNeed
from contact_covid.tracing.models import Fiche

OPEN = (SupportState.SENT, SupportState.TAKEN)


class SupportRequest(models.Model):
    """One request; of a fiche one is open at a time. ``cell``: the organisation that answers, ``practice``: the place
    that asked, or the fiche itself when the person did. ``answer_due_at`` is counted in call hours."""

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="support_requests", db_index=False)
    cell = models.UUIDField()
    needs = ArrayField(models.CharField(max_length=12, choices=SupportNeed.choices))
    note = SealedField(null=True)
    state = models.CharField(max_length=9, choices=SupportState.choices, default=SupportState.SENT)
    state_at = models.DateTimeField()
    reason = models.CharField(max_length=11, choices=DeclineReason.choices, blank=True)
    account = models.UUIDField()
    practice = models.UUIDField()
    asked_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    answered_by = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "support_request"
        indexes = [
            models.Index(fields=["fiche", "asked_at"], name="support_request_fiche"),
            models.Index(fields=["cell", "state", "asked_at", "id"], name="support_request_cell"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fiche"], condition=models.Q(state__in=OPEN), name="support_request_one_open"
            ),
            models.CheckConstraint(
                name="support_request_declined_says_why",
                condition=(models.Q(state=SupportState.DECLINED) & ~models.Q(reason=""))
                | (~models.Q(state=SupportState.DECLINED) & models.Q(reason="")),
            ),
            models.CheckConstraint(name="support_request_needs_something", condition=~models.Q(needs=[])),
        ]
