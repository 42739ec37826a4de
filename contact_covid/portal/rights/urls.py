from django.urls import path

from contact_covid.portal.rights import answers, views

urlpatterns = [
    path("", views.requests, name="rights"),
    path("nouvelle/", views.new, name="new_rights_request"),
    path("<uuid:asked>/", views.request_page, name="rights_request"),
    path("<uuid:asked>/identite/", views.identity, name="rights_identity"),
    path("<uuid:asked>/personne/", views.person, name="rights_person"),
    path("<uuid:asked>/dossier/", answers.download, name="rights_file"),
    path("<uuid:asked>/rectifier/<uuid:fiche>/", answers.rectify, name="rights_rectify"),
    path("<uuid:asked>/repondre/", answers.answer, name="rights_answer"),
    path("<uuid:asked>/refuser/", answers.refuse_request, name="rights_refuse"),
]
