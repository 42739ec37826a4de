"""``manage.py load_fund_addresses FILE``: where professionals report errors to their fund."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from contact_covid.access.actor import SYSTEM
from contact_covid.directory.actions import load_fund_addresses

_COLUMNS = ("code", "email")
_LONGEST = 254
_SHAPE = (
    "un CSV en UTF-8 dont la première ligne est code,email et dont chaque ligne a deux valeurs séparées par une virgule"
)


class Said(NamedTuple):
    """What a line says, or why it says nothing (``fault``, else empty). ``line`` counts from 1, the header's."""

    line: int
    code: str = ""
    email: str = ""
    fault: str = ""


class Command(BaseCommand):
    help = (
        "Charge les adresses e-mail des caisses (CSV : code,email), auxquelles les professionnels signalent une erreur."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path)

    def handle(self, *_: object, **options: Any) -> None:
        said = _read(options["fichier"])
        faults = [f"ligne {each.line} : {each.fault}" for each in said if each.fault]
        if faults:
            raise CommandError("\n".join(["Rien n’a été chargé. Corrigez, puis relancez :", *faults]))
        addresses = {each.code: each.email for each in said}
        known = load_fund_addresses(actor=SYSTEM, addresses=addresses, now=timezone.now())
        ignored = ", ".join(str(each.line) for each in said if each.code not in known)
        told = f" Lignes ignorées, dont aucune caisse n’a le code : {ignored}." if ignored else ""
        self.stdout.write(f"{len(known)} adresses chargées.{told}")


def _read(path: Path) -> list[Said]:
    """Raises ``CommandError`` for what is no such file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if sorted(rows.fieldnames or ()) != sorted(_COLUMNS):
                raise CommandError(f"Le fichier doit être {_SHAPE}.")
            return list(_lines(rows))
    except OSError:
        raise CommandError("Le fichier est absent ou illisible : vérifiez son chemin et vos droits.") from None
    except (UnicodeDecodeError, csv.Error):
        raise CommandError(f"Le fichier doit être {_SHAPE}.") from None


def _lines(rows: "csv.DictReader[str]") -> Iterator[Said]:
    first: dict[str, Said] = {}
    for row in rows:
        line, code, email = rows.line_num, row["code"], row["email"]
        if code is None or email is None or None in row:
            yield Said(line, fault="deux valeurs séparées par une virgule attendues")
            continue
        said = Said(line, code.strip(), email.strip().lower())
        before = first.setdefault(said.code, said)
        if not _is_address(said.email):
            yield Said(line, fault="ce n’est pas une adresse e-mail")
        elif before.email != said.email:
            yield Said(line, fault=f"cette caisse figure déjà ligne {before.line} avec une autre adresse")
        else:
            yield said


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= _LONGEST
