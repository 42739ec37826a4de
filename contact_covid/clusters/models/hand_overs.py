"""What a platform hands over to an agency."""

from django.db import models

from contact_covid.clusters.enums import HandOverAnswer, HandOverReason, HandOverState
from contact_covid.tracing.models import Fiche

_UNANSWERED = [HandOverState.PROPOSED, HandOverState.WITHDRAWN]
_ANSWERED = [HandOverState.ACCEPTED, HandOverState.REFUSED, HandOverState.RETURNED]


class HandOver(models.Model):
    """A patient zéro proposed by the platform of a fund to the agency of a region, by the number of her fiche.

    ``answer_due_at``: counted in call hours. ``answer``: why it was refused or returned. ``answered_at`` stays when the
    fiche is returned: each state has its clock. One that is withdrawn was never answered.
    """

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="hand_overs")
    fund = models.CharField(max_length=3)
    region = models.CharField(max_length=3)
    reason = models.CharField(max_length=12, choices=HandOverReason.choices)
    state = models.CharField(max_length=12, choices=HandOverState.choices, default=HandOverState.PROPOSED)
    answer = models.CharField(max_length=12, choices=HandOverAnswer.choices, blank=True)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)
    returned_by = models.UUIDField(null=True)
    returned_at = models.DateTimeField(null=True)
    withdrawn_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "clusters_hand_over"
        indexes = [
            models.Index(fields=["region", "state", "asked_at", "id"], name="clusters_hand_over_region"),
            models.Index(fields=["fund", "asked_at", "id"], name="clusters_hand_over_fund"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fiche"],
                condition=models.Q(state__in=[HandOverState.PROPOSED, HandOverState.ACCEPTED]),
                name="clusters_hand_over_one_at_a_time",
            ),
            models.CheckConstraint(
                name="clusters_hand_over_answer_has_date",
                condition=models.Q(state__in=_UNANSWERED, answered_at=None)
                | models.Q(state__in=_ANSWERED, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="clusters_hand_over_refusal_says_why",
                condition=models.Q(state__in=[*_UNANSWERED, HandOverState.ACCEPTED], answer="")
                | (models.Q(state__in=[HandOverState.REFUSED, HandOverState.RETURNED]) & ~models.Q(answer="")),
            ),
            models.CheckConstraint(
                name="clusters_hand_over_return_has_date",
                condition=models.Q(state=HandOverState.RETURNED, returned_at__isnull=False)
                | (~models.Q(state=HandOverState.RETURNED) & models.Q(returned_at=None)),
            ),
            models.CheckConstraint(
                name="clusters_hand_over_withdrawal_has_date",
                condition=models.Q(state=HandOverState.WITHDRAWN, withdrawn_at__isnull=False)
                | (~models.Q(state=HandOverState.WITHDRAWN) & models.Q(withdrawn_at=None)),
            ),
        ]
