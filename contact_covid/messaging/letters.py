"""The letters: one A4 page, the address where a French window envelope shows it, the same bytes every time."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from contact_covid.core.period import PARIS
from contact_covid.messaging.enums import Language
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.person_contents import ToPerson
from contact_covid.messaging.rules.rendering import Frame, day_in_words, document_lines, letter_lines

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


def letter(content: Content, *, languages: Sequence[Language], frame: Frame, department: str, now: datetime) -> bytes:
    """The PDF of the letter of a content, one page a language. ``department``: its name as shown; ``now``: its date.

    Long names make the letters smaller rather than a second page. A character that the font lacks is written without
    its accent, else as "?".
    """
    pages = [
        letter_lines(content, language, frame, department=department, today=_today(now, language))
        for language in languages
    ]
    title = content.number if isinstance(content, ToPerson) else content.template.label
    return _pdf(_Head(_heading(content, frame), title, frame.brand, languages[0], now), content.postal_address, pages)


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
    said = {
        name: getattr(letter, name) for name in ("name", "born", "number", "department", "issuer", "since", "until")
    }
    document = "isolation_index" if letter.is_index else "isolation_contact"
    issued_on = now.astimezone(PARIS).date()
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
            self._write(("•  " if indent else "") + line[len(mark) :], style, _MARGIN + indent)
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

    def _writable(self, text: str) -> str:
        """In characters that the current font has: the log would quote the others, which belong to a name."""
        has = self.current_font.cmap  # type: ignore[union-attr]
        return "".join(c if ord(c) in has else _plain(c) for c in text)


def _plain(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() and base.isprintable() else "?"
