from django.urls import path

from contact_covid.portal.previews import views

_ONE = "messages/modeles/<slug:template>/<slug:language>/"
urlpatterns = [
    path("messages/modeles/", views.previews, name="previews"),
    path(_ONE, views.preview, name="preview"),
    path(f"{_ONE}html/", views.html, name="preview_html"),
    path(f"{_ONE}lettre/", views.letter, name="preview_letter"),
]
