from enum import StrEnum


class RetentionEvent(StrEnum):
    """What the journal records of people's rights."""

    REQUEST_RECEIVED = "retention.request_received"
    IDENTITY_CHECKED = "retention.identity_checked"
    PERSON_SEARCHED = "retention.person_searched"
    NOTES_READ = "retention.notes_read"
    FILE_MADE = "retention.file_made"
    REQUEST_ANSWERED = "retention.request_answered"
    REQUEST_REFUSED = "retention.request_refused"
