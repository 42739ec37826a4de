"""``manage.py print_batch --out DIR``: the letters that wait in LETTERS_DIR, as batches for the printer."""

from argparse import ArgumentParser
from errno import errorcode
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contact_covid.messaging.channels.letter.batches import gather


class Command(BaseCommand):
    help = "Rassemble les lettres en attente en lots : un PDF et un index CSV par lot."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="dossier où l'imprimeur prend les lots")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        folder: Path | None = settings.LETTERS_DIR
        if folder is None:
            raise CommandError("LETTERS_DIR n'est pas défini : aucune lettre n'attend.")
        batches = 0
        try:
            for batch in gather(folder=folder, out=options["out"], now=timezone.now()):
                self.stdout.write(f"{batch.name} : {batch.letters} lettres, {batch.pages} pages.")
                batches += 1
        except OSError as error:
            raise CommandError(
                f"Lecture ou écriture impossible dans {folder} ou dans {options['out']} "
                f"({errorcode.get(error.errno or 0, 'EIO')}). Vérifiez que ces dossiers existent, qu'ils sont "
                "accessibles et que le disque n'est pas plein, puis relancez."
            ) from error
        if not batches:
            self.stdout.write("Aucune lettre en attente.")
