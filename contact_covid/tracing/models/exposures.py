"""Who exposed whom."""

from django.db import models

from contact_covid.tracing.enums import Circumstance, Consent
from contact_covid.tracing.models.fiches import Fiche


class Exposure(models.Model):
    """The link from a patient zéro to a contact as a practice declared it; another may say it in its own way."""

    id = models.UUIDField(primary_key=True)
    index_fiche = models.ForeignKey(Fiche, models.PROTECT, related_name="exposed")
    contact_fiche = models.ForeignKey(Fiche, models.PROTECT, related_name="exposures")
    last_contact = models.DateField()
    same_household = models.BooleanField()
    circumstance = models.CharField(max_length=16, choices=Circumstance.choices)
    consent = models.CharField(max_length=12, choices=Consent.choices, null=True)  # noqa: DJ001 - null: as the index fiche says
    calls_self = models.BooleanField(default=False)
    co_exposed = models.BooleanField(default=False, db_default=False)
    """At the same place and moment, perhaps infected by the same source rather than by the patient zéro."""
    created_at = models.DateTimeField()
    author_practice = models.UUIDField()

    class Meta:
        db_table = "tracing_exposure"
        constraints = [
            models.UniqueConstraint(
                fields=["index_fiche", "contact_fiche", "author_practice"], name="tracing_exposure_once_a_practice"
            ),
            models.CheckConstraint(
                name="tracing_exposure_not_to_oneself", condition=~models.Q(index_fiche=models.F("contact_fiche"))
            ),
        ]
