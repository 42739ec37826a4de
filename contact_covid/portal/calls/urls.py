from django.urls import path

from contact_covid.portal.calls import area, beside, views

urlpatterns = [
    path("contact-covid/appels/", area.area, name="calls"),
    path("contact-covid/appels/suivant/", area.following, name="next_call"),
    path("contact-covid/appels/fiche/", area.person, name="call_person"),
    path("contact-covid/appels/appelant/", area.caller, name="caller"),
    path("contact-covid/appels/<uuid:lease>/", views.call, name="call"),
    path("contact-covid/appels/<uuid:lease>/contact/", beside.contact, name="call_contact"),
    path("contact-covid/appels/<uuid:lease>/corriger/", beside.correct, name="call_correct"),
    path("contact-covid/appels/<uuid:lease>/garder/", views.keep, name="call_keep"),
    path("contact-covid/appels/<uuid:lease>/rendre/", views.give_back, name="call_give_back"),
]
