"""``manage.py replay``: an outbreak of covasim goes through the service by a simulated clock, in a database of its own."""

import json
import os
import subprocess
import sys
import time
from argparse import SUPPRESS, ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import own_database as own
from contact_covid.demo.replay.actions.run import prepare, run
from contact_covid.demo.replay.rules.plan import plan
from contact_covid.demo.replay.rules.world import unpack


class Command(BaseCommand):
    help = "Rejoue une épidémie."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agents", type=int, default=6)
        parser.add_argument("--processes", type=int, default=2)
        parser.add_argument("--world", type=Path)
        parser.add_argument("--keep", action="store_true")
        parser.add_argument("--inside", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["inside"]:
            return self._inside(options)
        with own.own_database("contact_replay", keep=options["keep"]) as environment:
            return sys.exit(subprocess.call([sys.executable, "manage.py", *sys.argv[1:], "--inside"], env=environment))

    def _inside(self, options):
        t=time.monotonic()
        prepare()
        print('prepared', time.monotonic()-t)
        p = plan(unpack(options["world"].read_bytes()))
        print('plan', time.monotonic()-t)
        for told in run(plan=p, agents=options["agents"], processes=options["processes"]):
            print(told.day, dict(told.done), round(time.monotonic()-t,1), flush=True)
