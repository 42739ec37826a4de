from django.urls import path

from contact_covid.portal.account import changes, views

urlpatterns = [
    path("compte/", views.information, name="account"),
    path("compte/connexion-et-securite/", views.security, name="account_security"),
    path("compte/parametres/", views.preferences, name="account_preferences"),
    path("compte/evenements/", views.events, name="account_events"),
    path("compte/adresse-email/", changes.email, name="account_email"),
    path("compte/adresse-email/<str:token>/", changes.confirm, name="account_email_confirm"),
    path("compte/mot-de-passe/", changes.password, name="account_password"),
    path("compte/sessions/<uuid:session>/", changes.close, name="account_session"),
    path("compte/erreur/", changes.report, name="account_report"),
]
