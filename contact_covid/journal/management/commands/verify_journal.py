"""``manage.py verify_journal``: proves that nothing sealed was changed, from the rows, the chain and the anchor.

With ``--export FILE`` it checks a file exported from the journal instead, and never speaks to the database.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contact_covid.journal import anchor, queries
from contact_covid.journal.rules.export_check import ExportReport, check_export
from contact_covid.journal.rules.sealing import Row
from contact_covid.journal.rules.verification import Anchored, Finding, Report, compare, verify

_PROGRESS_EVERY = 100_000


class Command(BaseCommand):
    help = "Vérifie le journal, ou un fichier exporté du journal : lignes, lots scellés, chaîne et ancre."
    requires_system_checks = ()  # who checks an exported file has no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="résultat en JSON sur la sortie standard")
        parser.add_argument("--anchor", type=Path, help="autre fichier d'ancre, ou extrait de syslog")
        parser.add_argument("--export", type=Path, help="fichier exporté à vérifier, sans la base de données")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        if options["export"]:
            self._handle_export(options["export"], options["anchor"], as_json=options["json"])
            return
        report, anchored = self._verify(_anchor_file(options["anchor"]))
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report, anchored)))
        else:
            self._tell(report, anchored)
        if report.findings:
            sys.exit(1)

    def _handle_export(self, file: Path, anchor_file: Path | None, *, as_json: bool) -> None:
        """The anchor is the one that was given: that of this machine may be another service's."""
        try:
            anchored = anchor.read(anchor_file) if anchor_file else None
            with file.open("rb") as lines:
                report = check_export(lines, anchored)
        except OSError as error:
            raise CommandError(f"Fichier illisible : {error.filename}") from error
        if as_json:
            self.stdout.write(json.dumps(_export_as_json(report, anchored)))
        else:
            self._tell_export(report, anchored)
        if report.findings:
            sys.exit(1)

    def _tell_export(self, report: ExportReport, anchored: Anchored | None) -> None:
        self.stdout.write(f"{report.rows} ligne(s) scellée(s), prouvée(s) par {report.batches} lot(s).")
        self.stdout.write(f"{report.unsealed} ligne(s) pas encore scellée(s) au moment de l’export, sans preuve.")
        if anchored is None:
            self.stdout.write("Sans ancre, un lot réécrit en entier ne se voit pas : donnez-la avec --anchor.")
        else:
            self.stdout.write(f"{report.anchored} lot(s) confirmé(s) par l’ancre.")
        for finding in report.findings:
            self.stdout.write(_sentence(finding))
        self.stdout.write("L’export a été altéré." if report.findings else "L’export est intact.")

    def _verify(self, path: Path | None) -> tuple[Report, Anchored | None]:
        """One snapshot for all that is read; the anchor before it and after, because the sealer goes on meanwhile."""
        before = anchor.read(path) if path else None
        with queries.snapshot():
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
    where += "" if finding.line is None else f", ligne {finding.line} du fichier"
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


def _export_as_json(report: ExportReport, anchored: Anchored | None) -> dict[str, Any]:
    return {
        "intact": not report.findings,
        "rows": report.rows,
        "unsealed": report.unsealed,
        "batches": report.batches,
        "anchor_compared": anchored is not None,
        "anchored": report.anchored,
        "findings": [asdict(finding) | {"message": _sentence(finding)} for finding in report.findings],
    }
