from django.urls import path

from contact_covid.portal.declare import certificates, corrections, own, stays, views

urlpatterns = [
    path("contact-covid/declarer/", views.declare, name="declare"),
    path("contact-covid/declarer/<uuid:draft>/", views.correct, name="declare_index"),
    path("contact-covid/declarer/<uuid:draft>/contact/", views.contact, name="declare_contact"),
    path("contact-covid/declarer/<uuid:draft>/contact/<uuid:contact>/", views.correct_contact, name="declared_contact"),
    path(
        "contact-covid/declarer/<uuid:draft>/contact/<uuid:contact>/retirer/", views.remove, name="declared_contact_out"
    ),
    path("contact-covid/declarer/<uuid:draft>/lieux/", stays.places, name="declare_places"),
    path("contact-covid/declarer/<uuid:draft>/lieux/<uuid:stay>/", stays.correct_place, name="declare_place"),
    path(
        "contact-covid/declarer/<uuid:draft>/lieux/<uuid:stay>/retirer/", stays.remove_place, name="declare_place_out"
    ),
    path("contact-covid/declarer/<uuid:draft>/verifier/", views.verify, name="declare_verify"),
    path("contact-covid/declarer/<uuid:draft>/abandonner/", views.discard, name="declare_discard"),
    path("contact-covid/mes-fiches/", own.fiches, name="own_fiches"),
    path("contact-covid/mes-fiches/<uuid:fiche>/", own.fiche, name="own_fiche"),
    path("contact-covid/mes-fiches/<uuid:fiche>/contact/", own.add, name="own_contact"),
    path("contact-covid/mes-fiches/<uuid:fiche>/lieux/", stays.own_places, name="own_places"),
    path("contact-covid/mes-fiches/<uuid:fiche>/lieux/<uuid:stay>/", stays.correct_own_place, name="own_place"),
    path(
        "contact-covid/mes-fiches/<uuid:fiche>/lieux/<uuid:stay>/retirer/", stays.remove_own_place, name="own_place_out"
    ),
    path("contact-covid/mes-fiches/<uuid:fiche>/corriger/", corrections.correct, name="own_correct"),
    path("contact-covid/mes-fiches/<uuid:fiche>/corriger/<uuid:index>/", corrections.correct, name="own_exposure"),
    path("contact-covid/mes-fiches/<uuid:fiche>/appel/", corrections.call, name="own_call"),
    path("contact-covid/mes-fiches/<uuid:fiche>/lettre/", certificates.letter, name="own_letter"),
    path("document/<str:code>/", certificates.verify, name="certificate"),
    path("contact-covid/mes-fiches/<uuid:fiche>/annuler/", own.cancel, name="own_cancel"),
]
