"""The letters: one A4 page, the address where a French window envelope shows it, the same bytes every time."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from contact_covid.core.period import PARIS
from contact_covid.messaging.enums import Language, Template
from contact_covid.messaging.rules.contents import Instructions, ProvisionalCode
from contact_covid.messaging.rules.rendering import Frame, day_in_words, letter_lines
from contact_covid.messaging.rules.rights import RightsLetter

FONTS = Path(__file__).resolve().parent / "fonts"
_FAMILY = "DejaVu"
_MARGIN, _BOTTOM = 20, 277  # millimetres, as all lengths here but the sizes of letters
_WINDOW_X, _WINDOW_Y, _BELOW_WINDOW = 105, 45, 83
_SCALES = (1.0, 0.9, 0.8, 0.7)
# Mark of the line → style, size in points, height of a line.
_STYLES = {"# ": ("B", 15.0, 8.0), "> ": ("", 8.0, 4.0), "- ": ("", 10.5, 5.4)}
_PARAGRAPH = _STYLES["- "]
_INDENT = 4


def isolation(content: Instructions, *, language: Language, frame: Frame, department: str, now: datetime) -> bytes:
    """The PDF of the letter that confirms a contact's isolation. ``department``: its name as shown; ``now``: its date.

    Long names make the letters smaller rather than a second page. A character that the font lacks is written without
    its accent, else as "?".
    """
    lines = letter_lines(content, language, frame, department=department)
    head = _Head(f"{frame.brand} – Contact COVID", content.number, frame.brand, language, now)
    return _pdf(head, content.address, lines)


def provisional_code(content: ProvisionalCode, *, language: Language, frame: Frame, now: datetime) -> bytes:
    """The PDF of the letter with a provisional code, written like ``isolation``. ``now``: its date."""
    lines = letter_lines(content, language, frame, today=day_in_words(now.astimezone(PARIS).date(), language))
    head = _Head(frame.brand, Template.PROVISIONAL_CODE.label, frame.brand, language, now)
    return _pdf(head, content.address, lines)


def rights(content: RightsLetter, *, language: Language, frame: Frame, now: datetime) -> bytes:
    """The PDF of a letter about somebody's rights, written like ``isolation``. ``now``: its date."""
    lines = letter_lines(content, language, frame, today=day_in_words(now.astimezone(PARIS).date(), language))
    head = _Head(f"{frame.brand} – Contact COVID", content.template.label, frame.brand, language, now)
    return _pdf(head, content.address, lines)


@dataclass(frozen=True, slots=True)
class _Head:
    """What a letter is beside its text. ``title`` is that of the file, never a name."""

    heading: str
    title: str
    author: str
    language: Language
    now: datetime


def _pdf(head: _Head, address: Sequence[str], lines: Sequence[str]) -> bytes:
    written = b""
    for scale in _SCALES:
        page = _Page(head, scale)
        page.fill(address, lines)
        written = bytes(page.output())
        if page.get_y() <= _BOTTOM:
            break
    return written


class _Page(FPDF):
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
        self.add_page()

    def fill(self, address: Sequence[str], lines: Sequence[str]) -> None:
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
