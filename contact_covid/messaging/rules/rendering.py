"""From a content to words: the templates of ``templates/<message>/<language>``, strict and escaped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from contact_covid.core.diseases import words
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.languages import ORIGINAL, TEMPLATES, languages
from contact_covid.messaging.rules.translations import Written

DOCUMENTS = TEMPLATES.parent / "documents"
SMS_MAY_TELL = frozenset({"number", "link", "hours", "day", "time"})
"""What an SMS may be asked to say beside the frame. A template that asks for a name, or for a date of isolation, is an
error: whoever holds the telephone reads it."""
UNREVIEWED = languages()[ORIGINAL].note


@dataclass(frozen=True, slots=True)
class Frame:
    """What every message of this installation says: its name, whom a person may call and whom a professional, how
    many months data is kept, who writes to persons, and the number that takes STOP (empty: the helpline does)."""

    brand: str
    helpline: str
    assistance: str
    retention_months: int
    insurer: str = "Assurance Maladie"
    sms_stop: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A message as it is read; ``html`` says what ``text`` says and refers to nothing outside itself. An SMS has its
    text only."""

    subject: str
    text: str
    html: str


def words_of(content: Content, written: Written, channel: Channel, frame: Frame) -> Words:
    """The message in every language that it is written in, one after the other; a translation that nobody has signed
    says so. Raises as ``render``."""
    each = [render(content, language, frame, channel) for language in written.languages]
    whole = each[0] if len(each) == 1 else _together(each, written.languages)
    return _marked(whole, written.languages[0]) if written.unreviewed else whole


def render(content: Content, language: Language, frame: Frame, channel: Channel = Channel.EMAIL) -> Words:
    """Raises ``jinja2.UndefinedError`` when a template asks for what the content does not have, or may not tell."""
    write = partial(_write, content, language, frame)
    if channel is Channel.SMS:
        return Words("", " ".join(write("sms.txt").split()), "")
    return Words(write("subject.txt").strip(), write("body.txt"), write("body.html"))


def _together(each: Sequence[Words], written: Sequence[Language]) -> Words:
    if not each[0].html:
        return Words("", "\n".join(words.text for words in each), "")
    subject = " / ".join(words.subject for words in each)
    head, _, rest = each[0].html.partition("<body>")
    tail = rest.rpartition("</body>")[2]
    bodies = [
        f'<div lang="{language.value}" dir="{languages()[language.value].direction}">{_body(words.html)}</div>'
        for language, words in zip(written, each, strict=True)
    ]
    html = f"{head}<body>{'<hr>'.join(bodies)}</body>{tail}"
    return Words(subject, f"\n{'-' * 40}\n\n".join(words.text for words in each), html)


def _body(html: str) -> str:
    return html.partition("<body>")[2].rpartition("</body>")[0]


def _marked(words: Words, language: Language) -> Words:
    note = languages()[language.value].note
    if not words.html:
        return Words("", f"{words.text} {note}", "")
    mark = f'<p>{note}</p>\n<p lang="fr" dir="ltr">{UNREVIEWED}</p>\n</body>'
    return Words(words.subject, f"{words.text}\n{note}\n{UNREVIEWED}\n", words.html.replace("</body>", mark))


def letter_lines(content: Content, language: Language, frame: Frame, **more: str) -> list[str]:
    """The body of the letter that goes with the message: "# " opens a heading, "- " a point, "> " small print.

    ``more``: what its template needs beside the content.
    """
    written = _write(content, language, frame, "letter.txt", **more)
    return [line for line in written.splitlines() if line]


def document_lines(document: str, frame: Frame, **said: Any) -> list[str]:
    """The body of a document that is handed out rather than sent: a file of ``documents``, in French."""
    written = _environment(Language.FRENCH, DOCUMENTS).get_template(f"{document}.txt").render(said | {"frame": frame})
    return [line for line in written.splitlines() if line]


def day_in_words(day: date, language: Language) -> str:
    """« vendredi 22 mai 2020 », "Friday 22 May 2020"."""
    return languages()[language.value].day_in_words(day)


def _write(content: Content, language: Language, frame: Frame, file: str, **more: str) -> str:
    template = _environment(language).get_template(f"{content.template.value}/{language.value}/{file}")
    told = content.told()
    if content.about:
        told["disease"] = words(content.about, language.value)
    if file == "sms.txt":
        told = {name: value for name, value in told.items() if name in SMS_MAY_TELL}
    return template.render(told | {"frame": frame} | more)


@cache
def _environment(language: Language, folder: Path = TEMPLATES) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    isolate = _isolated if languages()[language.value].direction == "rtl" else str
    filters: dict[str, Callable[..., str]] = {"day": partial(day_in_words, language=language), "ltr": isolate}
    made.filters.update(filters)
    return made


def _isolated(text: str) -> str:
    """A number or an address amid right-to-left text: its groups of digits would change places (UAX #9)."""
    return f"\u2066{text}\u2069"
