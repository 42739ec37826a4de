from enum import StrEnum


class MessagingEvent(StrEnum):
    """What the journal records of messages; ``read`` is somebody looking at one in the mailbox of the demo."""

    SENT = "messaging.sent"
    FAILED = "messaging.failed"
    READ = "messaging.read"
