from django.conf import settings
from django.urls import URLPattern, path

from contact_covid.portal.mailbox import views

urlpatterns: list[URLPattern] = []
if settings.DEMO:
    urlpatterns += [
        path("demo/messages/", views.mailbox, name="mailbox"),
        path("demo/messages/<uuid:message>/", views.message, name="mailbox_message"),
        path("demo/messages/<uuid:message>/html/", views.html, name="mailbox_html"),
        path("demo/messages/<uuid:message>/lettre/", views.letter, name="mailbox_letter"),
    ]
