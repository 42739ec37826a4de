"""Real minutes over HTTP: prepares a database, lets ``bench.live`` work on it, reads what that tells."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from contact_covid.demo.replay.checks import Check
from contact_covid.demo.replay.worlds import BASE

_AS_OF = "2020-05-13"
# People may be called whatever the hour is here: it is noon everywhere.
_NOON = "UPDATE directory_department SET timezone = %s"
_TRADES = {"physician": "médecins", "agent": "agents", "laboratory": "laboratoires", "pharmacy": "pharmacies"}
_ALL = "tous à la fois"
_HEADS = ("requêtes", "clients", "actes", "requêtes", "par minute", "p50 ms", "p95 ms", "p99 ms")
_MOST_EXAMPLES = 5


def work(environment: Mapping[str, str], *, minutes: float, agents: int, out: Path) -> dict[str, str]:
    """Loads a demonstration and works on it; figures go to ``out``. Returns the environment to check the result in.

    Raises ``CalledProcessError``.
    """
    ours = dict(environment) | {"PROTOCOL_AS_OF": _AS_OF}
    load = [sys.executable, "manage.py", "load_demo", "--size", "small"]
    subprocess.run(load, cwd=BASE, env=ours, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own programs
    with psycopg.connect(ours["DATABASE_OWNER_URL"]) as connection:
        connection.execute(_NOON, [zone_at_noon(datetime.now(UTC))])
    clients = [sys.executable, "-m", "bench.live", "--minutes", str(minutes), "--agents", str(agents)]
    subprocess.run([*clients, "--out", str(out)], cwd=BASE, env=ours, check=True)  # noqa: S603
    return ours


def zone_at_noon(now: datetime) -> str:
    """A zone where it is between 12 and 13 o'clock; these names count westwards."""
    return f"Etc/GMT{now.hour - 12:+d}" if now.hour != 12 else "Etc/GMT"


def read(file: Path) -> tuple[list[tuple[str, ...]], Check, datetime]:
    """The lines of the table about requests, whether all were answered as they should, and when they began."""
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    rows: list[tuple[str, ...]] = [_HEADS]
    for label, of in (*((label, told["trades"][trade]) for trade, label in _TRADES.items()), (_ALL, told["together"])):
        waited = [f"{value:.0f}" for value in of["milliseconds"].values()]
        rows.append((label, *(str(of[name]) for name in ("clients", "turns", "requests", "a_minute")), *waited))
    requests = told["together"]["requests"]
    errors = told["errors"]
    answered = Check("requests", requests, len(errors), tuple(errors[:_MOST_EXAMPLES]))
    return rows, answered, datetime.fromisoformat(told["began"])
