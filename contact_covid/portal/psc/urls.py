from django.conf import settings
from django.urls import URLPattern, path

from contact_covid.portal.psc import views

urlpatterns: list[URLPattern] = []
if settings.PSC_ISSUER:
    urlpatterns += [
        path("connexion/pro-sante-connect/", views.leave_for_psc, name="psc_login"),
        path("connexion/pro-sante-connect/retour/", views.back_from_psc, name="psc_return"),
        path("connexion/pro-sante-connect/sans-suite/", views.stopped, name="psc_stopped"),
    ]
