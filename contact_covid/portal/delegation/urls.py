from django.urls import path

from contact_covid.portal.delegation import views

urlpatterns = [
    path("mes-delegations/", views.delegations, name="delegations"),
    path("mes-delegations/<uuid:invitation>/renvoyer/", views.send_again, name="delegation_send_again"),
    path("mes-delegations/<uuid:invitation>/terminer/", views.end, name="delegation_end"),
]
