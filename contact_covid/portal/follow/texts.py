"""What the pages of a person say, one file a language in ``texts``. French and English are written with the service; a
translation says nothing of health until somebody who reads it has signed its file (``messaging/languages``)."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from contact_covid.core.diseases import words
from contact_covid.messaging.rules.languages import ORIGINAL, LanguageData, languages

FOLDER = Path(__file__).resolve().parent / "texts"
REVIEW = "pages"
"""The name of these texts among the reviews of a language's file."""
BESIDE = ("fr", "en")
"""What is read instead of a text of health that nobody has signed."""
Blank = str | int | date


class Passage(NamedTuple):
    """A text in one language, which may not be that of its page."""

    language: str
    direction: str
    text: str


class _Catalogue(NamedTuple):
    ui: Mapping[str, str]
    medical: Mapping[str, str]
    errors: Mapping[str, str]
    digest: str


@cache
def catalogue(code: str) -> _Catalogue:
    """The texts of one language. Raises ``KeyError`` when a part is missing, ``TOMLDecodeError``."""
    file = FOLDER / f"{code}.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    original = (FOLDER / f"{ORIGINAL}.toml").read_bytes()
    digest = hashlib.sha256(file.read_bytes() + b"\0" + original).hexdigest()
    return _Catalogue(data["ui"], data.get("medical", {}), data["errors"], digest)


@cache
def offered() -> Mapping[str, LanguageData]:
    """The languages that the pages are written in, by code, in the order of the choice."""
    return {code: each for code, each in languages().items() if (FOLDER / f"{code}.toml").exists()}


def is_reviewed(code: str) -> bool:
    """Whether what that language says of health may be shown."""
    data = languages()[code]
    review = data.reviews.get(REVIEW)
    return data.authored or (review is not None and review.digest == catalogue(code).digest)


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says in one language. Called with the name of a text and what fills its blanks. ``disease``: code of
    the one that it is about, empty before that is known."""

    code: str
    disease: str = ""

    @property
    def data(self) -> LanguageData:
        return offered()[self.code]

    @property
    def direction(self) -> str:
        return self.data.direction

    @property
    def reviewed(self) -> bool:
        return is_reviewed(self.code)

    def __call__(self, name: str, **blanks: Blank) -> str:
        return _filled(catalogue(self.code).ui[name], self.data, blanks)

    def error(self, code: str) -> str:
        """The sentence of an error, in general words when it has none of its own."""
        told = catalogue(self.code).errors
        return told.get(code, told["invalid"])

    def medical(self, name: str, **blanks: Blank | tuple[str]) -> Sequence[Passage]:
        """What is said of health: in this language once it is reviewed, else in French and in English.

        A blank that is a tuple names another text of health.
        """
        return [_passage(code, catalogue(code).medical, name, self._of(code) | blanks) for code in self._read_in]

    def symptom(self, code: str) -> Sequence[Passage]:
        """As the disease calls it, in the languages of what is said of health."""
        return [_passage(each, words(self.disease, each)["symptoms"], code, {}) for each in self._read_in]

    @property
    def symptoms(self) -> Sequence[str]:
        """Codes of those that are asked for, in their order."""
        return list(words(self.disease, ORIGINAL)["symptoms"])

    @property
    def _read_in(self) -> Sequence[str]:
        return (self.code,) if self.reviewed else BESIDE

    def _of(self, code: str) -> dict[str, Blank | tuple[str]]:
        told = words(self.disease, code)
        return {name: told[name] for name in ("of", "signs", "grave")}


def _passage(code: str, texts: Mapping[str, str], name: str, blanks: Mapping[str, Blank | tuple[str]]) -> Passage:
    data = offered()[code]
    known = {blank: texts[value[0]] if isinstance(value, tuple) else value for blank, value in blanks.items()}
    return Passage(code, data.direction, _filled(texts[name], data, known))


def _filled(text: str, data: LanguageData, blanks: Mapping[str, Any]) -> str:
    told = {name: _told(value, data) for name, value in blanks.items()}
    return text.format_map(told) if told else text


def _told(value: Blank, data: LanguageData) -> str:
    """A day in words; amid right-to-left text a number keeps the order of its groups (UAX #9)."""
    if isinstance(value, date):
        return data.day_in_words(value)
    return f"\u2066{value}\u2069" if data.direction == "rtl" and any(map(str.isdigit, str(value))) else str(value)
