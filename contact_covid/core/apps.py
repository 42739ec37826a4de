from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "contact_covid.core"
    label = "core"
