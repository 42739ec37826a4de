from django.urls import path

from contact_covid.portal.counter import edit, views

urlpatterns = [
    path("contact-covid/", views.first_screen, name="contact_covid"),
    path("contact-covid/recherche/", views.search, name="search"),
    path("contact-covid/recherche/<uuid:lookup>/", views.found, name="found"),
    path("contact-covid/fiche/<uuid:fiche>/", views.fiche, name="fiche"),
    path("contact-covid/fiche/<uuid:fiche>/modifier/", edit.edit, name="edit"),
    path("contact-covid/fiche/<uuid:fiche>/prelevement/<uuid:sampling>/", edit.sampling, name="sampling"),
    path("contact-covid/mes-delivrances/", views.deliveries, name="deliveries"),
    path("contact-covid/mes-delivrances/<uuid:fiche>/", edit.delivery, name="delivery"),
]
