from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "contact_covid.accounts"
    label = "accounts"

    def ready(self) -> None:
        from contact_covid.accounts import checks  # noqa: F401 - registers them
