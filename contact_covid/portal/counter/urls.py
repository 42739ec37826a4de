from django.urls import path

from contact_covid.portal.counter import views

urlpatterns = [
    path("contact-covid/", views.first_screen, name="contact_covid"),
    path("contact-covid/recherche/", views.search, name="search"),
    path("contact-covid/recherche/<uuid:lookup>/", views.found, name="found"),
    path("contact-covid/fiche/<uuid:fiche>/", views.fiche, name="fiche"),
    path("contact-covid/fiche/<uuid:fiche>/modifier/", views.edit, name="edit"),
]
