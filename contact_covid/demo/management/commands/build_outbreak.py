import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand

from contact_covid.demo.rules.names import select
from contact_covid.demo.rules.template import pack
from contact_covid.demo.rules.thinning import thin

_TARGET = Path(__file__).resolve().parents[2] / "data"


class Command(BaseCommand):
    help = (
        "Fabrique les données de démonstration : l'épidémie simulée par covasim et, avec --names, les noms fréquents."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", type=Path, required=True, help="dossier de linelist.csv et contacts.csv")
        parser.add_argument("--names", type=Path, help="dossier de surnames.csv, first_names_f.csv, first_names_m.csv")
        parser.add_argument("--target", type=Path, default=_TARGET)

    def handle(self, *_: object, **options: Path) -> None:
        source, target = options["source"], options["target"]
        template = thin(_rows(source / "linelist.csv"), _rows(source / "contacts.csv"))
        (target / "outbreak.csv.xz").write_bytes(pack(template))
        namings = sum(len(case.namings) for case in template.cases)
        self.stdout.write(f"{len(template.cases)} cas, {namings} contacts nommés")
        if names := options["names"]:
            tables = (_rows(names / f"{name}.csv") for name in ("surnames", "first_names_f", "first_names_m"))
            with (target / "names.csv").open("w", encoding="utf-8", newline="") as file:
                lines = csv.writer(file, lineterminator="\n")
                lines.writerows([("kind", "name", "weight"), *select(*tables)])


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
