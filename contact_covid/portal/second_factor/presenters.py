"""What the pages of the second factor show."""

from dataclasses import dataclass
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

QR_SCALE = 5


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
    square = segno.make(uri, error="m").svg_inline(
        scale=QR_SCALE, border=2, light="#fff", lineclass=None, svgclass=None
    )
    return {"square": Markup(square), "secret": rules.spelled(secret)}  # noqa: S704 - drawn from modules, no text in it
