"""``manage.py load_directory``: who practises where, from the extracts of the national directories as published.

After each file the accounts there are get the places that it brought to their professionals.
"""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contact_covid.access.actor import SYSTEM
from contact_covid.accounts.actions.posts import open_missing_posts
from contact_covid.accounts.creation_queries import with_account
from contact_covid.directory.actions import load_reference
from contact_covid.directory.extract_actions import (
    Loaded,
    ShrunkExtract,
    load_activities,
    load_am_numbers,
    load_establishments,
    load_pairs,
)
from contact_covid.directory.rules.activities import Activities
from contact_covid.directory.rules.establishments import Establishments
from contact_covid.directory.rules.extract_files import Line, UnreadableFile, lines
from contact_covid.directory.rules.extracts import REFUSED_COLUMNS, Format, Refused, extract, joined
from contact_covid.directory.rules.numbers import AmNumbers, Pairs
from contact_covid.journal.enums import Surface

_EVERY = 100_000


class Source(NamedTuple):
    option: str
    label: str
    help: str
    form: Format[Any]
    load: Callable[..., Loaded]
    whole: bool
    """Whether what the file lacks has vanished."""


# In the order of loading: establishments before who works there, RPPS numbers before who is known by them.
SOURCES = (
    Source("finess", "FINESS", "extrait etalab-cs1100502-stock", Establishments(), load_establishments, whole=True),
    Source("adeli", "Correspondance ADELI-RPPS", "N° ADELI;N° RPPS", Pairs(),
           partial(load_pairs, with_account=with_account), whole=False),
    Source("annuaire", "Annuaire Santé", "PS_LibreAcces_Personne_activite", Activities(), load_activities, whole=True),
    Source("am", "Numéros AM", "rpps;am_number;finess;postcode;fund;convention;radiology", AmNumbers(),
           load_am_numbers, whole=False),
)  # fmt: skip


class Command(BaseCommand):
    help = "Charge l’annuaire des professionnels et des établissements ; chaque fichier en entier ou pas du tout."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        for source in SOURCES:
            parser.add_argument(f"--{source.option}", type=Path, metavar="FICHIER", help=source.help)
        parser.add_argument("--rejects", type=Path, metavar="DOSSIER", help="où écrire les lignes refusées")
        parser.add_argument(
            "--allow-shrink", action="store_true", help="accepte un fichier qui ferme la plupart des lieux"
        )
        parser.add_argument("--json", action="store_true", help="résultat en JSON sur la sortie standard")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        wanted = [source for source in SOURCES if options[source.option]]
        if not wanted:
            raise CommandError("Donnez au moins un fichier : --finess, --adeli, --annuaire ou --am.")
        load_reference(now=timezone.now())
        results: dict[str, dict[str, object]] = {}
        try:
            for source in wanted:
                path = options[source.option]
                results[source.option] = self._load(source, path, options)
        finally:
            if options["json"]:
                self.stdout.write(json.dumps(results))

    def _load(self, source: Source, path: Path, options: dict[str, Any]) -> dict[str, object]:
        now, start = timezone.now(), time.monotonic()
        rejects = Rejects(_rejects_path(path, options["rejects"], now), source.form.separator)
        read = lines(path, members=source.form.members)
        if options["verbosity"] > 0:
            read = self._told(read, source.label)
        load = partial(source.load, allow_shrink=options["allow_shrink"]) if source.whole else source.load
        try:
            found = extract(read, source.form)
            rejects.head = found.head
            done = load(actor=SYSTEM, extract=found, refuse=rejects, now=now)
        except UnreadableFile as error:
            raise CommandError(f"{source.label} : {error.problem.label}.") from error
        except ShrunkExtract as error:
            raise CommandError(
                f"{source.label} : le fichier ne nomme que {error.named} lieux, {error.known} sont ouverts. Vérifiez"
                " qu’il est complet ; si c’est voulu, relancez avec --allow-shrink. Rien n’a été changé."
            ) from error
        finally:
            rejects.close()
        # Killed before, the next load of any file does it: what is missing is read from the tables, not from the file.
        posts = open_missing_posts(actor=SYSTEM, surface=Surface.COMMAND, now=now)
        result = _result(done, rejects, posts, time.monotonic() - start)
        if not options["json"]:
            self.stdout.write(_sentences(source, done, rejects, posts))
        return result

    def _told(self, read: Iterator[Line], label: str) -> Iterator[Line]:
        for line in read:
            if line.number % _EVERY == 0:
                self.stderr.write(f"{label} : {line.number} lignes lues", style_func=str)
            yield line


class Rejects:
    """The file of refused lines, made when there is one. Corrected in place, it is given to the command again."""

    def __init__(self, path: Path, separator: str) -> None:
        self.path = path
        self.head = ""
        self.count = 0
        self._separator = separator
        self._file: TextIO | None = None

    def __call__(self, refused: Refused) -> None:
        self.count += 1
        if self._file is None:
            self._file = self._opened()
            self._write(REFUSED_COLUMNS, self.head)
        self._write((str(refused.number), refused.problem.label), refused.text)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _opened(self) -> TextIO:
        try:
            return self.path.open("x", encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(
                f"Le fichier des lignes refusées ne peut être écrit : donnez --rejects. ({self.path})"
            ) from error

    def _write(self, columns: tuple[str, ...], text: str) -> None:
        assert self._file is not None
        self._file.write(f"{joined(columns, self._separator)}{self._separator}{text}\n")


def _rejects_path(path: Path, folder: Path | None, now: datetime) -> Path:
    return (folder or path.parent) / f"{path.name}.rejets-{now:%Y%m%d-%H%M%S-%f}.csv"


def _result(done: Loaded, rejects: Rejects, posts: int, seconds: float) -> dict[str, object]:
    return {
        "lines": done.lines,
        "rows": done.rows,
        "left_out": {reason.value: count for reason, count in sorted(done.left_out.items())},
        "refused": done.refused,
        "too_long": done.too_long,
        "rejects": str(rejects.path) if rejects.count else None,
        "created": done.created,
        "updated": done.updated,
        "ended": done.ended,
        "posts": posts,
        "seconds": round(seconds, 1),
    }


def _sentences(source: Source, done: Loaded, rejects: Rejects, posts: int) -> str:
    left_out = "".join(f"\n  laissées de côté, {reason.label} : {n}" for reason, n in sorted(done.left_out.items()))
    refused = (
        f"\n  refusées : {done.refused}, à corriger dans {rejects.path} puis à donner de nouveau"
        if rejects.count
        else ""
    )
    created, updated = sum(done.created.values()), sum(done.updated.values())
    spared = (
        f"\n  aucun lieu n’a été fermé : {done.too_long} lignes, trop longues pour être lues, peuvent en nommer"
        if source.whole and done.too_long
        else ""
    )
    return (
        f"{source.label} : {done.lines} lignes, {done.rows} chargées{left_out}{refused}\n"
        f"  {created} fiches créées, {updated} mises à jour, {done.ended} lieux fermés{spared}\n"
        f"  {posts} lieux ajoutés à des comptes existants"
    )
