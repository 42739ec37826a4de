from django.urls import path

from contact_covid.portal.oversight import journal_views, views

urlpatterns = [
    path("contact-covid/journal/", journal_views.search, name="journal"),
    path("contact-covid/journal/lignes/", journal_views.rows, name="journal_rows"),
    path("contact-covid/journal/fiche/<str:number>/", journal_views.fiche, name="journal_fiche"),
    path("contact-covid/journal/export/", journal_views.export, name="journal_export"),
    path("contact-covid/alertes/", views.alerts, name="alerts"),
    path("contact-covid/alertes/<uuid:alert>/lever/", views.lift, name="lift_suspension"),
]
