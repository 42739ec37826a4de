from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "contact_covid.directory"
    label = "directory"
