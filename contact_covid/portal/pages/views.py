"""Pages that say the same thing to everybody, and the two probes."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contact_covid.operations.queries import readiness
from contact_covid.portal.access import PortalRequest, public, who_is_there

OFFLINE = "offline"


@public
@require_safe
def static_page(request: PortalRequest, name: str) -> HttpResponse:
    if name != OFFLINE:  # which browsers keep: it says the same thing to everybody
        who_is_there(request)
    return render(request, f"pages/{name}.html", {"retention_months": settings.RETENTION_MONTHS})


@public
@require_safe
def configuration(request: PortalRequest) -> HttpResponse:
    who_is_there(request)  # whoever comes from her account finds the way back in the frame
    return render(request, "pages/configuration.html", {"software": settings.CARD_SOFTWARE})


@public
@require_safe
def healthz(_request: PortalRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@public
@require_safe
def readyz(request: PortalRequest) -> JsonResponse:
    """200 when everything the service needs is there, else 503; which check failed, never why."""
    report = readiness(request.now)
    return JsonResponse({"status": report.status, "checks": report.checks}, status=200 if report.ready else 503)
