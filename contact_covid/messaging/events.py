from enum import StrEnum


class MessagingEvent(StrEnum):
    """What the journal records of messages; ``read`` is somebody looking at one in the mailbox of the demo."""

    SENT = "messaging.sent"
    FAILED = "messaging.failed"
    READ = "messaging.read"
    DELIVERED = "messaging.delivered"
    UNDELIVERED = "messaging.undelivered"
    DELAYED = "messaging.delayed"
    REFUSED = "messaging.channel_refused"
    ACCEPTED = "messaging.channel_accepted"
