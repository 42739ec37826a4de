from enum import StrEnum


class WorklistEvent(StrEnum):
    """What the journal records of the queue; the outcome of a call is an event of ``tracing``."""

    CLAIMED = "worklist.claimed"
    RELEASED = "worklist.released"
    NOTE_KEPT = "worklist.note_kept"
    ASSIGNED = "worklist.assigned"
    UNASSIGNED = "worklist.unassigned"
    REASSIGNED = "worklist.reassigned"
    DELEGATED = "worklist.delegated"
    RETURNED = "worklist.returned"
    JOB_STARTED = "worklist.job_started"
    JOB_STOPPED = "worklist.job_stopped"
    JOB_UNDONE = "worklist.job_undone"
    JOB_SENT = "worklist.job_sent"
    AGENT_PAUSED = "worklist.agent_paused"
    AGENT_RESUMED = "worklist.agent_resumed"
    QUEUE_PAUSED = "worklist.queue_paused"
    QUEUE_RESUMED = "worklist.queue_resumed"
    TEAM_SET = "worklist.team_set"
    TEAM_DELETED = "worklist.team_deleted"
    SKILLS_SET = "worklist.skills_set"
    OVERFLOW_OPENED = "worklist.overflow_opened"
    OVERFLOW_CLOSED = "worklist.overflow_closed"
