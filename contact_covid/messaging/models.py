from django.db import models
from django.db.models import Q

from contact_covid.core.fields import SealedField
from contact_covid.messaging.enums import Channel, Failure, Language, MessageState, Template


class Message(models.Model):
    """A message to a person, from the act that decides it to the service that takes it over.

    ``recipient`` and ``content`` are wiped when it is sent. ``next_try_at``: when the sweep looks after a queued one.
    """

    id = models.UUIDField(primary_key=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    template = models.CharField(max_length=32, choices=Template.choices)
    language = models.CharField(max_length=2, choices=Language.choices)
    fiche = models.UUIDField(null=True, db_index=True)
    number = models.CharField(max_length=8, blank=True)
    period = models.CharField(max_length=7)
    recipient = SealedField(null=True)
    content = SealedField(null=True)
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.QUEUED)
    failure = models.CharField(max_length=16, choices=Failure.choices, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messaging_message"
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state=MessageState.QUEUED), name="messaging_message_due"),
        ]
        constraints = [
            models.CheckConstraint(
                name="messaging_message_wiped_as_a_whole",
                condition=Q(recipient=None, content=None) | Q(recipient__isnull=False, content__isnull=False),
            ),
            models.CheckConstraint(
                name="messaging_message_queued_has_content",
                condition=~Q(state=MessageState.QUEUED) | Q(content__isnull=False),
            ),
            models.CheckConstraint(
                name="messaging_message_sent_has_date",
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="messaging_message_failed_has_reason", condition=~Q(state=MessageState.FAILED) | ~Q(failure="")
            ),
        ]
