from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "contact_covid.journal"
    label = "journal"
