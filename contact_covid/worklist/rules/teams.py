"""The work of a team: whom « Appel suivant » gives its agents first."""

from enum import StrEnum
from typing import NamedTuple

from contact_covid.core.errors import RuleError
from contact_covid.worklist.enums import WorkOn

MOST_TEAMS = 20
"""Of one organisation: a list, a board and a form show them all."""


class Work(NamedTuple):
    """People of one département, kind or language, by its code. First is not only: when none of them waits, the agents
    of the team are given the most urgent of all."""

    on: WorkOn
    code: str


class TeamErrorCode(StrEnum):
    NAME_TAKEN = "team.name_taken"
    TOO_MANY = "team.too_many"
    CHANGED = "team.changed"


class TeamRefused(RuleError):
    """A team that cannot be as it was said."""
