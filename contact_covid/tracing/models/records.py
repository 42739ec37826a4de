"""What counters record on a fiche."""

from django.db import models

from contact_covid.tracing.enums import SamplingPlace, TestKind, TestResult
from contact_covid.tracing.models.fiches import Fiche

_NO_TEST = models.Q(done=False)


class Test(models.Model):
    """What a laboratory recorded of one sampling. A result or a correction is a new row of the same ``sampling``; the
    old one stays, superseded. A person may be sampled any number of times."""

    id = models.UUIDField(primary_key=True)
    sampling = models.UUIDField()
    """The id of the first row about it."""
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="tests")
    done = models.BooleanField()
    done_on = models.DateField(null=True)
    """Day of the sampling."""
    kind = models.CharField(max_length=8, choices=TestKind.choices, blank=True)
    place = models.CharField(max_length=12, choices=SamplingPlace.choices, blank=True)
    result = models.CharField(max_length=12, choices=TestResult.choices, blank=True)
    result_on = models.DateField(null=True)
    practice = models.UUIDField()
    account = models.UUIDField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tracing_test"
        constraints = [
            models.UniqueConstraint(
                fields=["sampling"],
                condition=models.Q(superseded_at__isnull=True),
                name="tracing_test_one_current_a_sampling",
            ),
            models.CheckConstraint(
                name="tracing_test_done_has_date_kind_result",
                condition=_NO_TEST | (models.Q(done_on__isnull=False) & ~models.Q(kind="") & ~models.Q(result="")),
            ),
            models.CheckConstraint(
                name="tracing_test_result_has_date",
                condition=_NO_TEST
                | models.Q(result=TestResult.PENDING, result_on__isnull=True)
                | (
                    ~models.Q(result=TestResult.PENDING)
                    & models.Q(result_on__isnull=False, result_on__gte=models.F("done_on"))
                ),
            ),
        ]


class MaskDelivery(models.Model):
    """Masks given to a person, as a pharmacy recorded it. A correction is a new row; the old one stays, superseded.

    One current row a fiche: a person is entitled to masks once an episode, wherever she gets them.
    """

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="mask_deliveries")
    delivered = models.BooleanField()
    quantity = models.PositiveSmallIntegerField(null=True)
    delivered_on = models.DateField(null=True)
    protocol = models.CharField(max_length=32, blank=True)
    """The rules of entitlement that were in force; empty when nothing was delivered, or before there were any."""
    practice = models.UUIDField()
    account = models.UUIDField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tracing_mask_delivery"
        indexes = [models.Index(fields=["practice", "recorded_at", "id"], name="tracing_mask_delivery_of_day")]
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
