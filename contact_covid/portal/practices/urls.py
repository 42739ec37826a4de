from django.urls import path

from contact_covid.portal.practices import views

urlpatterns = [
    path("structures/", views.practices, name="practices"),
]
