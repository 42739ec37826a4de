"""Fiches, and what they say of their kind only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from contact_covid.tracing.enums import (
    Call,
    CallReason,
    Closure,
    ClosureReason,
    Consent,
    FicheKind,
    Spoken,
    State,
    SupportNeed,
    TestFact,
    TestKind,
)


class Fiche(models.Model):
    """A person in one episode, patient zéro or contact, with what lists and the queue need: they never join."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=8, unique=True)
    disease = models.CharField(max_length=16)
    """Code of its folder (``core.diseases``): a person has a fiche for each disease that she meets."""
    kind = models.CharField(max_length=8, choices=FicheKind.choices)
    call = models.CharField(max_length=12, choices=Call.choices, default=Call.TO_CALL)
    test = models.CharField(max_length=8, choices=TestFact.choices, default=TestFact.NONE)
    closure = models.CharField(max_length=12, choices=Closure.choices, default=Closure.OPEN)
    state = models.CharField(max_length=12, choices=State.choices)
    state_at = models.DateTimeField()
    consent = models.CharField(max_length=12, choices=Consent.choices)
    department = models.CharField(max_length=3)
    region = models.CharField(max_length=3)
    fund = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    counts_from = models.DateTimeField()
    """From when on the time to call her counts: her registration, or the day of the plan of follow-up."""
    factors = models.CharField(max_length=120, blank=True)
    """Codes of ``rules.urgency.Factor`` that ``urgent_at`` is made with, in their order, a blank between two."""
    urgent_at = models.DateTimeField()
    callable_from = models.DateTimeField(null=True)
    """Not before this may the platform call; null: it does not, the physician calls this person himself."""
    language = models.CharField(max_length=3, choices=Spoken.choices, default=Spoken.FRENCH)
    attempts = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    """When her call was done for the first time, or she confirmed on her link; null: nobody has told her anything. It
    stays, whatever she is called for afterwards."""
    call_reason = models.CharField(max_length=12, choices=CallReason.choices, blank=True)
    closure_reason = models.CharField(max_length=12, choices=ClosureReason.choices, blank=True)
    support_needs = ArrayField(models.CharField(max_length=12, choices=SupportNeed.choices), default=list)
    """Said by the fiche's author; what other practices say is on their declarations: ``queries.support_needs_of``."""
    doubtful = models.BooleanField(default=False)
    onward_opposed = models.BooleanField(default=False, db_default=False)
    """She opposes that anything of her is passed on for analyses: no extract holds her row. Her follow-up goes on."""
    author_account = models.UUIDField()
    author_practice = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    delegation = models.UUIDField(null=True)
    """By which delegation of her platform another organisation calls her; null: none."""
    delegated_to = models.UUIDField(null=True)
    delegated_until = models.DateTimeField(null=True)
    """From then on the organisation reaches her no more, even before the service has given her back."""

    class Meta:
        db_table = "tracing_fiche"
        indexes = [
            models.Index(fields=["fund", "urgent_at", "id"], name="tracing_fiche_fund_urgency"),
            models.Index(
                fields=["fund", "urgent_at", "callable_from"],
                condition=models.Q(
                    closure=Closure.OPEN,
                    call__in=[Call.TO_CALL, Call.CALL_BACK],
                    callable_from__isnull=False,
                    delegated_to__isnull=True,
                ),
                name="tracing_fiche_queue",
            ),
            # The same for the work of a team: a département, a kind or a language.
            *(
                models.Index(
                    fields=["fund", of, "urgent_at", "callable_from"],
                    condition=models.Q(
                        closure=Closure.OPEN,
                        call__in=[Call.TO_CALL, Call.CALL_BACK],
                        callable_from__isnull=False,
                        delegated_to__isnull=True,
                    ),
                    name=f"tracing_fiche_queue_{of}",
                )
                for of in ("department", "kind", "language")
            ),
            models.Index(
                fields=["delegated_to", "urgent_at", "id"],
                condition=models.Q(delegated_to__isnull=False),
                name="tracing_fiche_delegated",
            ),
            models.Index(
                fields=["delegation"], condition=models.Q(delegation__isnull=False), name="tracing_fiche_delegation"
            ),
            # Who was never called: the oldest of each queue, and how many, without counting a whole area.
            models.Index(
                fields=["fund", "kind", "language", "created_at"],
                condition=models.Q(
                    closure=Closure.OPEN,
                    call=Call.TO_CALL,
                    attempts=0,
                    told_at__isnull=True,
                    callable_from__isnull=False,
                    delegated_to__isnull=True,
                ),
                name="tracing_fiche_never_called",
            ),
            models.Index(fields=["fund", "state", "urgent_at", "id"], name="tracing_fiche_fund_state"),
            models.Index(fields=["fund", "created_at", "id"], name="tracing_fiche_fund_created"),
            models.Index(fields=["fund", "state_at", "id"], name="tracing_fiche_fund_state_at"),
            models.Index(
                fields=["fund", "created_at", "id"],
                condition=models.Q(closure=Closure.OPEN, doubtful=True),
                name="tracing_fiche_doubtful",
            ),
            models.Index(fields=["region", "urgent_at"], name="tracing_fiche_region_urgent"),
            models.Index(fields=["author_practice", "created_at"], name="tracing_fiche_author_created"),
        ]
        constraints = [
            models.CheckConstraint(
                name="tracing_fiche_call_of_its_kind",
                condition=~models.Q(kind=FicheKind.CONTACT, call=Call.INTERVIEWED)
                & ~models.Q(kind=FicheKind.INDEX, call=Call.INFORMED),
            ),
            models.CheckConstraint(
                name="tracing_fiche_told_when_call_done",
                condition=~models.Q(call__in=[Call.INFORMED, Call.INTERVIEWED]) | models.Q(told_at__isnull=False),
            ),
            models.CheckConstraint(
                name="tracing_fiche_call_reason_of_unreachable",
                condition=models.Q(call_reason="") | models.Q(call=Call.UNREACHABLE),
            ),
            models.CheckConstraint(
                name="tracing_fiche_closure_reason_of_closed",
                condition=models.Q(closure_reason="") | ~models.Q(closure=Closure.OPEN),
            ),
            models.CheckConstraint(
                name="tracing_fiche_delegated_until_an_end",
                condition=models.Q(delegation=None, delegated_to=None, delegated_until=None)
                | models.Q(delegation__isnull=False, delegated_to__isnull=False, delegated_until__isnull=False),
            ),
            models.CheckConstraint(
                name="tracing_fiche_state_not_before_creation", condition=models.Q(state_at__gte=models.F("created_at"))
            ),
        ]


