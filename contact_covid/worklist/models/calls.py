"""A call from the lease to its outcome."""

from django.db import models

from contact_covid.core.fields import SealedField
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.enums import LeaseEnd, Outcome


class Lease(models.Model):
    """A fiche given to an agent to call. An expired lease holds until somebody else takes the fiche."""

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="leases")
    account = models.UUIDField()
    place = models.UUIDField()
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=8, choices=LeaseEnd.choices, blank=True)
    editing_since = models.DateTimeField(null=True)
    """Since when the agent has a page open on which she changes the fiche; null: she reads and calls."""
    typed = SealedField(null=True)
    """What the agent had typed of the outcome when she left the card to write something else; null: nothing."""

    class Meta:
        db_table = "worklist_lease"
        indexes = [
            models.Index(
                fields=["account"], condition=models.Q(ended_at__isnull=True), name="worklist_lease_of_an_account"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fiche"], condition=models.Q(ended_at__isnull=True), name="worklist_lease_one_a_fiche"
            ),
            models.CheckConstraint(
                name="worklist_lease_end_says_how",
                condition=models.Q(ended_at__isnull=True, ended="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended="")),
            ),
            models.CheckConstraint(
                name="worklist_lease_expires_after_taken", condition=models.Q(expires_at__gt=models.F("taken_at"))
            ),
        ]


class Attempt(models.Model):
    """One call, or try. ``second``: somebody else had taken the fiche meanwhile, so that only the note counts."""

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="calls")
    account = models.UUIDField()
    place = models.UUIDField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    note = SealedField()
    call_back_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    second = models.BooleanField(default=False)
    in_time = models.BooleanField(null=True)
    """Of a person's first call: whether it was made by her deadline; null for every other."""

    class Meta:
        db_table = "worklist_attempt"
        indexes = [
            models.Index(fields=["fiche", "at"], name="worklist_attempt_fiche_at"),
            models.Index(fields=["account", "at"], name="worklist_attempt_account_at"),
        ]
        constraints = [
            models.CheckConstraint(
                name="worklist_attempt_appointment_of_call_back",
                condition=models.Q(outcome=Outcome.CALL_BACK, call_back_at__isnull=False)
                | (~models.Q(outcome=Outcome.CALL_BACK) & models.Q(call_back_at__isnull=True)),
            ),
        ]
