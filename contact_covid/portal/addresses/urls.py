from django.urls import path

from contact_covid.portal.addresses import views

urlpatterns = [
    path("communes/<str:postcode>/", views.communes, name="communes"),
]
