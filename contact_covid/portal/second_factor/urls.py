from django.urls import path

from contact_covid.portal.second_factor import factor_views, views

urlpatterns = [
    path("verification/", views.verify, name="step_second_factor"),
    path("verification/e-mail/", views.mail, name="mail_code"),
    path("verification/cle/", views.passkey, name="prove_by_passkey"),
    path("verification/cle/demande/", views.ask, name="ask_passkey"),
    path("compte/verification/", factor_views.factors, name="factors"),
    path("compte/verification/application/", factor_views.totp, name="add_totp"),
    path("compte/verification/cle/", factor_views.passkey, name="add_passkey"),
    path("compte/verification/cle/demande/", factor_views.begin_key, name="begin_passkey"),
    path("compte/verification/codes-de-secours/", factor_views.recovery, name="recovery_codes"),
    path("compte/verification/<uuid:factor>/", factor_views.one, name="factor"),
    path("compte/verification/<uuid:factor>/supprimer/", factor_views.delete, name="remove_factor"),
]
