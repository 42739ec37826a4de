from django.urls import path

from contact_covid.portal.invitation import views

urlpatterns = [
    path("invitation/acceptee/", views.accepted, name="invitation_accepted"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
