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
    LINK_SENT = "tracing.link_sent"
    LINK_OPENED = "tracing.link_opened"
    LINK_DEAD = "tracing.link_dead"
    LINK_CONFIRMED = "tracing.link_confirmed"
    LINK_FELL_BACK = "tracing.link_fell_back"
    NAMED_NONE = "tracing.named_none"
    DIARY_WRITTEN = "tracing.diary_written"
    END_TOLD = "tracing.end_told"


WRITINGS = frozenset(
    {
        *(TracingEvent.INITIALISED, TracingEvent.EXPOSED, TracingEvent.BECAME_CASE, TracingEvent.UPDATED),
        *(TracingEvent.CALL_RECORDED, TracingEvent.CALLED_AGAIN, TracingEvent.CLOSED, TracingEvent.CANCELLED),
        *(TracingEvent.TAKEN_OVER, TracingEvent.GIVEN_BACK, TracingEvent.MERGED, TracingEvent.MERGE_UNDONE),
        *(TracingEvent.RECTIFIED, TracingEvent.ERASED, TracingEvent.ONWARD_OPPOSED, TracingEvent.LINK_DEAD),
        *(TracingEvent.LINK_CONFIRMED, TracingEvent.LINK_FELL_BACK, TracingEvent.NAMED_NONE),
        TracingEvent.DIARY_WRITTEN,
    }
)
"""What makes a new version of a fiche: whoever had it open is told who wrote, and what."""
