"""A person on her own pages: the link she was sent, her sessions, her diary."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from contact_covid.messaging.enums import Channel
from contact_covid.tracing.enums import Symptom
from contact_covid.tracing.models.fiches import Fiche


class SecureLink(models.Model):
    """A link that opens one fiche to the person it is about, once she has said her birth date.

    ``call_from``: until then her call waits for it. ``tries``: wrong birth dates since the last right one.
    ``named_none_at``: a patient zéro said that she met nobody. ``fell_back_at``: she is called after all.
    ``revoked_at``: it opens nothing any more.
    """

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="links")
    token_digest = models.BinaryField(max_length=32, unique=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    call_from = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    named_none_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)
    fell_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tracing_secure_link"
        indexes = [
            models.Index(
                fields=["call_from"], condition=models.Q(fell_back_at__isnull=True), name="tracing_secure_link_waiting"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fiche"], condition=models.Q(revoked_at__isnull=True), name="tracing_secure_link_one_a_fiche"
            ),
            models.CheckConstraint(
                name="tracing_secure_link_expires_after_issue",
                condition=models.Q(expires_at__gt=models.F("issued_at")),
            ),
            models.CheckConstraint(
                name="tracing_secure_link_confirmed_once_opened",
                condition=models.Q(confirmed_at__isnull=True) | models.Q(opened_at__isnull=False),
            ),
        ]


class PersonSession(models.Model):
    """A browser in which the birth date was right. Nothing of the person is kept on the device but its token."""

    id = models.UUIDField(primary_key=True)
    link = models.ForeignKey(SecureLink, models.CASCADE, related_name="sessions")
    token_digest = models.BinaryField(max_length=32, unique=True)
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tracing_person_session"
        indexes = [models.Index(fields=["seen_at"], name="tracing_person_session_seen")]


class DiaryEntry(models.Model):
    """How a person says she feels on a day (Paris time): none of ``symptoms``: well. One a day, as last said.

    ``temperature``: °C.
    """

    id = models.UUIDField(primary_key=True)
    fiche = models.ForeignKey(Fiche, models.CASCADE, related_name="diary")
    day = models.DateField()
    symptoms = ArrayField(models.CharField(max_length=12, choices=Symptom.choices))
    temperature = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "tracing_diary_entry"
        constraints = [models.UniqueConstraint(fields=["fiche", "day"], name="tracing_diary_entry_one_a_day")]
