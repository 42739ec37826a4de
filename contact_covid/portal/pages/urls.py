from django.conf import settings
from django.urls import URLPattern, path

from contact_covid.portal.pages import connect, gallery, views

urlpatterns: list[URLPattern] = [
    path("aide/", views.static_page, {"name": "help"}, name="help"),
    path("configuration/", views.configuration, name="configuration"),
    path("a-propos/", views.static_page, {"name": "about"}, name="about"),
    path("mentions-legales/", views.static_page, {"name": "legal"}, name="legal"),
    path("cgu/", views.static_page, {"name": "terms"}, name="terms"),
    path("accessibilite/", views.static_page, {"name": "accessibility"}, name="accessibility"),
    path("hors-ligne/", views.static_page, {"name": "offline"}, name="offline"),
    path("connect.webmanifest", connect.manifest, name="manifest"),
    path("service-worker.js", connect.service_worker, name="service_worker"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("galerie/", gallery.gallery, name="gallery"))
