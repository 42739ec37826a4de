from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "contact_covid.portal"
    label = "portal"
