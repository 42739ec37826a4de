from django.db import models
from django.db.models import Q

from contact_covid.core.fields import SealedField
from contact_covid.messaging.enums import Answer, Channel, Failure, MessageState, Template

_GONE = [MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED]
_TOLD = [MessageState.DELIVERED, MessageState.UNDELIVERED]
LOST = [MessageState.FAILED, MessageState.UNDELIVERED]
"""The states of a message that did not reach the person."""


class Message(models.Model):
    """A message to a person, from the act that decides it to the service that takes it over.

    ``recipient`` and ``content`` are wiped when it is sent. ``next_try_at``: when the sweep looks after a queued one.
    ``language``: the one asked for. ``department``: where the person lives, for the hours of an SMS. ``receipt_at``:
    when we were told what became of it. ``answer``: what was done when it had not reached her.
    """

    id = models.UUIDField(primary_key=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    template = models.CharField(max_length=32, choices=Template.choices)
    language = models.CharField(max_length=8)
    fiche = models.UUIDField(null=True, db_index=True)
    number = models.CharField(max_length=8, blank=True)
    department = models.CharField(max_length=3, blank=True)
    period = models.CharField(max_length=7)
    recipient = SealedField(null=True)
    content = SealedField(null=True)
    state = models.CharField(max_length=12, choices=MessageState.choices, default=MessageState.QUEUED)
    failure = models.CharField(max_length=16, choices=Failure.choices, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    receipt_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messaging_message"
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state=MessageState.QUEUED), name="messaging_message_due"),
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=LOST, answer="", fiche__isnull=False),
                name="messaging_message_unanswered",
            ),
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
                condition=Q(state__in=_GONE, sent_at__isnull=False) | (~Q(state__in=_GONE) & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="messaging_message_receipt_has_date",
                condition=Q(state__in=_TOLD, receipt_at__isnull=False) | (~Q(state__in=_TOLD) & Q(receipt_at=None)),
            ),
            models.CheckConstraint(
                name="messaging_message_answer_has_date",
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="messaging_message_failed_has_reason", condition=~Q(state=MessageState.FAILED) | ~Q(failure="")
            ),
        ]


class Refusal(models.Model):
    """A person wants no more follow-up messages by this channel. Letters and calls of public health go on.

    ``account``: who wrote it down; null: she said so herself, by an answer to an SMS.
    """

    id = models.BigAutoField(primary_key=True)
    fiche = models.UUIDField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    account = models.UUIDField(null=True)
    since = models.DateTimeField()

    class Meta:
        db_table = "messaging_refusal"
        constraints = [
            models.UniqueConstraint(fields=["fiche", "channel"], name="messaging_refusal_one_a_channel"),
            models.CheckConstraint(
                name="messaging_refusal_not_of_letters", condition=Q(channel__in=[Channel.EMAIL, Channel.SMS])
            ),
        ]
