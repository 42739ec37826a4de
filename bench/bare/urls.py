from django.urls import path

from bench.bare.views import bare

urlpatterns = [path("<uuid:fiche>/", bare)]
