from django.urls import path

from contact_covid.portal.health import views

urlpatterns = [
    path("contact-covid/appels/<uuid:lease>/sante/", views.of_call, name="call_health"),
    path("contact-covid/appels/<uuid:lease>/positif/", views.positive, name="call_positive"),
    path("contact-covid/mes-fiches/<uuid:fiche>/sante/", views.of_own, name="own_health"),
]
