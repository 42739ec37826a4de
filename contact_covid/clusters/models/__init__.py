"""The tables of the third level, by what they are about."""

from contact_covid.clusters.models.clusters import ClosingReport, Cluster, Measure, Member, Note, Step
from contact_covid.clusters.models.hand_overs import HandOver
from contact_covid.clusters.models.requests import PlatformRequest, RequestNote
from contact_covid.clusters.models.signals import Signal, SignalCase

__all__ = [
    "ClosingReport",
    "Cluster",
    "HandOver",
    "Measure",
    "Member",
    "Note",
    "PlatformRequest",
    "RequestNote",
    "Signal",
    "SignalCase",
    "Step",
]
