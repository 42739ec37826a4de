from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "contact_covid.retention"
    label = "retention"
