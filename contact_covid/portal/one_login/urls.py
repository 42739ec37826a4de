from django.urls import path

from contact_covid.portal.one_login import views

urlpatterns = [
    path("premiere-connexion/", views.window, name="step_one_login"),
    path("premiere-connexion/identifiants/", views.choose_login, name="one_login_choose"),
    path("premiere-connexion/validation/", views.wait, name="one_login_wait"),
    # Where a mail's link was cut: the same page as one that is over.
    path("premiere-connexion/adresse/", views.confirm_address, {"token": ""}, name="one_login_confirm"),
    path("premiere-connexion/adresse/<str:token>/", views.confirm_address),
    path("premiere-connexion/validee/", views.confirmed, name="one_login_confirmed"),
]
