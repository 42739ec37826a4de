"""« amelipro connect »: the portal as an application that a browser installs. Its shell is kept, no page with data.

Manifest: https://www.w3.org/TR/appmanifest/. Worker: https://www.w3.org/TR/service-workers/.
"""

from hashlib import sha256

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contact_covid.portal.access import PortalRequest, public
from contact_covid.portal.paths import url

SHELL = ("portal/ui.css", "portal/ui.js", "portal/kept.js", "portal/icons.svg", "portal/icon.svg")
"""The static files of the offline page; each has the hash of its content in its address once collected."""

_ICONS = (("portal/icon-192.png", "192x192", "any"), ("portal/icon-512.png", "512x512", "any"))
_MASKED = (("portal/icon-mask-512.png", "512x512", "maskable"),)


@public
@require_safe
def manifest(_request: PortalRequest) -> JsonResponse:
    icons = [
        {"src": staticfiles_storage.url(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for path, sizes, purpose in _ICONS + _MASKED
    ]
    described = {
        "id": "/",
        "name": f"{settings.BRAND} connect",
        "short_name": settings.BRAND,
        "description": "Espace des professionnels de santé",
        "lang": "fr",
        "start_url": url("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f8f9",
        "theme_color": "#00516d",
        "icons": icons,
    }
    return JsonResponse(described, content_type="application/manifest+json")


@public
@require_safe
def service_worker(request: PortalRequest) -> HttpResponse:
    """At the root of the portal, since a worker serves what lies beneath its own address."""
    files = [staticfiles_storage.url(path) for path in SHELL]
    version = sha256("\n".join(files).encode()).hexdigest()[:12]
    values = {"shell_files": files, "offline": url("offline"), "version": version}
    return render(request, "pages/service_worker.js", values, content_type="text/javascript; charset=utf-8")
