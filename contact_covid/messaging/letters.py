"""The letters: one A4 page, the address where a French window envelope shows it, the same bytes every time."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import segno
from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection, WrapMode, XPos, YPos

from contact_covid.core.diseases import words
from contact_covid.core.period import PARIS
from contact_covid.messaging.enums import Language
from contact_covid.messaging.rules.arabic import is_arabic, shaped, without_isolates
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.languages import languages
from contact_covid.messaging.rules.person_contents import ToPerson
from contact_covid.messaging.rules.rendering import UNREVIEWED, Frame, day_in_words, document_lines, letter_lines
from contact_covid.messaging.rules.translations import Written

FONTS = Path(__file__).resolve().parent / "fonts"
_FAMILY = "DejaVu"
_MARGIN, _BOTTOM = 20, 277  # millimetres, as all lengths here but the sizes of letters
_WINDOW_X, _WINDOW_Y, _BELOW_WINDOW = 105, 45, 83
_SQUARE = 32
_SCALES = (1.0, 0.9, 0.8, 0.7)
# Mark of the line → style, size in points, height of a line.
_STYLES = {"# ": ("B", 15.0, 8.0), "> ": ("", 8.0, 4.0), "- ": ("", 10.5, 5.4)}
_PARAGRAPH = _STYLES["- "]
_INDENT = 4
_TURNED = dict(zip("()[]«»", ")(][»«", strict=True))
_ISOLATED = re.compile("\u2066[^\u2069]*\u2069")


def letter(content: Content, *, written: Written, frame: Frame, department: str, now: datetime) -> bytes:
    """The PDF of the letter of a content, one page a language; a translation that nobody has signed says so.

    ``department``: its name as shown; ``now``: its date. Long names make the letters smaller rather than a second page.
    A character that the font lacks is written without its accent, else as "?".
    """
    pages = [
        letter_lines(content, language, frame, department=department, today=_today(now, language))
        for language in written.languages
    ]
    if written.unreviewed:
        pages[0] += [f"> {note}" for note in (languages()[written.languages[0].value].note, UNREVIEWED)]
    title = content.number if isinstance(content, ToPerson) else content.template.label
    return _pdf(
        _Head(_heading(content, frame), title, frame.brand, written.languages[0], now), content.postal_address, pages
    )


def _today(now: datetime, language: Language) -> str:
    return day_in_words(now.astimezone(PARIS).date(), language)


def _heading(content: Content, frame: Frame) -> str:
    """Who writes. A letter that says nothing of health does not say it in its heading either."""
    if content.is_medical:
        return f"{frame.brand} – Contact COVID"
    return frame.insurer if isinstance(content, ToPerson) else frame.brand


@dataclass(frozen=True, slots=True)
class IsolationLetter:
    """What a practice certifies. ``until`` None: until the physician says recovered. ``address``: where it is verified.

    ``number``: as shown; ``department``: its name as shown; ``envelope``: its lines, the name first.
    """

    is_index: bool
    disease: str
    name: str
    born: date
    number: str
    department: str
    issuer: str
    since: date
    until: date | None
    address: str
    envelope: Sequence[str]


def isolation_letter(letter: IsolationLetter, *, frame: Frame, now: datetime) -> bytes:
    """The PDF of a letter that is handed out, with the square code of the page that verifies it."""
    said: dict[str, Any] = {
        name: getattr(letter, name) for name in ("name", "born", "number", "department", "issuer", "since", "until")
    }
    document = "isolation_index" if letter.is_index else "isolation_contact"
    issued_on = now.astimezone(PARIS).date()
    said["disease"] = words(letter.disease, Language.FRENCH.value)
    lines = document_lines(document, frame, issued_on=issued_on, address=letter.address, **said)
    head = _Head(f"{frame.brand} – Contact COVID", letter.number, frame.brand, Language.FRENCH, now)
    return _pdf(head, letter.envelope, [lines], square=letter.address)


@dataclass(frozen=True, slots=True)
class _Head:
    """What a letter is beside its text. ``title`` is that of the file, never a name."""

    heading: str
    title: str
    author: str
    language: Language
    now: datetime


def _pdf(head: _Head, address: Sequence[str], pages: Sequence[Sequence[str]], *, square: str = "") -> bytes:
    written = b""
    for scale in _SCALES:
        letter = _Letter(head, scale)
        lowest = [letter.fill(address, lines) for lines in pages]
        if square:
            letter.draw_square(square)
        written = bytes(letter.output())
        if max(lowest) <= _BOTTOM:
            break
    return written


class _Letter(FPDF):
    def __init__(self, head: _Head, scale: float) -> None:
        super().__init__(format="A4")
        self._scale = scale
        self._heading = head.heading
        self.set_creation_date(head.now)
        self.set_lang(head.language.value)
        self.set_title(head.title)
        self.set_author(head.author)
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=False)
        for style, file in (("", "DejaVuSansCondensed.ttf"), ("B", "DejaVuSansCondensed-Bold.ttf")):
            self.add_font(_FAMILY, style, FONTS / file)

    def fill(self, address: Sequence[str], lines: Sequence[str]) -> float:
        """One page more; returns where its text ends."""
        self.add_page()
        self._write(self._heading, ("B", 13.0, 6.0))
        self.set_y(_WINDOW_Y)
        for line in address:
            self._write(line, ("", 11.0, 5.4), _WINDOW_X)
        self.set_y(max(self.get_y() + 8, _BELOW_WINDOW))
        for line in lines:
            mark = line[:2] if line[:2] in _STYLES else ""
            style, indent = _STYLES.get(mark, _PARAGRAPH), _INDENT if mark == "- " else 0
            said = ("•  " if indent else "") + line[len(mark) :]
            if is_arabic(said):
                self._write_arabic(said, style, indent)
            else:
                self._write(said, style, _MARGIN + indent)
            self.ln(style[2] * self._scale / 2)
        return float(self.get_y())

    def draw_square(self, text: str) -> None:
        """A QR code beside the window: one mark for each run of dark squares."""
        below, rows = self.get_y(), list(segno.make(text, error="m").matrix_iter(border=0))
        side = _SQUARE / len(rows)
        for y, row in enumerate(rows):
            start = 0
            for is_dark, run in groupby(row, bool):
                length = len(list(run))
                if is_dark:
                    self.rect(_MARGIN + start * side, _WINDOW_Y + y * side, length * side, side, style="F")
                start += length
        self.set_y(below)

    def _write(self, text: str, style: tuple[str, float, float], x: float = _MARGIN) -> None:
        weight, size, height = style
        self.set_font(_FAMILY, weight, size * self._scale)
        self.set_x(x)
        self.multi_cell(
            0,
            height * self._scale,
            self._writable(text),
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.WORD,
        )

    def _write_arabic(self, text: str, style: tuple[str, float, float], indent: float) -> None:
        """From the right: broken into lines as it is read, each of which is put into the order in which it is drawn."""
        weight, size, height = style
        self.set_font(_FAMILY, weight, size * self._scale)
        for line in self._lines(text, self.epw - indent - 2 * self.c_margin):
            written = self._writable(drawn(line))
            self.cell(self.epw - indent, height * self._scale, written, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _lines(self, text: str, width: float) -> Iterator[str]:
        """A number between isolates stays whole."""
        line = ""
        for word in _ISOLATED.sub(lambda number: number[0].replace(" ", "\u00a0"), text).split(" "):
            longer = f"{line} {word}" if line else word
            if line and self.get_string_width(self._writable(without_isolates(shaped(longer)))) > width:
                yield line
                longer = word
            line = longer
        yield line

    def _writable(self, text: str) -> str:
        """In characters that the current font has: the log would quote the others, which belong to a name."""
        has = self.current_font.cmap  # type: ignore[union-attr]
        return "".join(c if ord(c) in has else _plain(c) for c in text)


def drawn(line: str) -> str:
    """A line of Arabic, from left to right as it is drawn: its letters joined, its brackets turned."""
    placed = BidiParagraph(shaped(line), TextDirection.RTL).get_reordered_characters()
    turned = (_TURNED.get(c.character, c.character) if c.embedding_level % 2 else c.character for c in placed)
    return without_isolates("".join(turned))


def _plain(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() and base.isprintable() else "?"
