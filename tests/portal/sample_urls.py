"""A portal with views that fail in every way, for the tests of the frame around them."""

from typing import cast

from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import include, path
from django.views.decorators.http import require_POST

from config.urls import handler400, handler403, handler404, handler500
from contact_covid.access.enums import Permission
from contact_covid.access.policy import Denied
from contact_covid.people.actions import LookupsRefused
from contact_covid.people.enums import AlertKind
from contact_covid.portal.access import PortalRequest, SignedInRequest, public, requires
from contact_covid.tracing.queries import FicheNotFound

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

FAILURES: dict[str, Exception] = {
    "database": OperationalError("the server closed the connection"),
    "denied": Denied(Permission.ALERTS_READ),
    "absent": FicheNotFound(),
    "django-absent": Http404("no such object"),
    "hostile": SuspiciousOperation("bad"),
    "quota": LookupsRefused(AlertKind.STOPPED),
    "misses": LookupsRefused(AlertKind.SUSPENDED),
    "bug": RuntimeError("planted-secret"),
}


@public
def failing(_request: PortalRequest, how: str) -> HttpResponse:
    raise FAILURES[how]


@requires(Permission.PORTAL_USE)
def whoami(request: SignedInRequest) -> HttpResponse:
    return render(request, "pages/about.html")


@requires(Permission.ALERTS_READ)
def officers_only(_request: SignedInRequest) -> HttpResponse:
    return HttpResponse("alerts")


@public
def login(_request: PortalRequest) -> HttpResponse:
    return HttpResponse("login")


@public
def form(request: PortalRequest) -> HttpResponse:
    template = cast(Jinja2, engines["jinja2"]).from_string("{{ csrf_input }}{{ csrf_input }}")
    return HttpResponse(template.render({}, request))


@public
@require_POST
def only_post(_request: PortalRequest) -> HttpResponse:
    return HttpResponse("posted")


def unmarked(_request: PortalRequest) -> HttpResponse:
    return HttpResponse("open to all")


urlpatterns = [
    path("panne/<str:how>/", failing),
    path("moi/", whoami),
    path("alertes/", officers_only),
    path("entrer/", login, name="login"),
    path("formulaire/", form),
    path("envoyer/", only_post),
    path("oubliee/", unmarked),
    path("", include("contact_covid.portal.pages.urls")),
]
