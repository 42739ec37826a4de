"""What a practice typed: of a shared fiche, and of one in the making."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from contact_covid.core.fields import SealedField
from contact_covid.tracing.enums import Consent, SupportNeed, TestKind
from contact_covid.tracing.models.fiches import Fiche


class Declaration(models.Model):
    """A fiche that another practice than its author's declared again: what that practice typed, for its eyes only.

    What establishes a positive result is of a patient zéro, null or blank for a contact. Of her health: see ``Health``.
    """

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="declarations")
    practice = models.UUIDField()
    account = models.UUIDField()
    declared_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    period = models.CharField(max_length=7)
    value = SealedField()
    department = models.CharField(max_length=3)
    consent = models.CharField(max_length=12, choices=Consent.choices)
    onset = models.DateField(null=True)
    sampled_on = models.DateField(null=True)
    result_on = models.DateField(null=True)
    test_kind = models.CharField(max_length=8, choices=TestKind.choices, blank=True)
    health_worker = models.BooleanField(null=True)
    social_support = models.BooleanField(null=True)
    support_needs = ArrayField(models.CharField(max_length=12, choices=SupportNeed.choices), default=list)
    vaccinated_on = models.DateField(null=True)
    symptoms_ended_on = models.DateField(null=True)
    recovered_on = models.DateField(null=True)
    negative_on = models.DateField(null=True)

    class Meta:
        db_table = "tracing_declaration"
        indexes = [models.Index(fields=["practice", "declared_at"], name="tracing_declaration_practice")]
        constraints = [
            models.UniqueConstraint(fields=["practice", "fiche"], name="tracing_declaration_once_a_practice"),
        ]


class Draft(models.Model):
    """A registration in the making: everything typed so far, sealed, until it is registered, discarded or stale."""

    id = models.UUIDField(primary_key=True)
    account = models.UUIDField()
    practice = models.UUIDField()
    period = models.CharField(max_length=7)
    value = SealedField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "tracing_draft"
        indexes = [
            models.Index(fields=["account", "practice", "updated_at"], name="tracing_draft_account_updated"),
            models.Index(fields=["updated_at"], name="tracing_draft_updated"),
        ]
