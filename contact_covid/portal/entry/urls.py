from django.urls import path

from contact_covid.portal.entry import views

urlpatterns = [
    path("", views.front_door, name="front_door"),
    path("connexion/", views.login, name="login"),
    path("deconnexion/", views.logout, name="logout"),
    path("accueil/", views.home, name="home"),
    path("accueil/bienvenue/", views.welcomed, name="welcomed"),
    path("session/prolonger/", views.extend, name="session_extend"),
]
