from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "contact_covid.people"
    label = "people"
