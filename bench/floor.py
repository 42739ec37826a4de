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


def scripts(state: State) -> dict[str, Path]:
    """One pgbench script for each page that reads, one for the bare view; kept in the state folder."""
    login, patient = state.logins[0], state.patients[0]
    asked = json.dumps({"login": asdict(login), "patient": asdict(patient)})
    recorded: dict[str, list[str]] = json.loads(
        subprocess.run(
            [sys.executable, "-m", "bench.statements"],
            cwd=local.BASE,
            env=dict(state.environment) | {"DJANGO_SETTINGS_MODULE": "config.settings"},
            input=asked,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
    )
    recorded["bare"] = [SELECT.replace("%s", f"'{patient.fiche_id}'")]
    return {page: _script(page, statements) for page, statements in recorded.items()}


def _script(page: str, statements: Sequence[str]) -> Path:
    path = local.home() / f"bench-{page}.sql"
    path.write_text("".join(f"{statement.strip()};\n" for statement in statements))
    return path


def repeat(script: Path, seconds: float, environment: Mapping[str, str]) -> Floor:
    """Repeats a script by two clients with prepared statements, for whole seconds."""
    done = subprocess.run(
        [
            *(str(postgres.programs() / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={_CLIENTS}"),
            *(f"--time={max(1, round(seconds))}", f"--file={script}", environment["DATABASE_URL"]),
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
