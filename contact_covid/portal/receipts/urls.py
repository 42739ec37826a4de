from django.urls import path

from contact_covid.portal.receipts import views

urlpatterns = [path("messages/recus/", views.receipts, name="receipts")]
