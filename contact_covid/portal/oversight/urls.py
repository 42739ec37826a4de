from django.urls import path

from contact_covid.portal.oversight import views

urlpatterns = [
    path("contact-covid/alertes/", views.alerts, name="alerts"),
]
