"""How long an SMS is: 3GPP TS 23.038 (the alphabet of 7 bits, else UCS-2) and TS 23.040 (parts of a long message)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€")  # two septets each


class SmsAlphabet(StrEnum):
    GSM_7 = "gsm_7"
    UCS_2 = "ucs_2"


@dataclass(frozen=True, slots=True)
class SmsLength:
    """``units``: septets or 16-bit units, as the alphabet counts; ``segments``: how many messages a telephone gets."""

    alphabet: SmsAlphabet
    units: int
    segments: int


_ALONE = {SmsAlphabet.GSM_7: 160, SmsAlphabet.UCS_2: 70}
_IN_PARTS = {SmsAlphabet.GSM_7: 153, SmsAlphabet.UCS_2: 67}  # the rest of each part says which part it is


def length_of(text: str) -> SmsLength:
    """What it takes to send that text; a character is never cut in two by the end of a part."""
    is_gsm = all(character in _BASIC or character in _ESCAPED for character in text)
    alphabet = SmsAlphabet.GSM_7 if is_gsm else SmsAlphabet.UCS_2
    units = [_units(character, alphabet) for character in text]
    total = sum(units)
    return SmsLength(alphabet, total, 1 if total <= _ALONE[alphabet] else _parts(units, _IN_PARTS[alphabet]))


def _units(character: str, alphabet: SmsAlphabet) -> int:
    if alphabet is SmsAlphabet.GSM_7:
        return 2 if character in _ESCAPED else 1
    return len(character.encode("utf-16-le")) // 2


def _parts(units: Sequence[int], room: int) -> int:
    parts, used = 1, 0
    for each in units:
        if used + each > room:
            parts, used = parts + 1, 0
        used += each
    return parts
