import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand

from contact_covid.directory.rules.reference import pack, parse_geography

_TARGET = Path(__file__).resolve().parents[2] / "data" / "geography.csv.xz"


class Command(BaseCommand):
    help = "Fabrique le fichier des régions, départements et communes à partir des tables publiques."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", type=Path, required=True, help="dossier de regions.csv, departements.csv…")
        parser.add_argument("--target", type=Path, default=_TARGET)

    def handle(self, *_: object, **options: Path) -> None:
        source, target = options["source"], options["target"]
        tables = (_rows(source / f"{name}.csv") for name in ("regions", "departements", "communes"))
        geography = parse_geography(*tables)
        target.write_bytes(pack(geography))
        self.stdout.write(f"{len(geography.communes)} communes, {target.stat().st_size // 1024} Kio : {target.name}")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
