"""A form whose answer does not come waits in its browser, sealed (``kept.js``).

The key is made here for one account, at one place, on one device; it is in the pages only, and is gone with the
log-out. Why: docs/adr/kept-until-the-network-returns.md.
"""

import hmac
import secrets
from base64 import b64encode
from http import HTTPStatus
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from contact_covid.access.actor import Actor

HEADER = "X-Kept"
"""Whose seal the script of the page holds that sends the form."""
TO = "X-Location"
"""Where a form that was sent so leads: a script cannot read the address of a redirect without going there."""


class Seal(NamedTuple):
    """``owner``: the account and the place by a name of this device's; ``key``: AES-256, base64."""

    owner: str
    key: str


def seal_of(request: HttpRequest, actor: Actor) -> Seal | None:
    """The same as long as the device is not logged out, whatever sessions end meanwhile; None on one that was."""
    device = request.COOKIES.get(settings.KEPT_COOKIE_NAME)
    if not device or actor.account is None:
        return None
    place = actor.practice or actor.organisation
    whose = actor.account.bytes + (place.bytes if place else b"") + device.encode("utf-8", "surrogatepass")
    owner, key = (
        hmac.digest(settings.SECRET_KEY.encode(), b"kept\0" + use + b"\0" + whose, "sha256")
        for use in (b"owner", b"key")
    )
    return Seal(owner[:12].hex(), b64encode(key).decode())


def begin(request: HttpRequest, response: HttpResponseBase) -> None:
    """From a login on this device can keep; what waits on it already stays readable."""
    if not request.COOKIES.get(settings.KEPT_COOKIE_NAME):
        response.set_cookie(
            settings.KEPT_COOKIE_NAME,
            secrets.token_urlsafe(24),
            secure=bool(settings.PUBLIC_HOST),
            httponly=True,
            samesite="Lax",
        )


def end(response: HttpResponseBase) -> None:
    """What waits on this device cannot be opened any more, by anybody."""
    response.delete_cookie(settings.KEPT_COOKIE_NAME, samesite="Lax")


def is_anothers(request: HttpRequest, actor: Actor) -> bool:
    """Whether the form was typed by another account, or at another place, than who is there now."""
    owner = request.headers.get(HEADER)
    seal = seal_of(request, actor) if owner is not None else None
    return owner is not None and (seal is None or not hmac.compare_digest(seal.owner, owner))


def unwritten() -> HttpResponse:
    """The form goes on waiting: for who typed it to log in."""
    return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Session"})


def told(response: HttpResponseBase) -> None:
    """A redirect, in the shape that the script can read."""
    if "Location" in response.headers:
        response.status_code = HTTPStatus.OK
        response.headers[TO] = response.headers["Location"]
        del response.headers["Location"]
