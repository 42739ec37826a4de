from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "contact_covid.messaging"
    label = "messaging"
