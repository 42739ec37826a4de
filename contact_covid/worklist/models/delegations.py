"""What a platform gives to another organisation to call, and until when."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Delegation(models.Model):
    """Fiches of ``fund`` that an organisation calls from ``since`` until ``until``, or until ``ended_at`` before it.

    ``department`` empty: those of a list. Else who waits there for a call, and who comes meanwhile; ``postcodes``:
    whose address has one of these, empty for all. ``looked_until``: the fiches of the area up to this id have been
    looked at. Which fiches an organisation has stands on the fiches (``Fiche.delegation``).
    """

    id = models.UUIDField(primary_key=True)
    fund = models.CharField(max_length=3)
    organisation = models.UUIDField()
    department = models.CharField(max_length=3, blank=True)
    postcodes = ArrayField(models.CharField(max_length=5), default=list)
    by = models.UUIDField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    looked_until = models.UUIDField(null=True)

    class Meta:
        db_table = "worklist_delegation"
        indexes = [
            models.Index(fields=["fund", "since"], name="worklist_delegation_of_fund"),
            models.Index(
                fields=["until"], condition=models.Q(ended_at__isnull=True), name="worklist_delegation_not_ended"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="worklist_delegation_ends_after_it_begins", condition=models.Q(until__gt=models.F("since"))
            ),
            models.CheckConstraint(
                name="worklist_delegation_postcodes_of_an_area",
                condition=~models.Q(department="") | models.Q(postcodes=[]),
            ),
        ]

    @property
    def is_area(self) -> bool:
        return bool(self.department)
