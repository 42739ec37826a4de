from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "contact_covid.worklist"
    label = "worklist"
