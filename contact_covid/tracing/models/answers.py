"""What a disease asks beside what is asked of everybody."""

from django.db import models

from contact_covid.core.fields import SealedField
from contact_covid.tracing.models.fiches import Fiche


class Answers(models.Model):
    """What one place was told of a person: ``rules.questions.Answers``, sealed under ``period``."""

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="answers")
    practice = models.UUIDField()
    account = models.UUIDField()
    period = models.CharField(max_length=7)
    value = SealedField()
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "tracing_answers"
        constraints = [models.UniqueConstraint(fields=["fiche", "practice"], name="tracing_answers_once_a_place")]
