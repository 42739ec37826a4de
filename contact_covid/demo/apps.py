from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "contact_covid.demo"
    label = "demo"
