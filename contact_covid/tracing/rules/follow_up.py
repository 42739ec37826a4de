"""The plan of follow-up is data: on which days a person is heard of again, by her diary or by a call."""

import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from contact_covid.core.diseases import FOLDER
from contact_covid.tracing.enums import FicheKind


class By(StrEnum):
    DIARY = "diary"
    CALL = "call"


class FollowedOn(NamedTuple):
    """A day of the plan, and how one hears of her."""

    day: int
    by: By

    @property
    def called_after(self) -> int:
        """How many days after its beginning a call falls due."""
        return self.day + 1 if self.by is By.DIARY else self.day


def read(file: Path) -> Mapping[FicheKind, Sequence[FollowedOn]]:
    """Raises ``KeyError``, ``ValueError`` and ``TOMLDecodeError`` when the file is not whole."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return {kind: [FollowedOn(each["day"], By(each["by"])) for each in data[kind.value]] for kind in FicheKind}


@cache
def plan(disease: str) -> Mapping[FicheKind, Sequence[FollowedOn]]:
    return read(FOLDER / disease / "follow_up.toml")
