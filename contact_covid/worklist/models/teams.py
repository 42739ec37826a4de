"""How a platform shares its calls out: who may call whom, who is at rest, who helps."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from contact_covid.tracing.enums import FicheKind, Spoken
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.enums import CallKind, PauseReason, WorkOn
from contact_covid.worklist.rules.teams import Work


class Skills(models.Model):
    """What an agent of an organisation can do. ``languages``: those beside French; ``kinds``: empty for all."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    account = models.UUIDField()
    languages = ArrayField(models.CharField(max_length=3, choices=Spoken.choices))
    kinds = ArrayField(models.CharField(max_length=9, choices=CallKind.choices))
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "worklist_skills"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account"], name="worklist_skills_once_an_agent"),
        ]


class Team(models.Model):
    """Agents of an organisation whom its supervisor puts together. ``work_on``, ``work``: whom « Appel suivant » gives
    them first, a département, a kind of fiche or a language; both empty: whoever is the most urgent, as everybody."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    name = models.CharField(max_length=40)
    work_on = models.CharField(max_length=10, choices=WorkOn.choices, blank=True)
    work = models.CharField(max_length=8, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "worklist_team"
        constraints = [
            models.UniqueConstraint("organisation", Lower("name"), name="worklist_team_once_a_name"),
            models.CheckConstraint(
                name="worklist_team_work_on_something", condition=models.Q(work="") ^ ~models.Q(work_on="")
            ),
        ]

    @property
    def does(self) -> Work | None:
        return Work(WorkOn(self.work_on), self.work) if self.work_on else None


class TeamMember(models.Model):
    """An agent of a team; she is in no other one of her organisation."""

    id = models.UUIDField(primary_key=True)
    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    organisation = models.UUIDField()
    account = models.UUIDField()

    class Meta:
        db_table = "worklist_team_member"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account"], name="worklist_team_member_of_one_team"),
        ]


class AgentPause(models.Model):
    """An agent who is given nobody for the moment."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    account = models.UUIDField()
    since = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        db_table = "worklist_agent_pause"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account"], name="worklist_agent_pause_once"),
        ]


class QueuePause(models.Model):
    """A queue that nobody is given from for the moment, neither here nor by who helps."""

    id = models.UUIDField(primary_key=True)
    fund = models.CharField(max_length=3)
    kind = models.CharField(max_length=8, choices=FicheKind.choices)
    reason = models.CharField(max_length=12, choices=PauseReason.choices)
    since = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        db_table = "worklist_queue_pause"
        constraints = [models.UniqueConstraint(fields=["fund", "kind"], name="worklist_queue_pause_once")]


class Overflow(models.Model):
    """That the platform of ``helper`` calls people of ``fund`` when it cannot follow; how it stands, history is in the
    journal.

    Open from ``since`` until ``until``, both null before the first time. ``by``: who decided, null for the service
    itself. ``decided``: a supervisor did, and the service leaves it until the queue is within its target again.
    """

    id = models.UUIDField(primary_key=True)
    fund = models.CharField(max_length=3)
    helper = models.CharField(max_length=3)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    by = models.UUIDField(null=True)
    decided = models.BooleanField(default=False)

    class Meta:
        db_table = "worklist_overflow"
        indexes = [
            models.Index(
                fields=["helper"],
                condition=models.Q(since__isnull=False, until__isnull=True),
                name="worklist_overflow_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["fund", "helper"], name="worklist_overflow_once_a_pair"),
            models.CheckConstraint(
                name="worklist_overflow_helps_another", condition=~models.Q(fund=models.F("helper"))
            ),
            models.CheckConstraint(
                name="worklist_overflow_closed_after_opened",
                condition=models.Q(until__isnull=True) | models.Q(since__isnull=False, until__gte=models.F("since")),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.since is not None and self.until is None


class Assignment(models.Model):
    """A fiche that a supervisor gave to one agent: first of hers and nobody else's until ``until``.

    ``batch``: all those given at once, which can be taken back at once.
    """

    fiche = models.OneToOneField(Fiche, models.CASCADE, primary_key=True, related_name="assignment")
    account = models.UUIDField()
    organisation = models.UUIDField()
    by = models.UUIDField()
    batch = models.UUIDField()
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        db_table = "worklist_assignment"
        indexes = [
            models.Index(fields=["account", "until"], name="worklist_assignment_of_agent"),
            models.Index(fields=["batch"], name="worklist_assignment_batch"),
        ]
