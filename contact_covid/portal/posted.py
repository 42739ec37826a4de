"""What a form carries beside its fields, and the day it was sent: one reading of each for every page."""

import secrets
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from contact_covid.core.dates import day_of
from contact_covid.core.rules.text import clean_line
from contact_covid.portal.access import PortalRequest

_LONGEST_VERSION = 9


def today_of(request: PortalRequest) -> date:
    """The day of the request, by the calendar of Paris."""
    return day_of(request.now)


def key_of(request: PortalRequest) -> str:
    """The idempotency key that the form carried, or a new one."""
    return clean_line(request.POST.get("idempotency_key", "")) or secrets.token_urlsafe(16)


def version_in(text: str) -> int:
    """The version that is written there; 0, which is stale, when none can be read."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_VERSION else 0


def version_shown(request: PortalRequest) -> int:
    """The version of what the page showed; 0, which is stale, when the form does not say it."""
    return version_in(request.POST.get("version", ""))


def version_of(request: PortalRequest) -> int | None:
    """The same for an act that asks for none: None when the form does not say it."""
    return version_shown(request) if request.POST.get("version") else None


def id_of(text: str) -> UUID | None:
    """The id that is written there, None when there is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def ids_in(texts: Iterable[str]) -> list[UUID]:
    """The ids among what was ticked, in that order, each once; what is none is left out."""
    return list(dict.fromkeys(found for text in texts if (found := id_of(text))))
