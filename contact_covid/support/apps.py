from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "contact_covid.support"
    label = "support"
