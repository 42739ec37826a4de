"""``manage.py write_search_keys``: fiches registered before a new kind of search key get theirs."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contact_covid.core.keyring import KeyDamaged
from contact_covid.people.key_actions import KeysWritten
from contact_covid.tracing.actions.search_keys import write_search_keys
from contact_covid.tracing.queries import fiches_after

_BEGINNING = UUID(int=0)
_MOST = 5_000


class Command(BaseCommand):
    help = "Ajoute aux fiches les clés de recherche qui leur manquent ; relancée, ne refait rien."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=UUID, default=_BEGINNING, help="reprendre après cette fiche (identifiant)")
        parser.add_argument("--batch", type=int, default=1_000, help="fiches par transaction")
        parser.add_argument("--json", action="store_true", help="résultat en JSON sur la sortie standard")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        if not 1 <= options["batch"] <= _MOST:
            raise CommandError(f"--batch va de 1 à {_MOST}.")
        try:
            total = self._write(options["after"], options["batch"])
        except KeyDamaged as error:
            raise CommandError(
                f"La clé de {error.period} est endommagée : reprenez-la de la copie des clés, puis relancez."
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps(total._asdict()))
        else:
            self.stdout.write(
                f"{total.fiches} identités ouvertes, {total.keys_added} clés ajoutées,"
                f" {total.unreadable} identités illisibles (clé du mois détruite)."
            )

    def _write(self, after: UUID, batch: int) -> KeysWritten:
        total = KeysWritten()
        while fiches := fiches_after(after, batch):
            written = write_search_keys(fiches=fiches, now=timezone.now())
            total = KeysWritten(*map(sum, zip(total, *written, strict=True)))
            after = fiches[-1]
            self.stderr.write(f"{total.fiches + total.unreadable} fiches ; la suite : --after {after}", style_func=str)
        return total
