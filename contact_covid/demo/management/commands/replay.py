"""``manage.py replay``: an outbreak of covasim goes through the service by a simulated clock, in a database of its own.

The command starts itself again, with ``--inside``, in an environment that leads to that database.
"""

import os
import subprocess
import sys
import time
from argparse import SUPPRESS, ArgumentParser
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.own_database import own_database
from contact_covid.demo.replay import live, report, worlds
from contact_covid.demo.replay.actions.crew import TooManyAgents
from contact_covid.demo.replay.actions.run import prepare, run
from contact_covid.demo.replay.checks import check_all
from contact_covid.demo.replay.compare import compare, end_of, simulation_agrees
from contact_covid.demo.replay.figures import figures
from contact_covid.demo.replay.report import Replay
from contact_covid.demo.replay.rules.averted import Compliance
from contact_covid.demo.replay.rules.plan import Plan, plan
from contact_covid.demo.replay.rules.world import World, WorldUnreadable

DATABASE = "contact_replay"
_LEAST = {"people": 1_000, "days": 14, "agents": 2, "processes": 1}
_LONGEST_LIVE = 200  # minutes: the session of a login lasts four hours
_TOLD_EVERY = 10  # days


class Command(BaseCommand):
    help = "Rejoue une épidémie simulée à travers le service, dans une base à part, et vérifie ce qu’il en reste."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = Compliance()
        parser.add_argument("--people", type=int, default=20_000, help="habitants simulés (20 000)")
        parser.add_argument("--days", type=int, default=90, help="jours simulés (90)")
        parser.add_argument("--agents", type=int, default=6, help="postes d’agent des plateformes (6)")
        parser.add_argument("--seed", type=int, default=1, help="graine du hasard (1)")
        parser.add_argument("--world", type=Path, help="fichier d’une épidémie déjà simulée, au lieu de covasim")
        parser.add_argument("--processes", type=int, default=_processes(), help="par défaut un par processeur")
        parser.add_argument(
            "--compliance", type=float, default=usual.outside, help="part évitée hors du foyer par l’isolement (0.7)"
        )
        parser.add_argument(
            "--household-compliance", type=float, default=usual.household, help="la même dans le foyer (0.3)"
        )
        parser.add_argument("--live", action="store_true", help="vraies minutes par HTTP, clients simultanés")
        parser.add_argument("--minutes", type=float, default=15.0, help="durée avec --live (15)")
        parser.add_argument("--json", type=Path, metavar="FICHIER", help="écrit aussi les chiffres dans ce fichier")
        parser.add_argument("--keep", action="store_true", help="garde la base à la fin")
        parser.add_argument("--inside", action="store_true", help=SUPPRESS)
        parser.add_argument("--requests", type=Path, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        _check(options)
        if options["inside"]:
            self._inside(options)
            return
        if settings.PUBLIC_HOST:
            raise CommandError("Un rejeu ne se fait pas sur la machine d’un service ouvert : retirez PUBLIC_HOST.")
        world = None if options["live"] else self._world_file(options)
        with own_database(DATABASE, keep=options["keep"]) as environment:
            if world:
                ended = self._again(environment, "--world", str(world.resolve()))
            else:
                requests = Path(environment["KEYS_DIR"]).parent / "requests.json"
                ours = self._live(environment, options, requests)
                ended = self._again(ours, "--requests", str(requests))
        if options["keep"]:
            told = {name: environment[name] for name in ("DATABASE_URL", "KEYS_DIR", "JOURNAL_ANCHOR")}
            self.stderr.write("Base gardée : " + " ".join(f"{name}={value}" for name, value in told.items()))
        if ended:
            sys.exit(ended)

    def _again(self, environment: Mapping[str, str], *more: str) -> int:
        return subprocess.call([sys.executable, *sys.argv, "--inside", *more], env=dict(environment))  # noqa: S603 - this very command

    def _live(self, environment: Mapping[str, str], options: dict[str, Any], requests: Path) -> dict[str, str]:
        self.stderr.write(f"{options['minutes']:g} minutes par HTTP…", style_func=str)
        try:
            return live.work(environment, minutes=options["minutes"], agents=options["agents"], out=requests)
        except subprocess.CalledProcessError as error:
            raise CommandError("Les clients n’ont pas pu travailler : voyez ce qui précède.") from error

    def _world_file(self, options: dict[str, Any]) -> Path:
        if options["world"]:
            self._read(options["world"])
            return Path(options["world"])
        size = {name: options[name] for name in ("people", "days", "seed")}
        self.stderr.write(f"Épidémie de {size['people']} habitants pendant {size['days']} jours…", style_func=str)
        try:
            return worlds.world_file(settings.CONTACT_HOME / "replay", **size)
        except worlds.NoCovasim as error:
            raise CommandError(
                "covasim manque ou n’a pas pu simuler : lancez make replay, qui l’installe à part, ou donnez --world."
            ) from error

    def _read(self, file: Path) -> World:
        try:
            return worlds.read(file)
        except (OSError, WorldUnreadable) as error:
            raise CommandError(f"{file} n’est pas une épidémie simulée : vérifiez --world.") from error

    def _inside(self, options: dict[str, Any]) -> None:
        started = time.monotonic()
        told = self._checked(options) if options["requests"] else self._driven(options)
        processor = sum(os.times()[:4])  # of this process and of those it started
        replay = replace(told, seconds=round(time.monotonic() - started, 1), processor=round(processor, 1))
        self.stdout.write(report.text(replay))
        if options["json"]:
            options["json"].write_text(report.as_json(replay), encoding="utf-8")
        if not replay.holds:
            sys.exit(1)

    def _checked(self, options: dict[str, Any]) -> Replay:
        """What a live replay left."""
        rows, requests, since = live.read(options["requests"])
        title = f"{options['minutes']:g} minutes par HTTP sur 1 000 contacts chargés, {options['agents']} agents"
        return Replay(title, 0.0, figures(until=timezone.now(), since=since), [*check_all(), requests], live=rows)

    def _driven(self, options: dict[str, Any]) -> Replay:
        prepare()
        found = plan(self._read(options["world"]))
        done = self._drive(found, options)
        seen = figures(until=end_of(found))
        compliance = Compliance(options["household_compliance"], options["compliance"])
        comparison = compare(found, seen, agents=options["agents"], compliance=compliance)
        checks = [*check_all(), simulation_agrees(comparison)]
        return Replay(_title(found, options), 0.0, seen, checks, comparison, done)

    def _drive(self, found: Plan, options: dict[str, Any]) -> dict[str, int]:
        done = Counter[str]()
        try:
            for told in run(plan=found, agents=options["agents"], processes=options["processes"]):
                done.update(told.done)
                if told.day % _TOLD_EVERY == 0:
                    self.stderr.write(f"jour {told.day} sur {found.world.days}", style_func=str)
        except TooManyAgents as error:
            raise CommandError(f"--agents : {error.most} au plus avec cette répartition.") from error
        return dict(done)


def _check(options: dict[str, Any]) -> None:
    """Raises ``CommandError``."""
    for name, least in _LEAST.items():
        if options[name] < least:
            raise CommandError(f"--{name} : {least} au moins.")
    for name in ("compliance", "household_compliance"):
        if not 0 <= options[name] <= 1:
            raise CommandError(f"--{name.replace('_', '-')} va de 0 à 1.")
    if not 0 < options["minutes"] <= _LONGEST_LIVE:
        raise CommandError(f"--minutes : plus de 0, {_LONGEST_LIVE} au plus.")


def _title(found: Plan, options: dict[str, Any]) -> str:
    world = found.world
    contacts = f"{len(world.namings) / max(world.diagnosed, 1):.2f}".replace(".", ",")
    return (
        f"{world.population} habitants, {world.days} jours (graine {world.seed}) : {len(world.infections)} infections,"
        f" {world.diagnosed} cas diagnostiqués, {contacts} contacts nommés par cas ;"
        f" {options['agents']} postes d’agent, {options['processes']} processus"
    )


def _processes() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return max(2, len(usable(0)) if usable else os.cpu_count() or 1)
