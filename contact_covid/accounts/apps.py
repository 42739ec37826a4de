from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "contact_covid.accounts"
    label = "accounts"
