from django.conf import settings
from django.urls import URLPattern, path

from contact_covid.portal.demo_psc import views

urlpatterns: list[URLPattern] = []
if settings.PSC_DEMO:
    urlpatterns += [
        path("demo/psc/.well-known/openid-configuration", views.discovery, name="demo_psc"),
        path("demo/psc/cles/", views.keys, name="demo_psc_keys"),
        path("demo/psc/choisir/", views.choose, name="demo_psc_choose"),
        path("demo/psc/jeton/", views.token, name="demo_psc_token"),
        path("demo/psc/identite/", views.identity, name="demo_psc_identity"),
        path("demo/psc/fin/", views.end, name="demo_psc_end"),
    ]
