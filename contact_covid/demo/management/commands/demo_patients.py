"""``manage.py demo_patients``: whom one can look for in the demonstration."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contact_covid.demo.queries import patients

_MOST = 1_000_000


class Command(BaseCommand):
    help = "Liste des patients inventés, ceux qu'un comptoir trouve d'abord, puis d'autres cas."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=20)
        parser.add_argument("--json", action="store_true", help="résultat en JSON sur la sortie standard")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        if not settings.DEMO:
            raise CommandError("demo_patients ne sert qu'aux démonstrations : définissez DEMO=1.")
        if not 0 <= options["limit"] <= _MOST:
            raise CommandError(f"--limit va de 0 à {_MOST}.")
        found = patients(options["limit"])
        if options["json"]:
            self.stdout.write(json.dumps([asdict(patient) for patient in found], ensure_ascii=False))
            return
        for each in found:
            name = f"{each.last_name.upper()} {each.first_name}"
            self.stdout.write(
                f"{each.record}  {each.nir:<15}  {name:<32}  {each.kind:<7}  {each.state:<12}  {each.fund}"
            )
