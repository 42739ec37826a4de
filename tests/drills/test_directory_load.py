"""The Annuaire Santé at its size: memory does not grow with the file, one core reads 20,000 lines a second."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import embedded, postgres
from contact_covid.demo.rules.professional_numbers import rpps
from contact_covid.directory.models import Practice
from tests.directory.extracts import HEADER, activity
from tests.server import ROOT
from tests.settings import HOME

pytestmark = pytest.mark.drill
SMALL, LARGE = 10, 300
"""Megabytes."""
FOR_US = 0.4
"""Share of lines that are loaded, about that of the whole country: the others are of other professions."""
LEAST_A_SECOND = 20_000
MOST_MORE_MEMORY = 1.1


def lines() -> Iterator[str]:
    """An endless extract: everybody works alone, in one of a hundred postcodes."""
    template = activity(0, name="CABINET INDIVIDUEL DU DOCTEUR", place="PLACE", postcode="93200")
    nurse = template.replace("|10|", "|60|", 1)
    serial, owed = 0, 0.0
    while True:
        owed += FOR_US
        serial += 1
        chosen = template if owed >= 1 else nurse
        owed -= owed >= 1
        number = rpps(serial)
        # The postcode first: a number may contain the digits of the one that stands for it.
        chosen = chosen.replace("93200", f"{75001 + serial % 100}")
        yield chosen.replace(rpps(0), number).replace("PLACE", f"R{number}")


def extract(path: Path, megabytes: int) -> int:
    """Writes an extract of that size; how many lines it has."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        for line in lines():
            file.write(line + "\n")
            count += 1
            if count % 1_000 == 0 and file.tell() > megabytes * 1_000_000:
                return count
    raise AssertionError


def loaded(database: str, path: Path) -> tuple[dict[str, int], resource.struct_rusage]:
    """What a process of its own says of the load, and what it used."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment |= {"DATABASE_URL": embedded.of(HOME).url(postgres.SERVICE, database)}
    command = [sys.executable, "manage.py", "load_directory", "--json", "--annuaire", str(path)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    told: dict[str, int] = json.loads(said)["annuaire"]
    return told, used


def plain_reading(path: Path) -> float:
    """Seconds of processor that reading and cutting every line take by themselves."""
    start = time.process_time()
    with path.open(encoding="utf-8") as file:
        assert all(len(line.split("|")) > 1 for line in file)
    return time.process_time() - start


def test_memory_is_the_same_whatever_the_size_and_the_pace_holds(fresh_database: str, tmp_path: Path) -> None:
    peaks, path = [], tmp_path / "annuaire.txt"
    for megabytes in (SMALL, LARGE):
        count = extract(path, megabytes)
        told, used = loaded(fresh_database, path)
        seconds = used.ru_utime + used.ru_stime
        pace, ratio = count / seconds, seconds / plain_reading(path)
        peaks.append(used.ru_maxrss)
        print(
            f"\n{megabytes} MB: {count} lines, {used.ru_maxrss // 1_000} MB of memory, {pace:.0f} lines a second of"
            f" processor ({ratio:.0f} times plain reading), {told['seconds']} s with the database's work"
        )
        assert told["lines"] == count
    assert max(peaks) < min(peaks) * MOST_MORE_MEMORY
    assert pace > LEAST_A_SECOND
    assert Practice.objects.filter(active=True).count() == told["rows"]