class IndexCase(models.Model):
    """What a fiche says only of a patient zéro."""

    fiche = models.OneToOneField(Fiche, models.CASCADE, primary_key=True, related_name="index_case")
    onset = models.DateField(null=True)
    sampled_on = models.DateField()
    result_on = models.DateField(null=True)
    test_kind = models.CharField(max_length=8, choices=TestKind.choices)
    health_worker = models.BooleanField()
    social_support = models.BooleanField()
    window_start = models.DateField()
    isolation_until = models.DateField(null=True)
    protocol = models.CharField(max_length=32)
    was_contact = models.ForeignKey(Fiche, models.PROTECT, null=True, related_name="became")
    """Her fiche as a contact of the same episode, by which counters find her; null: she was none."""

    class Meta:
        db_table = "tracing_index_case"
        constraints = [
            models.CheckConstraint(
                name="tracing_index_case_result_after_sampling",
                condition=models.Q(result_on__isnull=True) | models.Q(result_on__gte=models.F("sampled_on")),
            ),
        ]


class Contact(models.Model):
    """What a fiche says only of a contact. The latest exposure decides the dates and is copied here.

    ``cohabitant_recovers``: see ``rules.dates.ContactFacts``; ``told_on``: the day from which « at once » counts, when
    she was told, until then when her dates were made. ``tests``: see ``rules.dates.tests_to_json``.
    """

    fiche = models.OneToOneField(Fiche, models.CASCADE, primary_key=True, related_name="contact")
    last_contact = models.DateField()
    same_household = models.BooleanField()
    calls_self = models.BooleanField(default=False)
    """Whether any exposure says so."""
    cohabitant_recovers = models.DateField(null=True)
    told_on = models.DateField()
    isolation_until = models.DateField(null=True)
    """Null: she is not isolated."""
    mask_until = models.DateField(null=True)
    """Null: she need not wear one."""
    tests = models.JSONField()
    test_due = models.DateField(null=True)
    """The next one of ``tests``, as of the day they were made; null: none is due."""
    followed_until = models.DateField()
    protocol = models.CharField(max_length=32)

    class Meta:
        db_table = "tracing_contact"
        indexes = [models.Index(fields=["followed_until"], name="tracing_contact_followed")]
        constraints = [
            models.CheckConstraint(
                name="tracing_contact_isolation_after_contact",
                condition=models.Q(isolation_until__gte=models.F("last_contact")),
            ),
        ]
