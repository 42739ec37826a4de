"""What the pages of the second factor show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from markupsafe import Markup

from contact_covid.accounts.factors import rules
from contact_covid.accounts.factors.enums import FactorKind
from contact_covid.accounts.factors.models import Factor
from contact_covid.accounts.factors.queries import Methods
from contact_covid.core.dates import datetime_fr

QUIET_ZONE = 4


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A line of the list."""

    id: UUID
    name: str
    kind: str
    added: str
    used: str


def row_of(factor: Factor) -> FactorRow:
    used = datetime_fr(factor.used_at) if factor.used_at else "jamais"
    return FactorRow(factor.id, factor.name, FactorKind(factor.kind).label, datetime_fr(factor.created_at), used)


def masked(email: str) -> str:
    """« c•••@example.org »: enough to know which box to open, not to learn the address."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}"


def code_hint(methods: Methods) -> str:
    """Which codes the page takes: « Le code affiché par votre application, reçu par e-mail ou de secours »."""
    known = {
        "affiché par votre application": methods.totp,
        "reçu par e-mail": bool(methods.email),
        "de secours": bool(methods.recovery),
    }
    *first, last = [words for words, has in known.items() if has] or [""]
    return f"Le code {', '.join(first)} ou {last}" if first else f"Le code {last}"


def application(secret: bytes, holder: str) -> dict[str, Any]:
    """The square code and the text that an application takes."""
    uri = rules.provisioning_uri(secret, brand=settings.BRAND, holder=holder)
    return {"square": square_code(uri), "secret": rules.spelled(secret)}


def square_code(text: str) -> Markup:
    """A QR code as an SVG: one line for each run of dark squares, under 6 kB."""
    rows = list(segno.make(text, error="l").matrix_iter(border=QUIET_ZONE))
    lines = "".join(f"M{start} {y}.5h{length}" for y, row in enumerate(rows) for start, length in _dark_runs(row))
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}"><path fill="#fff" stroke="none" d="M0 0h{0}v{0}H0z"/>'
        '<path stroke="#000" stroke-width="1" stroke-linecap="butt" d="{1}"/></svg>'
    ).format(len(rows), lines)


def _dark_runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """(start, length) of the dark squares that touch."""
    start = 0
    for is_dark, run in groupby(row, bool):
        length = len(list(run))
        if is_dark:
            yield start, length
        start += length
