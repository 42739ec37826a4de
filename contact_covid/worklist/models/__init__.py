"""The tables of the worklist: calls, and how a platform shares them out."""

from contact_covid.worklist.models.calls import Attempt, Lease
from contact_covid.worklist.models.delegations import Delegation
from contact_covid.worklist.models.jobs import Job, JobItem
from contact_covid.worklist.models.teams import AgentPause, Assignment, Overflow, QueuePause, Skills, Team, TeamMember

__all__ = [
    "AgentPause",
    "Assignment",
    "Attempt",
    "Delegation",
    "Job",
    "JobItem",
    "Lease",
    "Overflow",
    "QueuePause",
    "Skills",
    "Team",
    "TeamMember",
]
