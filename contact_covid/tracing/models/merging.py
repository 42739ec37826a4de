"""Fiches that may be of one person: merged by hand, or told apart for good."""

from django.db import models

from contact_covid.core.fields import SealedField
from contact_covid.tracing.models.fiches import Fiche


class Merge(models.Model):
    """Two fiches of one person made one: ``loser`` is cancelled and leads to ``survivor`` until this is undone.

    ``kept``: ``rules.snapshots.Kept``, every row of both fiches as it was before and as the merge left it, sealed under
    the older of their months. Null once it is undone or the person's data is erased: there is no way back any more.
    """

    id = models.UUIDField(primary_key=True)
    survivor = models.ForeignKey(Fiche, models.CASCADE, related_name="merges")
    loser = models.ForeignKey(Fiche, models.CASCADE, related_name="merged")
    at = models.DateTimeField()
    account = models.UUIDField()
    place = models.UUIDField()
    kept = SealedField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)

    class Meta:
        db_table = "tracing_merge"
        constraints = [
            models.UniqueConstraint(
                fields=["loser"], condition=models.Q(undone_at__isnull=True), name="tracing_merge_one_survivor"
            ),
            models.CheckConstraint(name="tracing_merge_of_two", condition=~models.Q(survivor=models.F("loser"))),
            models.CheckConstraint(
                name="tracing_merge_undone_says_by_whom",
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False, kept__isnull=True),
            ),
        ]


class Distinct(models.Model):
    """Two fiches that somebody looked at and that stay two: they are not proposed as one again.

    ``first`` has the lower id.
    """

    id = models.UUIDField(primary_key=True)
    first = models.ForeignKey(Fiche, models.CASCADE, related_name="distinct_after")
    second = models.ForeignKey(Fiche, models.CASCADE, related_name="distinct_before")
    at = models.DateTimeField()
    account = models.UUIDField()

    class Meta:
        db_table = "tracing_distinct"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="tracing_distinct_once_a_pair"),
            models.CheckConstraint(name="tracing_distinct_in_order", condition=models.Q(first__lt=models.F("second"))),
        ]
