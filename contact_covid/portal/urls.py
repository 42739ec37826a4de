from django.urls import URLPattern, URLResolver, include, path

# Tried in this order: the busiest pages first.
urlpatterns: list[URLPattern | URLResolver] = [
    path("contact-covid/appels/", include("contact_covid.portal.calls.urls")),
    path("", include("contact_covid.portal.counter.urls")),
    path("", include("contact_covid.portal.entry.urls")),
    path("", include("contact_covid.portal.practices.urls")),
    path("", include("contact_covid.portal.password.urls")),
    path("", include("contact_covid.portal.one_login.urls")),
    path("", include("contact_covid.portal.card.urls")),
    path("", include("contact_covid.portal.psc.urls")),
    path("", include("contact_covid.portal.second_factor.urls")),
    path("", include("contact_covid.portal.addresses.urls")),
    path("compte/creer/", include("contact_covid.portal.creation.urls")),
    path("", include("contact_covid.portal.declare.urls")),
    path("", include("contact_covid.portal.account.urls")),
    path("", include("contact_covid.portal.pages.urls")),
    path("contact-covid/doublons/", include("contact_covid.portal.doubles.urls")),
    path("contact-covid/demandes/", include("contact_covid.portal.rights.urls")),
    path("", include("contact_covid.portal.oversight.urls")),
    path("", include("contact_covid.portal.invitation.urls")),
    path("", include("contact_covid.portal.new_password.urls")),
    path("", include("contact_covid.portal.delegation.urls")),
    path("", include("contact_covid.portal.staff.urls")),
    path("", include("contact_covid.portal.mailbox.urls")),
    path("", include("contact_covid.portal.demo_psc.urls")),
]
