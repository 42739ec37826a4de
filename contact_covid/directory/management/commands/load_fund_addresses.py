import csv
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from contact_covid.directory.actions import load_fund_addresses


class Command(BaseCommand):
    help = (
        "Charge les adresses e-mail des caisses (CSV : code,email), auxquelles les professionnels signalent une erreur."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path)

    def handle(self, *_: object, **options: Any) -> None:
        try:
            with options["fichier"].open(encoding="utf-8-sig", newline="") as file:
                addresses = {row["code"]: row["email"].strip().lower() for row in csv.DictReader(file)}
        except (OSError, KeyError, UnicodeDecodeError) as error:
            raise CommandError("Le fichier doit être un CSV en UTF-8 avec les colonnes code et email.") from error
        for code, address in addresses.items():
            try:
                validate_email(address)
            except ValidationError as error:
                raise CommandError(f"L'adresse de la caisse {code} n'est pas une adresse e-mail.") from error
        self.stdout.write(f"{load_fund_addresses(addresses=addresses)} adresses chargées.")
