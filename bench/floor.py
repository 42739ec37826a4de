"""What the database alone needs: the statements of a page, as the page sends them, repeated by pgbench."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.bare.views import SELECT
from bench.state import State
from config import local, postgres

_CLIENTS = 2


@dataclass(frozen=True, slots=True)
class Floor:
    """What pgbench did."""

    transactions: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Script:
    """What pgbench repeats, and where."""

    path: Path
    database: str


def scripts(counter: State, platform: State) -> dict[str, Script]:
    """A pgbench script for each page that reads, one for the bare view; kept in the state folder.

    ``counter``: where people are searched; ``platform``: where an area is listed, and the whole country beside it.
    """
    login, patient = counter.logins[0], counter.patients[0]
    pages = _recorded(counter, {"login": asdict(login), "patient": asdict(patient)})
    pages["bare"] = [SELECT.replace("%s", f"'{patient.fiche_id}'")]
    lists = _recorded(platform, {"agent": asdict(platform.agents[0])})
    return {
        **{page: _script(page, statements, counter) for page, statements in pages.items()},
        **{page: _script(page, statements, platform) for page, statements in lists.items()},
    }


def _recorded(state: State, asked: Mapping[str, object]) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.statements"],
        cwd=local.BASE,
        env=dict(state.environment) | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    recorded: dict[str, list[str]] = json.loads(done.stdout)
    return recorded


def _script(page: str, statements: Sequence[str], state: State) -> Script:
    path = local.home() / f"bench-{page}.sql"
    path.write_text("".join(f"{statement.strip()};\n" for statement in statements))
    return Script(path, state.environment["DATABASE_URL"])


def repeat(script: Script, seconds: float) -> Floor:
    """Repeats a script by two clients with prepared statements, for whole seconds."""
    done = subprocess.run(
        [
            *(str(postgres.programs() / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={_CLIENTS}"),
            *(f"--time={max(1, round(seconds))}", f"--file={script.path}", script.database),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return read(done.stdout)


def read(output: str) -> Floor:
    """From what pgbench prints at its end. Raises ``ValueError`` when that holds no figures."""
    count = re.search(r"^number of transactions actually processed: (\d+)", output, re.MULTILINE)
    pace = re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)
    if count is None or pace is None:
        raise ValueError("pgbench gave no figures")
    return Floor(int(count.group(1)), float(pace.group(1)))
