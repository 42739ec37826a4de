"""``manage.py keys ensure``: makes the keys of this month and of the months ahead. Nothing else ever makes a key."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contact_covid.core.keyring import ring
from contact_covid.core.period import following, period_of

_MOST_MONTHS = 120


class Command(BaseCommand):
    help = "Prépare les clés de chiffrement, une par mois de recueil."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["ensure"])
        parser.add_argument("--back", type=int, default=0, help="nombre de mois passés à couvrir aussi (démonstration)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        if not 0 <= options["back"] <= _MOST_MONTHS:
            raise CommandError(f"--back va de 0 à {_MOST_MONTHS}.")
        current = period_of(timezone.now())
        wanted = [following(current, n) for n in range(-options["back"], settings.KEYS_AHEAD_MONTHS + 1)]
        made = ring().ensure(wanted)
        if options["json"]:
            self.stdout.write(json.dumps({"made": made, "folder": str(settings.KEYS_DIR)}))
        else:
            self.stdout.write(f"Clés créées : {', '.join(made) or 'aucune, toutes existent'} ({settings.KEYS_DIR}).")
