"""The diseases that the service follows. All that is particular to one is data: the folder ``diseases/<code>``, whose
parts are read by the floors that use them (``docs/diseases.md``)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = Path(__file__).resolve().parent.parent / "diseases"


@dataclass(frozen=True, slots=True)
class Incubation:
    """Days from the exposure to the first symptoms, and from those of a case to those of whom she infects."""

    least: int
    median: float
    most: int
    serial_interval: float


@dataclass(frozen=True, slots=True)
class Disease:
    """``name``: by language ("fr"), as a title. ``incubation``: with its ``source``."""

    code: str
    name: Mapping[str, str]
    incubation: Incubation
    source: str

    @property
    def label(self) -> str:
        return self.name["fr"]


@cache
def disease(code: str) -> Disease:
    """Raises ``FileNotFoundError`` when there is no such folder, ``KeyError``, ``TOMLDecodeError``."""
    data = tomllib.loads((FOLDER / code / "disease.toml").read_text(encoding="utf-8"))
    days = data["incubation"]
    return Disease(
        code=code,
        name=data["name"],
        incubation=Incubation(days["least"], days["median"], days["most"], days["serial_interval"]),
        source=data["source"],
    )


@cache
def words(code: str, language: str) -> Mapping[str, Any]:
    """What is said of it to the persons themselves. Raises ``FileNotFoundError`` for a language without, ``KeyError``
    when a part is missing, ``TOMLDecodeError``."""
    data = tomllib.loads((FOLDER / code / "words" / f"{language}.toml").read_text(encoding="utf-8"))
    return {name: data[name] for name in _WORDS} | {"symptoms": data.get("symptoms", {})}


_WORDS = ("of", "signs", "grave", "law", "after", "protect")


def known() -> tuple[str, ...]:
    """The codes of all folders, in their order."""
    return tuple(sorted(file.parent.name for file in FOLDER.glob("*/disease.toml")))


def followed() -> tuple[Disease, ...]:
    """Those that this installation follows, the usual one first."""
    return tuple(disease(code) for code in settings.DISEASES)


def usual() -> str:
    """What is meant when nobody says which."""
    return str(settings.DISEASES[0])
