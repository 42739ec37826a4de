from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from contact_covid.core.fields import SealedField
from contact_covid.people.enums import AlertKind, KeyKind


class SealedIdentity(models.Model):
    """The identity of a fiche, sealed under the month it was collected in. ``reveal`` is the only way to read it."""

    fiche = models.UUIDField(primary_key=True)
    period = models.CharField(max_length=7)
    value = SealedField()

    class Meta:
        db_table = "people_sealed_identity"


class SearchKey(models.Model):
    """A digest by which a fiche is found. The same value has another digest in another period."""

    pk = models.CompositePrimaryKey("digest", "fiche")
    digest = models.BinaryField(max_length=16)
    fiche = models.UUIDField(db_index=True)
    period = models.CharField(max_length=7)
    kind = models.CharField(max_length=16, choices=KeyKind.choices)
    area = models.CharField(max_length=3)

    class Meta:
        db_table = "people_search_key"


class Lookup(models.Model):
    """One exact search: it opens what it found to that account and practice for a while, and quotas count it."""

    id = models.UUIDField(primary_key=True)
    account = models.UUIDField()
    practice = models.UUIDField()
    digest = models.BinaryField(max_length=16)
    fiches = ArrayField(models.UUIDField())
    at = models.DateTimeField()

    class Meta:
        db_table = "people_lookup"
        indexes = [
            models.Index(fields=["account", "at"], name="people_lookup_account_at"),
            # For the purge alone: a common index would cost every search.
            BrinIndex(fields=["at"], name="people_lookup_at_brin"),
        ]


class LookupTally(models.Model):
    """Look-ups of ten minutes of an account (or a practice): one row, locked while one more is judged.

    ``allowed``: the answer to the last one; those refused are not counted.
    """

    pk = models.CompositePrimaryKey("subject", "slot")
    subject = models.UUIDField()
    slot = models.DateTimeField()
    lookups = models.PositiveIntegerField()
    misses = models.PositiveIntegerField(default=0)
    allowed = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "people_lookup_tally"


class Alert(models.Model):
    """An unusual number of look-ups, for the data protection officer. One a subject, kind and hour, until lifted."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=16, choices=AlertKind.choices)
    subject = models.UUIDField()
    account = models.UUIDField()
    practice = models.UUIDField()
    hour = models.DateTimeField()
    at = models.DateTimeField(db_index=True)
    lookups = models.PositiveIntegerField()
    misses = models.PositiveIntegerField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)

    class Meta:
        db_table = "people_alert"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "hour"],
                condition=models.Q(lifted_at=None),
                name="people_alert_once_an_hour_until_lifted",
            ),
            models.CheckConstraint(
                name="people_alert_lifted_by_another", condition=~models.Q(lifted_by=models.F("account"))
            ),
        ]
