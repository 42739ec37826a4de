from django.core.management.base import BaseCommand
from django.utils import timezone

from contact_covid.directory.actions import load_reference


class Command(BaseCommand):
    help = "Charge les régions, départements, communes, régimes, caisses et centres ; ne fait rien s'ils sont à jour."

    def handle(self, *_: object, **__: object) -> None:
        loaded = load_reference(now=timezone.now())
        self.stdout.write("Référentiel géographique chargé." if loaded else "Référentiel géographique à jour.")
