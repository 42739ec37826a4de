from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "contact_covid.portal"
    label = "portal"

    def ready(self) -> None:
        from contact_covid.portal import checks  # noqa: F401 - registers them
