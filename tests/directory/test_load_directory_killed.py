"""A load that is killed has changed nothing; run again, it does the whole work."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.db import connections, transaction
from django.utils import timezone

from config import embedded, postgres
from contact_covid.directory.actions import load_reference
from contact_covid.directory.models import Practice, Professional
from contact_covid.journal.models import Entry
from tests.directory.extracts import activity, load, written
from tests.server import ROOT, wait_until
from tests.settings import HOME

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_killed_in_the_middle_it_has_changed_nothing_and_the_next_run_does_all(
    fresh_database: str, tmp_path: Path
) -> None:
    load_reference(now=timezone.now())
    before = written(tmp_path / "before.txt", [activity(serial) for serial in range(20)])
    load(annuaire=before)
    said = list(Practice.objects.order_by("id").values_list("name", "street", "active"))
    moved = [activity(serial, street="de la Paix") for serial in range(10, 60)]
    after = written(tmp_path / "after.txt", moved)

    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("LOCK TABLE directory_practice IN EXCLUSIVE MODE")  # the load stands still at its first place
        process = started(fresh_database, after)
        wait_until(waiting, seconds=30, otherwise=lambda: str(process.poll()))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
    assert list(Practice.objects.order_by("id").values_list("name", "street", "active")) == said
    assert Professional.objects.count() == 20
    assert Entry.objects.filter(kind="directory.loaded").count() == 1

    load(annuaire=after, allow_shrink=True)
    assert Practice.objects.filter(active=True).count() == 50
    assert Practice.objects.filter(active=True, street__icontains="de la Paix").count() == 50
    assert Practice.objects.filter(active=False).count() == 10


def started(database: str, path: Path) -> "subprocess.Popen[bytes]":
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment |= {"DATABASE_URL": embedded.of(HOME).url(postgres.SERVICE, database)}
    command = [sys.executable, "manage.py", "load_directory", "--json", "--allow-shrink", "--annuaire", str(path)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def waiting() -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])
