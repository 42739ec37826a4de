from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "contact_covid.tracing"
    label = "tracing"
