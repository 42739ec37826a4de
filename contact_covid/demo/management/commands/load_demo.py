"""``manage.py load_demo``: a country in the middle of an outbreak, invented, for demonstrations and measurements."""

import json
import os
import time
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, cast, get_args

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from contact_covid.core.period import following, period_of
from contact_covid.demo.actions.cast import load_cast
from contact_covid.demo.actions.clusters import load_clusters
from contact_covid.demo.actions.delegations import load_delegations
from contact_covid.demo.actions.outbreak import begin, load_outbreak
from contact_covid.demo.models import Load
from contact_covid.demo.queries import contents
from contact_covid.demo.rules.outbreak import NamedSize, Size, days
from contact_covid.journal.actions import ensure_partitions, seal_batch

_MARGIN_DAYS = 2
_MOST_MONTHS = 120
_MOST = 1_000_000
_STEPS = 10


def _size(text: str) -> Size:
    for name in get_args(NamedSize):
        if text == name:
            return cast(NamedSize, name)
    if text.isdecimal() and 0 < int(text) <= _MOST:
        return int(text)
    raise ArgumentTypeError(f"small, 20k, 1m ou un nombre de fiches de contacts, {_MOST} au plus")


class Command(BaseCommand):
    help = "Charge une épidémie inventée, les professionnels et leurs comptes ; reprend où il en était, ne refait rien."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", type=_size, default="small", help="small (1 000 contacts), 20k, 1m ou un nombre")
        parser.add_argument(
            "--processes", type=int, default=_processes(), help="par défaut un de plus que de processeurs"
        )
        parser.add_argument("--json", action="store_true", help="résultat en JSON sur la sortie standard")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        if not settings.DEMO:
            raise CommandError("load_demo ne sert qu'aux démonstrations : définissez DEMO=1.")
        start, now, size = time.monotonic(), timezone.now(), options["size"]
        _migrate()
        load = begin(size=size, now=now)
        already = load.done_at is not None
        if not already:
            self._load(load, size, now, options["processes"], told=options["verbosity"] > 0)
        found = contents(str(size))
        seconds = round(time.monotonic() - start, 1)
        if options["json"]:
            self.stdout.write(json.dumps({"size": str(size), **asdict(found), "seconds": seconds, "already": already}))
        else:
            self.stdout.write(
                f"{'Déjà chargé' if already else 'Chargé'} : {found.fiches} fiches,"
                f" {found.index_cases} patients zéro, {found.contacts} contacts,"
                f" {found.exposures} expositions ({seconds} s)."
            )

    def _load(self, load: Load, size: Size, now: datetime, processes: int, *, told: bool) -> None:
        first = load.started_at - timedelta(days=days(size) + _MARGIN_DAYS)
        _make_room(first, now)
        steps = load_outbreak(size=size, cast=load_cast(now=first), now=now, processes=processes)
        last_step = 0
        for progress in steps:
            step = progress.done * _STEPS // progress.wanted
            if step > last_step:
                last_step = step
                seal_batch(now=timezone.now())
                if told:
                    self.stderr.write(f"{progress.done} contacts sur {progress.wanted}", style_func=str)
        load_clusters(now=timezone.now())
        load_delegations(now=timezone.now())
        seal_batch(now=timezone.now())


def _processes() -> int:
    """One process more than processors that this one may use: one or another always waits for the disk."""
    usable = getattr(os, "sched_getaffinity", None)
    return 1 + (len(usable(0)) if usable else os.cpu_count() or 1)


def _migrate() -> None:
    """Makes the tables that are not there, so that the command works on a machine where nothing ran before."""
    executor = MigrationExecutor(connections["owner"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", database="owner", interactive=False, verbosity=0)


def _make_room(first: datetime, now: datetime) -> None:
    """The keys, the partitions of the journal and the map that the months of the outbreak need."""
    back = next(n for n in range(_MOST_MONTHS) if following(period_of(first), n) == period_of(now))
    call_command("keys", "ensure", back=back, stdout=StringIO())
    call_command("load_geography", stdout=StringIO())
    ensure_partitions(first=first.date(), months=back + 2)
