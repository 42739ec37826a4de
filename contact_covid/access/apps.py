from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "contact_covid.access"
    label = "access"
