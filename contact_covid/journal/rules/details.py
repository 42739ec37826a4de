"""What the ``detail`` of an event may hold: codes, ids, hashes, numbers. Never a name, a NIR or a free text."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Detail: TypeAlias = "bool | int | str | Sequence[Detail] | Mapping[str, Detail] | None"

_CODE = re.compile(r"[0-9A-Za-z_.:+/=-]{0,128}")
_NIR = re.compile(r"[1-8]\d{4}[0-9AB]{2}\d{6}(\d{2})?", re.ASCII | re.IGNORECASE)
_FICHE = re.compile(r"[0-9A-Z]{8}", re.ASCII)


class NotACode(ValueError):
    """Something else than a code where the journal wants codes. Says where, never what."""


def check_detail(detail: Mapping[str, Detail]) -> None:
    """Raises ``NotACode`` when a value, at any depth, is not a code, a whole number, a boolean or nothing."""
    _check(detail, "detail")


def check_fiches(fiches: Sequence[str]) -> None:
    """Raises ``NotACode`` when one is not shaped like a stored record number ("K7M42QXD")."""
    if not all(map(_FICHE.fullmatch, fiches)):
        raise NotACode("fiches")


def _check(value: Detail, where: str) -> None:
    if isinstance(value, str):
        if not _CODE.fullmatch(value) or _NIR.fullmatch(value):
            raise NotACode(where)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check(key, where)
            _check(item, key)
    elif isinstance(value, Sequence):
        for item in value:
            _check(item, where)
    elif value is not None and not isinstance(value, int):
        raise NotACode(where)
