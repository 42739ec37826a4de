from django.urls import path

from contact_covid.portal.follow import declaring, support, views

urlpatterns = [
    path("", views.home, name="follow"),
    path("lu/", views.read, name="follow_read"),
    path("symptomes/", views.diary, name="follow_diary"),
    path("contacts/", declaring.contacts, name="follow_contacts"),
    path("personne/", declaring.nobody, name="follow_nobody"),
    path("lieux/", declaring.places, name="follow_places"),
    path("rappel/", views.call, name="follow_call"),
    path("lettre/", views.letter, name="follow_letter"),
    path("aide/", support.ask, name="follow_support"),
    path("aide/retirer/", support.take_back, name="follow_support_back"),
    path("droits/", views.rights, name="follow_rights"),
    path("messages/", views.messages, name="follow_messages"),
    path("langue/", views.language, name="follow_language"),
    path("quitter/", views.leave, name="follow_leave"),
    path("<str:token>/", views.link, name="follow_link"),
]
