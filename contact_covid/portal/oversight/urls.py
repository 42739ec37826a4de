from django.urls import path

from contact_covid.portal.oversight import views

urlpatterns = [
    path("contact-covid/alertes/", views.alerts, name="alerts"),
    path("contact-covid/alertes/<uuid:alert>/lever/", views.lift, name="lift_suspension"),
]
