"""Names and free text: what is typed made safe, and names made comparable."""

import re
import unicodedata

_SPACE_CONTROLS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85"
_INVISIBLE_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_ZERO_WIDTH = frozenset("\u034f\u115f\u1160\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}
"""Zero-width characters that Unicode calls marks or letters: grapheme joiner, fillers, variation selectors."""

# Letters that Unicode does not decompose, as on passports (ICAO 9303) but Ø, which France writes O.
_LETTERS = {"Æ": "AE", "Œ": "OE", "ẞ": "SS", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "Ħ": "H", "Ŧ": "T"}
_LETTERS |= {"Ŋ": "N", "Ə": "E"}
_LAST_CACHED = 0x2FFF
_HYPHENS = re.compile(r"\s*[-\u058a\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]+\s*")


def _is_invisible(character: str) -> bool:
    """Controls, zero-width characters, direction overrides, surrogates; not the controls that are white space."""
    if character in _SPACE_CONTROLS:
        return False
    return unicodedata.category(character) in _INVISIBLE_CATEGORIES or character in _ZERO_WIDTH


def _folded(character: str) -> str:
    """Upper ASCII letters and digits of one character; a space for what separates words, nothing for what is unseen."""
    if _is_invisible(character):
        return ""
    parts: list[str] = []
    for part in unicodedata.normalize("NFKD", character).upper():
        if part.isascii():
            parts.append(part if part.isalnum() else " ")
        elif not unicodedata.category(part).startswith("M"):
            parts.append(_LETTERS.get(part, " "))
    return "".join(parts)


class _Folding(dict[int, str]):
    """A translation table filled as characters are met; rare planes are computed each time to keep it small."""

    def __missing__(self, code_point: int) -> str:
        folded = _folded(chr(code_point))
        if code_point <= _LAST_CACHED:
            self[code_point] = folded
        return folded


_FOLDING = _Folding()


def clean_line(text: str) -> str:
    """One line of text fit to store and show: composed (NFC), invisible characters removed, white space single.

    Controls (NUL included), zero-width characters, direction overrides and lone surrogates disappear; line breaks and
    tabs become spaces.
    """
    visible = text if text.isascii() and text.isprintable() else "".join(c for c in text if not _is_invisible(c))
    return " ".join(unicodedata.normalize("NFC", visible).split())


def clean_text(text: str) -> str:
    """Free text of several lines fit to store and show: each as ``clean_line`` makes it, none empty at an end."""
    return "\n".join(map(clean_line, text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))).strip("\n")


def displayed(title: str, first_name: str, last_name: str) -> str:
    """« Dr Hélène MARCHAND »: how a person is named to others; what is not known is left out."""
    return " ".join(filter(None, (title, first_name, last_name.upper())))


def fold(text: str) -> str:
    """The form two spellings of a name share: upper ASCII words separated by one space, possibly "".

    Case, accents, ligatures (œ, æ, ß), hyphens, apostrophes and other punctuation are folded; letters of other
    alphabets are dropped, so compare folds only when they are not empty.
    """
    return " ".join(text.translate(_FOLDING).split())


def name_tokens(text: str) -> tuple[str, ...]:
    """The folded words of a name, in order."""
    return tuple(fold(text).split())


def given_matches(typed: str, stored_first_names: str) -> bool:
    """Whether the given name typed at the counter is the first one, or the first ones, on file.

    Stored given names are separated by spaces or commas and a hyphenated name is one: "Jean" and "jean pierre" match
    "Jean Pierre Marie"; "jean pierre" matches "Jean-Pierre", "Jean" does not.
    """
    wanted = fold(typed)
    first_names = _HYPHENS.sub("-", stored_first_names.replace(",", " ")).split()
    so_far = ""
    for name in first_names:
        so_far = f"{so_far} {fold(name)}".strip()
        if len(so_far) >= len(wanted):
            break
    return so_far == wanted != ""


def surname_matches(typed: str, birth_name: str, used_name: str) -> bool:
    """Whether the surname typed is, once folded, exactly the birth name or the used name."""
    wanted = fold(typed)
    return wanted != "" and wanted in (fold(birth_name), fold(used_name))
