"""What counters record on a fiche."""

from django.db import models

from contact_covid.tracing.enums import TestKind, TestResult
from contact_covid.tracing.models.fiches import Fiche


class Test(models.Model):
    """A test as a laboratory recorded it. A correction is a new row; the old one stays, superseded."""

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="tests")
    done = models.BooleanField()
    done_on = models.DateField(null=True)
    kind = models.CharField(max_length=8, choices=TestKind.choices, blank=True)
    result = models.CharField(max_length=8, choices=TestResult.choices, blank=True)
    practice = models.UUIDField()
    account = models.UUIDField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tracing_test"
        constraints = [
            models.UniqueConstraint(
                fields=["fiche"], condition=models.Q(superseded_at__isnull=True), name="tracing_test_one_current"
            ),
            models.CheckConstraint(
                name="tracing_test_done_has_date_kind_result",
                condition=models.Q(done=False)
                | (models.Q(done_on__isnull=False) & ~models.Q(kind="") & ~models.Q(result="")),
            ),
        ]


class MaskDelivery(models.Model):
    """Masks given to a person, as a pharmacy recorded it. A correction is a new row; the old one stays, superseded."""

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="mask_deliveries")
    delivered = models.BooleanField()
    quantity = models.PositiveSmallIntegerField(null=True)
    delivered_on = models.DateField(null=True)
    practice = models.UUIDField()
    account = models.UUIDField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tracing_mask_delivery"
        constraints = [
            models.UniqueConstraint(
                fields=["fiche"],
                condition=models.Q(superseded_at__isnull=True),
                name="tracing_mask_delivery_one_current",
            ),
            models.CheckConstraint(
                name="tracing_mask_delivery_has_quantity_and_date",
                condition=models.Q(delivered=False)
                | models.Q(quantity__isnull=False, quantity__gte=1, delivered_on__isnull=False),
            ),
        ]
