from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("contact_covid.portal.urls"))]

handler400 = "contact_covid.portal.errors.bad_request"
handler403 = "contact_covid.portal.errors.forbidden"
handler404 = "contact_covid.portal.errors.not_found"
handler500 = "contact_covid.portal.errors.server_error"
