"""``manage.py load_security_keys FILE``: the keys that the funds send. No value of the file is printed or logged."""

import csv
import os
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contact_covid.access.actor import SYSTEM
from contact_covid.accounts.actions.security_keys import Kept, load
from contact_covid.accounts.rules.key_lines import COLUMNS, LONGEST_CELL, Line, LineDefect, Reject, read
from contact_covid.core.rules.nir import NirErrorCode
from contact_covid.core.rules.professional_ids import ProfessionalIdErrorCode

_A_BATCH = 100
_REASONS: Mapping[str, str] = {
    ProfessionalIdErrorCode.AM_NUMBER: "8 à 11 chiffres attendus",
    NirErrorCode.INVALID: "numéro de sécurité sociale invalide",
    NirErrorCode.KEY: "clé de contrôle du numéro de sécurité sociale invalide",
    ProfessionalIdErrorCode.IBAN: "4 derniers caractères d’un IBAN attendus",
    LineDefect.COLUMNS: f"trois colonnes attendues, de {LONGEST_CELL} caractères au plus",
    LineDefect.NO_HOLDER: "ce numéro n’est celui d’aucun professionnel libéral de l’annuaire, ou de plusieurs",
}
_REJECT_COLUMNS = (*COLUMNS, "ligne", "colonne", "motif")


class Command(BaseCommand):
    help = "Charge les clés de sécurité des caisses (CSV am_number;nir;iban_last4). Peut être relancée."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--rejects", type=Path, help="fichier des lignes refusées (par défaut FILE.rejets.csv)")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        file: Path = options["file"]
        rejects: Path = options["rejects"] or file.with_name(f"{file.name}.rejets.csv")
        if rejects.resolve() == file.resolve():
            raise CommandError("--rejects désigne le fichier à charger : donnez-en un autre.")
        try:
            with file.open(encoding="utf-8-sig", errors="replace", newline=None) as source:
                told = self._load(source, rejects)
        except OSError:
            raise CommandError(
                "Fichier illisible ou rejets non inscriptibles : vérifiez les chemins, vos droits et l’espace libre."
            ) from None
        said = f" ; {told[Kept.NEEDLESS]} sans objet : le compte existe" if told[Kept.NEEDLESS] else ""
        said += f" ; {told[Kept.NOBODYS]} lignes refusées dans {rejects}" if told[Kept.NOBODYS] else ""
        self.stdout.write(f"{told[Kept.YES]} clés chargées{said}.")

    def _load(self, source: TextIO, rejects: Path) -> Counter[Kept]:
        """How many lines came to what; one that cannot be read is nobody's."""
        header = source.readline()
        if tuple(cell.strip().lower() for cell in header.split(";"))[: len(COLUMNS)] != COLUMNS:
            raise CommandError(f"La première ligne doit être {';'.join(COLUMNS)}.")
        rejects.unlink(missing_ok=True)  # of an earlier run
        lines, told = read(source), Counter[Kept]()
        while batch := list(islice(lines, _A_BATCH)):
            answers = list(_load_batch(batch))
            _append(rejects, [refused for _, refused in answers if refused])
            told.update(kept for kept, _ in answers)
            self.stderr.write(f"{told.total()} lignes lues, {told[Kept.YES]} clés chargées")
        return told


def _load_batch(batch: list[Line | Reject]) -> Iterator[tuple[Kept, Reject | None]]:
    """What became of each line of a batch, which is loaded in one transaction, and why it was refused."""
    lines = [line for line in batch if isinstance(line, Line)]
    answers = iter(load(actor=SYSTEM, keys=[line.key for line in lines], now=timezone.now()))
    for line in batch:
        if isinstance(line, Reject):
            yield Kept.NOBODYS, line
        else:
            kept = next(answers)
            yield kept, line.without_holder() if kept is Kept.NOBODYS else None


def _append(path: Path, refusals: list[Reject]) -> None:
    """Readable by its owner only: it repeats the lines, to be corrected and loaded again."""
    if not refusals:
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        if file.tell() == 0:
            writer.writerow(_REJECT_COLUMNS)
        writer.writerows(
            (*refused.cells, refused.line, refused.column, _REASONS[refused.reason]) for refused in refusals
        )
