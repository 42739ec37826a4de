from django.urls import path

from contact_covid.portal.support import views

urlpatterns = [
    path("contact-covid/appels/<uuid:lease>/aide/", views.of_call, name="call_support"),
    path("contact-covid/mes-fiches/<uuid:fiche>/aide/", views.of_own, name="own_support"),
    path("contact-covid/aide/", views.board, name="support"),
    path("contact-covid/aide/<uuid:asked>/", views.answer, name="support_request"),
]
