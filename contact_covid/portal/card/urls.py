from django.conf import settings
from django.urls import URLPattern, path

from contact_covid.portal.card import creation, views
from contact_covid.portal.card.addresses import REFUSAL, RETURN

urlpatterns: list[URLPattern] = []
if settings.CARD_URL:
    urlpatterns = [
        path("connexion/carte/", views.ask, name="card_login"),
        path(f"{RETURN}<str:ticket>/", views.come_back, name="card_return"),
        path(f"{REFUSAL}<slug:reason>/", views.refused, name="card_refused"),
        path("compte/creer/carte/", creation.invitation, name="card_creation"),
    ]
