"""From a content to words: the templates of ``templates/<message>/<language>``, strict and escaped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from contact_covid.messaging.enums import Language
from contact_covid.messaging.rules.content import Content

FOLDER = Path(__file__).resolve().parent.parent / "templates"

_MONTHS: Mapping[Language, tuple[str, ...]] = {
    Language.FRENCH: (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    Language.ENGLISH: (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_WEEKDAYS: Mapping[Language, tuple[str, ...]] = {
    Language.FRENCH: ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    Language.ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What every message of this installation says: its name, whom a person may call and whom a professional, how
    many months data is kept."""

    brand: str
    helpline: str
    assistance: str
    retention_months: int


@dataclass(frozen=True, slots=True)
class Words:
    """A message as it is read; ``html`` says what ``text`` says and refers to nothing outside itself."""

    subject: str
    text: str
    html: str


def render(content: Content, language: Language, frame: Frame) -> Words:
    """Raises ``jinja2.UndefinedError`` when a template asks for what the content does not have."""
    write = partial(_write, content, language, frame)
    return Words(write("subject.txt").strip(), write("body.txt"), write("body.html"))


def letter_lines(content: Content, language: Language, frame: Frame, **more: str) -> list[str]:
    """The body of the letter that goes with the message: "# " opens a heading, "- " a point, "> " small print.

    ``more``: what its template needs beside the content.
    """
    written = _write(content, language, frame, "letter.txt", **more)
    return [line for line in written.splitlines() if line]


def day_in_words(day: date, language: Language) -> str:
    """« vendredi 22 mai 2020 », "Friday 22 May 2020"."""
    number = "1er" if language is Language.FRENCH and day.day == 1 else str(day.day)
    return f"{_WEEKDAYS[language][day.weekday()]} {number} {_MONTHS[language][day.month - 1]} {day.year}"


def _write(content: Content, language: Language, frame: Frame, file: str, **more: str) -> str:
    template = _environment(language).get_template(f"{content.template.value}/{language.value}/{file}")
    return template.render(content.told() | {"frame": frame} | more)


@cache
def _environment(language: Language) -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[..., str]] = {"day": partial(day_in_words, language=language)}
    made.filters.update(filters)
    return made
