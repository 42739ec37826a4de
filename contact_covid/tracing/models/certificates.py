"""Letters that a practice hands out, as far as they can be verified."""

from django.db import models

from contact_covid.tracing.models.fiches import Fiche


class Certificate(models.Model):
    """An isolation letter: to whom, for which days, by which practice. ``until`` null: until the physician says so.

    ``digest``: of the code in its address. ``birth``: keyed by that code, of the birth date of its bearer. Whoever
    reads the table alone can neither make an address nor try birth dates. The letter is void once the fiche is
    cancelled or its dates are others: that is asked of the fiche, not written here.
    """

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="certificates")
    since = models.DateField()
    until = models.DateField(null=True)
    digest = models.BinaryField(max_length=32, unique=True)
    birth = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()
    account = models.UUIDField()
    practice = models.UUIDField()

    class Meta:
        db_table = "tracing_certificate"
        constraints = [
            models.CheckConstraint(
                name="tracing_certificate_ends_after_start",
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
            ),
        ]
