from django.urls import path

from contact_covid.portal.password import views

urlpatterns = [
    path("mot-de-passe/oublie/", views.forgotten, name="password_forgotten"),
    # Where a mail's link was cut: the same page as one that is over.
    path("mot-de-passe/nouveau/", views.choose, {"token": ""}, name="password_choose"),
    path("mot-de-passe/nouveau/<str:token>/", views.choose),
    path("mot-de-passe/modifie/", views.changed, name="password_changed"),
]
