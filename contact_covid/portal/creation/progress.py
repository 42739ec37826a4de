"""How far a creation is, between its pages: a signed cookie of the browser, no address and no row of the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpResponseBase

from contact_covid.accounts.enums import Route
from contact_covid.portal.access import PortalRequest

GOOD_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Progress:
    """``number``: AM or FINESS, as typed first. ``practice`` and ``route``: what was proved and how; ``enrolment``: the
    last one that was mailed."""

    number: str = ""
    route: Route | None = None
    practice: UUID | None = None
    enrolment: UUID | None = None


def progress_of(request: PortalRequest) -> Progress:
    """What the cookie tells, nothing once it is half an hour old."""
    try:
        told: Mapping[str, Any] = _signer().unsign_object(request.COOKIES.get(settings.CREATION_COOKIE_NAME, ""))
    except signing.BadSignature:
        return Progress()
    if request.now - datetime.fromtimestamp(told["at"], UTC) > GOOD_FOR:
        return Progress()
    practice, enrolment = (UUID(told[name]) if told[name] else None for name in ("practice", "enrolment"))
    return Progress(told["number"], Route(told["route"]) if told["route"] else None, practice, enrolment)


def keep(response: HttpResponseBase, progress: Progress, now: datetime) -> None:
    """Sets the cookie; its half hour begins again."""
    told = {
        "at": int(now.timestamp()),
        "number": progress.number,
        "route": progress.route,
        "practice": progress.practice.hex if progress.practice else None,
        "enrolment": progress.enrolment.hex if progress.enrolment else None,
    }
    response.set_cookie(
        settings.CREATION_COOKIE_NAME,
        _signer().sign_object(told),
        secure=bool(settings.PUBLIC_HOST),
        httponly=True,
        samesite="Lax",
    )


def drop(response: HttpResponseBase) -> None:
    response.delete_cookie(settings.CREATION_COOKIE_NAME, samesite="Lax")


def _signer() -> signing.Signer:
    return signing.Signer(salt="portal.creation")
