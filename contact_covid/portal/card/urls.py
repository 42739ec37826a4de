from django.conf import settings
from django.urls import URLPattern, path

from contact_covid.portal.card import creation, views
from contact_covid.portal.card.addresses import REFUSAL, RETURN

urlpatterns: list[URLPattern] = [
    path("creation-de-compte/valider/<str:token>/", creation.confirm, name="enrolment_confirm"),
]
if settings.CARD_URL:
    urlpatterns += [
        path("connexion/carte/", views.ask, name="card_login"),
        path(f"{RETURN}<str:ticket>/", views.come_back, name="card_return"),
        path(f"{REFUSAL}<slug:reason>/", views.refused, name="card_refused"),
        path("creation-de-compte/carte/", creation.invitation, name="card_creation"),
        path("creation-de-compte/carte/formulaire/", creation.form, name="card_creation_form"),
        path("creation-de-compte/carte/demande/", creation.requested, name="card_creation_requested"),
    ]
