"""The mark every view carries: public, or the permission it asks for. A view without mark answers nobody."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST

from contact_covid.access.enums import Permission
from contact_covid.access.policy import POLICY, allows, second_factor_opens
from contact_covid.accounts.actions.notices import tell_of_login
from contact_covid.accounts.actions.sessions import touch
from contact_covid.accounts.enums import Step
from contact_covid.accounts.queries import OpenSession, session_for
from contact_covid.portal import errors, kept

P = ParamSpec("P")
F = TypeVar("F", bound=Callable[..., HttpResponseBase])


class PortalRequest(HttpRequest):
    """A request as the middleware hands it on. ``now`` is the one time of the whole request."""

    now: datetime
    session_info: OpenSession | None


class SignedInRequest(PortalRequest):
    """A request behind ``requires``: somebody is there."""

    session_info: OpenSession


PublicView = Callable[Concatenate[PortalRequest, P], HttpResponseBase]
MarkedView = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def public(view: PublicView[P]) -> View[P]:
    """Marks a view open to everybody. It costs no query: it asks ``who_is_there`` itself if it wants to know."""
    cast(Any, view).is_public = True
    return cast(View[P], view)


def requires(permission: Permission, *, during: Collection[Step] = ()) -> Callable[[MarkedView[P]], View[P]]:
    """Marks a view with the permission it asks for and enforces it.

    Nobody signed in: to the login page, which leads back to this path. A step still to go through: to its page, unless
    the view belongs to it (``during``). Allowed after a second factor: to its page. Not allowed: the 403 page, which
    says so when a surer login would do.
    """

    def mark(view: MarkedView[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            portal_request = cast(PortalRequest, request)
            session = who_is_there(portal_request)
            if session is None:
                return to_login(request)
            if session.steps and session.steps[0] not in during:
                return to_step(session.steps[0], request)
            if not allows(session.actor, permission):
                if second_factor_opens(session.actor, permission):
                    return to_second_factor(request)
                may_otherwise = session.actor.role in POLICY[permission]
                return errors.too_weak(request) if may_otherwise else errors.forbidden(request)
            if kept.is_anothers(request, session.actor):
                return kept.unwritten()
            return view(cast(SignedInRequest, request), *args, **kwargs)

        cast(Any, guarded).permission = permission
        return guarded

    return mark


def sent_only(view: F) -> F:
    """``require_POST``, which says so: no way back leads to this address."""
    guarded = require_POST(view)
    cast(Any, guarded).is_sent_only = True
    return guarded


def who_is_there(request: PortalRequest) -> OpenSession | None:
    """The open session of the request's cookie, or None.

    One query the first time, none without a cookie; at most once a minute a write that notes the use.
    """
    if request.session_info is None:
        token = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        session = session_for(token, request.now) if token else None
        if session is not None:
            request.session_info = touch(session=session, now=request.now)
    return request.session_info


def account_of(request: SignedInRequest) -> UUID:
    """The account that is logged in."""
    account = request.session_info.actor.account
    assert account is not None  # a session is of an account
    return account


def to_login(request: HttpRequest) -> HttpResponse:
    """The redirect that asks who is there and comes back to the same path; a form that was not written is told so."""
    return _aside("login", request)


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """The same for who has to prove more than her password."""
    return _aside(f"step_{Step.SECOND_FACTOR}", request)


def to_step(step: Step, request: HttpRequest) -> HttpResponse:
    """The page of a step of the login, which leads back to where one was going; but one login ends by a mail."""
    return _aside(f"step_{step}", request, leads_back=step is not Step.ONE_LOGIN)


def _aside(page: str, request: HttpRequest, *, leads_back: bool = True) -> HttpResponse:
    if kept.HEADER in request.headers:
        return kept.unwritten()
    if not leads_back:
        return HttpResponseRedirect(reverse(page))
    lost = {"perdue": "1"} if request.method == "POST" else {}
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'suite': _back_to(request), **lost})}")


def _back_to(request: HttpRequest) -> str:
    """This page; for a form, the page it was on, which is not always the address that it is sent to."""
    if request.method != "POST":
        return request.path
    try:
        on = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return request.path
    return on.path if on.netloc == request.get_host() else request.path


def local_path(suite: str, default: str) -> str:
    """``suite`` when it is a path of this portal that shows a page, else ``default``: a login never leads to another
    site, nor to an address that forms only are sent to."""
    is_path = suite.startswith("/") and url_has_allowed_host_and_scheme(suite, allowed_hosts=None)
    return suite if is_path and not _is_sent_only(suite) else default


def _is_sent_only(path: str) -> bool:
    try:
        return hasattr(resolve(urlsplit(path).path).func, "is_sent_only")
    except Resolver404:
        return False


def remember(response: HttpResponseBase, token: str) -> None:
    """Sets the session cookie: gone with the browser, out of reach of scripts."""
    response.set_cookie(
        settings.SESSION_COOKIE_NAME, token, secure=bool(settings.PUBLIC_HOST), httponly=True, samesite="Lax"
    )


def arrive(request: PortalRequest, response: HttpResponseBase, token: str) -> None:
    """What every way in ends with: the cookie of the session, and the notice to its owner. Raises ``KeyMissing``."""
    remember(response, token)
    kept.begin(request, response)
    session = session_for(token, request.now)
    if session:
        tell_of_login(session=session, user_agent=request.headers.get("User-Agent", ""), now=request.now)


def forget(response: HttpResponseBase) -> None:
    """Removes the session cookie, and the key of what waits on the device."""
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
    kept.end(response)


def is_marked(view: Callable[..., Any]) -> bool:
    return hasattr(view, "is_public") or hasattr(view, "permission")


def views() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every (route, view) of the portal."""
    yield from _walk(get_resolver().url_patterns, "/")


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern.callback
