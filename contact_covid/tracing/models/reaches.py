"""Which agency may open which fiche."""

from django.db import models

from contact_covid.tracing.models.fiches import Fiche


class Reach(models.Model):
    """A fiche that the agency of a region (INSEE code) may open, with the contacts of whom it is about.

    ``source``: what lets it: a hand-over or a cluster. The row goes when that reason falls away.
    """

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="reaches")
    region = models.CharField(max_length=3)
    source = models.UUIDField()
    since = models.DateTimeField()

    class Meta:
        db_table = "tracing_reach"
        constraints = [
            models.UniqueConstraint(fields=["fiche", "region", "source"], name="tracing_reach_once_a_source"),
        ]
        indexes = [models.Index(fields=["source"], name="tracing_reach_source")]
