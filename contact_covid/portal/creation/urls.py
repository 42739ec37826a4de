from django.urls import path

from contact_covid.portal.creation import views

urlpatterns = [
    path("", views.number, name="create_account"),
    path("cle/", views.key, name="create_account_key"),
    path("courrier/", views.letter, name="create_account_letter"),
    path("courrier/demande/", views.letter_asked, name="create_account_letter_asked"),
    path("compte/", views.details, name="create_account_details"),
    path("mail/", views.mailed, name="create_account_mailed"),
    # Where a mail's link was cut: the same page as one that is over.
    path("valider/", views.confirm, {"token": ""}, name="create_account_confirm"),
    path("valider/<str:token>/", views.confirm),
    path("termine/", views.created, name="create_account_created"),
]
