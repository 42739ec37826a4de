"""What every page needs and nothing else: the time, who is there, headers, and a clean page when something fails."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from contact_covid.portal import errors, kept
from contact_covid.portal.access import PortalRequest, is_marked

# Logging out is a form that leads on to Pro Santé Connect, where the session ends too.
FORM_ACTION = " ".join(filter(None, ["'self'", "/".join(settings.PSC_ISSUER.split("/")[:3])]))
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"form-action {FORM_ACTION}; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Set on every page. Static files have their own (``static_files``) and are served before this middleware."""

YEAR_SECONDS = 31_536_000
HSTS = {"Strict-Transport-Security": f"max-age={YEAR_SECONDS}; includeSubDomains"}

UTF_8 = ("utf-8", "utf8")


class PortalMiddleware:
    """The only middleware of ours. ``request.now`` and ``request.session_info`` come from here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._headers = HEADERS | (HSTS if settings.PUBLIC_HOST else {})

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        portal_request = cast(PortalRequest, request)
        portal_request.now = timezone.now()
        portal_request.session_info = None
        # Django would look the encoding up while it reads the parts of a form, and fail on an odd one.
        odd = request.encoding is not None and request.encoding.lower() not in UTF_8
        response = errors.page(request, 400) if odd else self._get_response(request)
        if response.status_code == 405 and isinstance(response, HttpResponse) and not response.content:
            response = _with_page(request, response)
        if kept.HEADER in request.headers:
            kept.told(response)
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        if isinstance(response, HttpResponse):
            # Without it the server sends the page in chunks: a system call and a packet more.
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """A view without mark answers nobody (the checks refuse it before it gets here)."""
        return None if is_marked(view) else errors.forbidden(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """The page for what a view let through; None leaves it to Django (404, 400, 500)."""
        return errors.for_exception(request, exception)


def _with_page(request: HttpRequest, bare: HttpResponse) -> HttpResponse:
    response = errors.page(request, 405)
    response["Allow"] = bare["Allow"]
    return response
