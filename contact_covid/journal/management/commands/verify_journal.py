"""``manage.py verify_journal``: proves that nothing sealed was changed, from the rows, the chain and the anchor."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from contact_covid.journal import anchor, queries
from contact_covid.journal.rules.sealing import Row
from contact_covid.journal.rules.verification import Anchored, Finding, Report, compare, verify

_PROGRESS_EVERY = 100_000


class Command(BaseCommand):
    help = "Vérifie le journal : lignes, lots scellés, chaîne et ancre."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="résultat en JSON sur la sortie standard")
        parser.add_argument("--anchor", type=Path, help="autre fichier d'ancre, ou extrait de syslog")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        report, anchored = self._verify(_anchor_file(options["anchor"]))
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report, anchored)))
        else:
            self._tell(report, anchored)
        if report.findings:
            sys.exit(1)

    def _verify(self, path: Path | None) -> tuple[Report, Anchored | None]:
        """One snapshot for all that is read; the anchor before it and after, because the sealer goes on meanwhile."""
        before = anchor.read(path) if path else None
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            report = verify(self._with_progress(queries.rows()), queries.seals())
            after = anchor.read(path) if path else None
            if before is not None and after is not None:
                compare(report, queries.seals(), before=before, after=after)
        return report, after

    def _with_progress(self, rows: Iterator[Row]) -> Iterator[Row]:
        for number, row in enumerate(rows, start=1):
            if number % _PROGRESS_EVERY == 0:
                self.stderr.write(f"{number} lignes lues…")
            yield row

    def _tell(self, report: Report, anchored: Anchored | None) -> None:
        self.stdout.write(f"{report.sealed} ligne(s) scellée(s) en {report.batches} lot(s).")
        self.stdout.write(f"{report.unsealed} ligne(s) plus récente(s), pas encore scellée(s).")
        if anchored is None:
            self.stdout.write("L’ancre est dans syslog : donnez-en un extrait avec --anchor pour la comparer.")
        else:
            self.stdout.write(f"{report.anchored} lot(s) confirmé(s) par l’ancre.")
            if anchored.unreadable:
                self.stdout.write(f"{anchored.unreadable} ligne(s) de l’ancre illisible(s) (écriture interrompue).")
        for finding in report.findings:
            self.stdout.write(_sentence(finding))
        verdict = "Le journal a été altéré." if report.findings else "Le journal est intact."
        self.stdout.write(verdict)


def _anchor_file(given: Path | None) -> Path | None:
    """A configured anchor that is gone is a finding, a mistyped one is none. Raises ``CommandError``."""
    if given and not given.is_file():
        raise CommandError(f"Le fichier {given} n’existe pas : vérifiez --anchor.")
    place = anchor.configured()
    return given or (place.path if isinstance(place, anchor.FileAnchor) else None)


def _sentence(finding: Finding) -> str:
    where = "Hors des lots" if finding.batch is None else f"Lot {finding.batch}"
    rows = "" if finding.found is None else f" ({finding.found} ligne(s), {finding.sealed} scellée(s))"
    return f"{where} : {finding.problem.label}{rows}."


def _as_json(report: Report, anchored: Anchored | None) -> dict[str, Any]:
    return {
        "intact": not report.findings,
        "sealed": report.sealed,
        "unsealed": report.unsealed,
        "batches": report.batches,
        "anchor_compared": anchored is not None,
        "anchored": report.anchored,
        "anchor_unreadable_lines": anchored.unreadable if anchored else 0,
        "last_head": report.last.head.hex() if report.last else None,
        "findings": [asdict(finding) | {"message": _sentence(finding)} for finding in report.findings],
    }
