"""Which masks a contact is entitled to, and until when who may still correct that they were given.

Entitlement is data: one dated file a change. A person is entitled once an episode, wherever she gets her masks.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from contact_covid.core.diseases import FOLDER
from contact_covid.tracing.rules.protocol import oldest_first


@dataclass(frozen=True, slots=True)
class MaskRules:
    """Rules in force from a day on, in masks. ``version`` ("covid19/masks/2020-05-13") is stored with each delivery."""

    version: str
    starts: date
    contact: int
    household: int
    most: int

    def entitled(self, *, same_household: bool) -> int:
        """How many masks one person gets: it hangs on nothing that a pharmacist may not know, such as a result."""
        return self.household if same_household else self.contact


def read(file: Path) -> MaskRules:
    """The rules of one file. Raises ``KeyError`` and ``TOMLDecodeError`` when the file is not complete."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    contact, household = data["contact"], data["household"]
    return MaskRules(
        version=f"{file.parent.parent.name}/masks/{file.stem}",
        starts=data["from"],
        contact=contact["a_day"] * contact["days"],
        household=household["a_day"] * household["days"],
        most=data["delivery"]["most"],
    )


@cache
def of_disease(disease: str) -> tuple[MaskRules, ...]:
    """All rules of a disease, oldest first."""
    return oldest_first(read, (FOLDER / disease / "masks").glob("*.toml"))
