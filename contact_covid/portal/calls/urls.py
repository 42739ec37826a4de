from django.urls import path

from contact_covid.portal.calls import area, beside, filtering, messages, stays, views

urlpatterns = [
    path("", area.area, name="calls"),
    path("filtre/", filtering.filter_, name="calls_filter"),
    path("suivant/", area.following, name="next_call"),
    path("fiche/", area.person, name="call_person"),
    path("appelant/", area.caller, name="caller"),
    path("<uuid:lease>/", views.call, name="call"),
    path("<uuid:lease>/contact/", beside.contact, name="call_contact"),
    path("<uuid:lease>/lieux/", stays.places, name="call_places"),
    path("<uuid:lease>/lieux/<uuid:stay>/", stays.correct_place, name="call_place"),
    path("<uuid:lease>/lieux/<uuid:stay>/retirer/", stays.remove_place, name="call_place_out"),
    path("<uuid:lease>/corriger/", beside.correct, name="call_correct"),
    path("<uuid:lease>/messages/", messages.messages, name="call_messages"),
    path("<uuid:lease>/lien/", messages.link, name="call_link"),
    path("<uuid:lease>/garder/", views.keep, name="call_keep"),
    path("<uuid:lease>/rendre/", views.give_back, name="call_give_back"),
]
