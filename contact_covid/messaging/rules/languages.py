"""The languages that messages are written in are data: one file each. French and English are written with the service;
a translation carries « traduction non relue » until somebody who reads it has signed its text."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from contact_covid.core.diseases import FOLDER as DISEASES

FOLDER = Path(__file__).resolve().parent.parent / "languages"
TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
ORIGINAL = "fr"
OF_A_DISEASE = frozenset({"instructions", "end_of_isolation"})
"""The templates that say words of a disease: whoever reads a translation over reads these too."""


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody read a translation: ``digest`` is that of what she read."""

    by: str
    on: date
    digest: str


@dataclass(frozen=True, slots=True)
class LanguageData:
    """A language as its file tells it.

    ``code``: BCP 47. ``own_name``, ``label``: as its speakers and as the staff call it. ``direction``: "ltr" or "rtl".
    ``authored``: written with the service, not translated from it. ``note``: what an unreviewed message says of
    itself, the French one too. ``day``: how a date is put together; ``first``: the first day of a month. ``reviews``:
    by template (code). ``represented``: to whom a minor's letter is addressed whose representative has no name.
    """

    code: str
    own_name: str
    label: str
    direction: str
    authored: bool
    note: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    day: str
    first: str
    reviews: Mapping[str, Review]
    represented: str = ""

    def day_in_words(self, day: date) -> str:
        """« vendredi 22 mai 2020 », "Friday 22 May 2020"."""
        number = self.first if day.day == 1 else str(day.day)
        weekday, month = self.weekdays[day.weekday()], self.months[day.month - 1]
        return self.day.format(weekday=weekday, day=number, month=month, year=day.year)


def read(file: Path) -> LanguageData:
    """The language of one file. Raises ``KeyError`` and ``TOMLDecodeError`` when the file is not complete."""
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    dates, reviews = data["dates"], data.get("reviews", {})
    return LanguageData(
        code=file.stem,
        own_name=data["own_name"],
        label=data["label"],
        direction=data["direction"],
        authored=data.get("authored", False),
        note=data.get("note", ""),
        weekdays=tuple(dates["weekdays"]),
        months=tuple(dates["months"]),
        day=dates["day"],
        first=dates.get("first", "1"),
        represented=data.get("represented", ""),
        reviews={template: Review(**given) for template, given in reviews.items()},
    )


@cache
def languages() -> Mapping[str, LanguageData]:
    """Every language by code: those of the service first, then the others in the order of their codes."""
    found = sorted(
        map(read, FOLDER.glob("*.toml")), key=lambda each: (not each.authored, each.code != ORIGINAL, each.code)
    )
    return {each.code: each for each in found}


def represented(name: str) -> str:
    """The first line of an envelope to whoever represents that minor: the post reads French."""
    return languages()[ORIGINAL].represented.format(name=name)


@cache
def files_of(template: str, language: str) -> frozenset[str]:
    """The names of a template's files in a language, empty when it is not written in it."""
    return frozenset(path.name for path in (TEMPLATES / template / language).glob("*.*"))


@cache
def digest_of(template: str, language: str) -> str:
    """What a reviewer signs: the translation, the French that it was made from, and how the language writes dates."""
    sum_ = hashlib.sha256()
    for code in (language, ORIGINAL):
        for path in sorted((TEMPLATES / template / code).glob("*.*")):
            sum_.update(f"{code}/{path.name}\0".encode() + path.read_bytes() + b"\0")
    if template in OF_A_DISEASE:
        for file in sorted(DISEASES.glob(f"*/words/{language}.toml")):
            sum_.update(f"{file.parent.parent.name}\0".encode() + file.read_bytes() + b"\0")
    data = languages()[language]
    sum_.update("\0".join((*data.weekdays, *data.months, data.day, data.first)).encode())
    return sum_.hexdigest()


def is_reviewed(template: str, language: str) -> bool:
    """Whether that text may be relied on: written with the service, or signed as it is now."""
    data = languages()[language]
    review = data.reviews.get(template)
    return data.authored or (review is not None and review.digest == digest_of(template, language))
