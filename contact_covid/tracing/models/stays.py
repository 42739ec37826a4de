"""Where a person was in the look-back."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from contact_covid.core.fields import SealedField
from contact_covid.tracing.enums import StayKind
from contact_covid.tracing.models.fiches import Fiche


class Stay(models.Model):
    """A place, gathering or journey of a person, from its first to its last day.

    ``value``: ``rules.stays.StayDetails``, sealed under ``period``. ``places``: digests of the place, and of the class
    in it, under the keys of this month and of the next one, so that two stays registered within two months share one.
    """

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="stays")
    kind = models.CharField(max_length=16, choices=StayKind.choices)
    since = models.DateField()
    until = models.DateField()
    department = models.CharField(max_length=3, blank=True)
    period = models.CharField(max_length=7)
    value = SealedField()
    places = ArrayField(models.BinaryField(max_length=16))
    created_at = models.DateTimeField()
    author_account = models.UUIDField()
    author_practice = models.UUIDField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "tracing_stay"
        indexes = [
            models.Index(fields=["until"], name="tracing_stay_until"),
            GinIndex(fields=["places"], name="tracing_stay_places"),
        ]
        constraints = [
            models.CheckConstraint(
                name="tracing_stay_ends_after_start", condition=models.Q(until__gte=models.F("since"))
            ),
        ]
