"""Drills run alone, one after the other, on the world of the journeys."""

from tests.journeys.conftest import service, world

__all__ = ["service", "world"]
