from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "contact_covid.operations"
    label = "operations"
