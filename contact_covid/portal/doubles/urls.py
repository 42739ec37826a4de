from django.urls import path

from contact_covid.portal.doubles import views

urlpatterns = [
    path("", views.doubles, name="doubles"),
    path("fiche/<uuid:fiche>/", views.lift, name="lift_doubt"),
    path("fusion/<uuid:merge>/", views.merge, name="merge"),
    path("<uuid:first>/<uuid:second>/", views.pair, name="pair"),
    path("<uuid:first>/<uuid:second>/distinctes/", views.apart, name="tell_apart"),
]
