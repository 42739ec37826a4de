"""Arabic as it is drawn by who only places glyphs: each letter in the form that its neighbours ask for (The Unicode
Standard, § 9.2). The forms are characters of their own, which Unicode's data name: no shaping engine is needed."""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise

_FORMS = range(0xFE80, 0xFEFD)
_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
# Joined to the letter before it, joined to the one after it → form.
_NAMES = {
    (False, False): "<isolated>",
    (False, True): "<initial>",
    (True, True): "<medial>",
    (True, False): "<final>",
}


def is_arabic(text: str) -> bool:
    """Whether it is read from the right: Arabic, or a number that stands alone amid it."""
    return any(ord(each) in _ISOLATES or unicodedata.bidirectional(each) == "AL" for each in text)


def without_isolates(text: str) -> str:
    """The marks around a number, once they have put it in its place."""
    return text.translate(_ISOLATES)


def shaped(text: str) -> str:
    """The same text, in the same order, in the forms of its letters. Vowel marks, which no letter needs, are left
    out."""
    units = list(_units("".join(each for each in text if not _is_vowel_mark(each))))
    forms = _forms()
    joined = [
        "<final>" in forms.get(after, ()) and "<initial>" in forms.get(before, ()) for before, after in pairwise(units)
    ]
    around = zip([False, *joined], [*joined, False], strict=True)
    return "".join(
        forms[unit][_NAMES[each]] if unit in forms else unit for unit, each in zip(units, around, strict=True)
    )


def _is_vowel_mark(character: str) -> bool:
    return unicodedata.category(character) == "Mn" and "ARABIC" in unicodedata.name(character, "")


def _units(text: str) -> Iterator[str]:
    """Letter by letter, lam and alef together: they are one."""
    place = 0
    while place < len(text):
        length = 2 if text[place : place + 2] in _forms() else 1
        yield text[place : place + length]
        place += length


@cache
def _forms() -> Mapping[str, Mapping[str, str]]:
    """By letter, or lam with alef, its forms by name."""
    found: dict[str, dict[str, str]] = {}
    for code in _FORMS:
        name, *letters = unicodedata.decomposition(chr(code)).split()
        found.setdefault("".join(chr(int(each, 16)) for each in letters), {})[name] = chr(code)
    return found
