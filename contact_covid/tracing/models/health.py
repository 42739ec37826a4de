"""What the dates of a person follow from beside her exposures, and the dates that followed."""

from django.db import models

from contact_covid.tracing.models.fiches import Fiche


class Health(models.Model):
    """What is known of a person's health in this episode; null: not known, or not so.

    ``vaccinated_on``: since when she is fully vaccinated. ``onset`` is a contact's; that of a patient zéro is in
    ``IndexCase``. ``symptoms_ended_on``: last day with symptoms. ``recovered_on``: as the physician says.
    ``negative_on``: her last test that found nothing.
    """

    fiche = models.OneToOneField(Fiche, models.CASCADE, primary_key=True, related_name="health")
    vaccinated_on = models.DateField(null=True)
    onset = models.DateField(null=True)
    symptoms_ended_on = models.DateField(null=True)
    recovered_on = models.DateField(null=True)
    negative_on = models.DateField(null=True)

    class Meta:
        db_table = "tracing_health"
        constraints = [
            models.CheckConstraint(
                name="tracing_health_symptoms_end_after_onset",
                condition=models.Q(onset__isnull=True)
                | models.Q(symptoms_ended_on__isnull=True)
                | models.Q(symptoms_ended_on__gte=models.F("onset")),
            ),
        ]


class DatesComputed(models.Model):
    """The dates of a fiche from ``computed_at`` on until the next such row, and the protocol that made them.

    ``window_start`` is a patient zéro's, ``mask_until`` and ``tests`` are a contact's.
    """

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="dates", db_index=False)
    computed_at = models.DateTimeField()
    protocol = models.CharField(max_length=32)
    window_start = models.DateField(null=True)
    isolation_until = models.DateField(null=True)
    mask_until = models.DateField(null=True)
    tests = models.JSONField()

    class Meta:
        db_table = "tracing_dates_computed"
        indexes = [models.Index(fields=["fiche", "computed_at"], name="tracing_dates_of_a_fiche")]
