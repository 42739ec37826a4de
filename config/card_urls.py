from django.urls import URLPattern, path, re_path

from contact_covid.portal.card import endpoint

urlpatterns: list[URLPattern] = [
    path("", endpoint.read, name="read_card"),
    re_path("", endpoint.elsewhere),
]
