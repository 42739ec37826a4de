"""200,000 people for 90 days, some 40,000 fiches and 70,000 calls, leave nothing wrong behind. Prints the table."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from contact_covid.demo.replay.worlds import PYTHON
from tests.server import ROOT
from tests.settings import HOME

pytestmark = pytest.mark.drill
AGENTS = 60


def test_a_town_is_replayed(tmp_path: Path) -> None:
    assert PYTHON.exists(), "bin/setup --replay installs covasim"
    file = tmp_path / "replay.json"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "manage.py", "replay", "--people", "200000", "--agents", str(AGENTS)]
    subprocess.run([*command, "--json", str(file)], cwd=ROOT, env=environment | {"CONTACT_HOME": str(HOME)}, check=True)
    told = json.loads(file.read_text())
    assert told["holds"]
    figures = told["figures"]
    assert sum(figures["fiches"].values()) > 20_000
    assert figures["most_completed"] == 1
    assert min(figures["calls"], figures["tests"], figures["deliveries"]) > 5_000
    print(f"{told['title']}: {told['seconds']:.0f} s, {told['processor']:.0f} s of processor for Python")
