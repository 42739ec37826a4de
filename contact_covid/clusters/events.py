from enum import StrEnum


class ClustersEvent(StrEnum):
    """What the journal records of hand-overs, signals, clusters and requests."""

    HAND_OVER_ASKED = "clusters.hand_over_asked"
    HAND_OVER_ANSWERED = "clusters.hand_over_answered"
    HAND_OVER_WITHDRAWN = "clusters.hand_over_withdrawn"
    SIGNAL_PROPOSED = "clusters.signal_proposed"
    SIGNAL_DECIDED = "clusters.signal_decided"
    OPENED = "clusters.opened"
    MOVED = "clusters.moved"
    ASSESSED = "clusters.assessed"
    READ = "clusters.read"
    MEMBERS_ADDED = "clusters.members_added"
    MEMBER_REMOVED = "clusters.member_removed"
    MEASURE_RECORDED = "clusters.measure_recorded"
    NOTE_ADDED = "clusters.note_added"
    REPORT_WRITTEN = "clusters.report_written"
    REQUEST_SENT = "clusters.request_sent"
    REQUEST_FOLLOWED = "clusters.request_followed"
