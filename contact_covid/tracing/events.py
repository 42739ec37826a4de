from enum import StrEnum


class TracingEvent(StrEnum):
    """What the journal records of fiches; ``initialised``, ``validated`` and ``ended`` are the words of the law."""

    INITIALISED = "tracing.initialised"
    EXPOSED = "tracing.exposed"
    BECAME_CASE = "tracing.became_case"
    UPDATED = "tracing.updated"
    CALL_RECORDED = "tracing.call_recorded"
    CALLED_AGAIN = "tracing.called_again"
    CLOSED = "tracing.closed"
    CANCELLED = "tracing.cancelled"
    TAKEN_OVER = "tracing.taken_over"
    GIVEN_BACK = "tracing.given_back"
    CERTIFICATE_ISSUED = "tracing.certificate_issued"
    MERGED = "tracing.merged"
    MERGE_UNDONE = "tracing.merge_undone"
    TOLD_APART = "tracing.told_apart"
    DOUBTED_AGAIN = "tracing.doubted_again"
    DOUBT_LIFTED = "tracing.doubt_lifted"
    RECTIFIED = "tracing.rectified"
    ERASED = "tracing.erased"
    ONWARD_OPPOSED = "tracing.onward_opposed"
    DRAFT_SAVED = "tracing.draft_saved"
    DRAFT_READ = "tracing.draft_read"
    DRAFT_DISCARDED = "tracing.draft_discarded"
