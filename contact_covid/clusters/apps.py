from django.apps import AppConfig


class ClustersConfig(AppConfig):
    name = "contact_covid.clusters"
    label = "clusters"
