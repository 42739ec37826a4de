from enum import StrEnum


class WorklistEvent(StrEnum):
    """What the journal records of the queue; the outcome of a call is an event of ``tracing``."""

    CLAIMED = "worklist.claimed"
    RELEASED = "worklist.released"
    NOTE_KEPT = "worklist.note_kept"
