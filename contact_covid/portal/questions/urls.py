from django.urls import path

from contact_covid.portal.questions import views

urlpatterns = [
    path("contact-covid/appels/<uuid:lease>/questions/", views.of_call, name="call_questions"),
    path("contact-covid/mes-fiches/<uuid:fiche>/questions/", views.of_own, name="own_questions"),
]
