from django.urls import path

from contact_covid.portal.new_password import views

urlpatterns = [path("mot-de-passe-expire/", views.new_password, name="step_new_password")]
