"""``python -m bench.live``: real minutes over HTTP on the database of the environment, every trade at work at once.

Starts the service and its worker, logs people in with accounts of the demonstration, lets each work at a person's pace,
and writes what it took as JSON. Run by ``manage.py replay --live``, which checks the database afterwards.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import Any

from bench.at_counters import Counter
from bench.browser import NothingLeft, WrongAnswer
from bench.calling import Agent
from bench.client import Answer, Connection, ServerGone
from bench.declaring import Physician
from bench.service import serving
from bench.state import Login, Patient
from config import local

_PHYSICIANS, _LABORATORIES, _PHARMACIES = 6, 4, 4
_PATIENTS = 400
# Seconds from one turn to the next; a pharmacy searches less than its quota allows.
_PACE = {"physician": 20.0, "agent": 8.0, "laboratory": 12.0, "pharmacy": 32.0}
_FUND = "931"  # where the physicians of the bench declare
_ACCOUNTS_AN_AGENT = 30  # one in twenty works for that fund
_LOGINS_AT_ONCE = 2  # a password costs a tenth of a second of a processor; what is measured begins afterwards
_GOODBYE = 15.0


class Timed(Connection):
    """A connection that notes how long each answer took, in seconds."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.latencies: list[float] = []

    def _exchange(self, request: bytes) -> Answer:
        begun = time.perf_counter()
        answer = super()._exchange(request)
        self.latencies.append(time.perf_counter() - begun)
        return answer


@dataclass
class Client:
    """One of ``trade`` with a connection of its own; ``turns``: what was finished."""

    trade: str
    connection: Timed
    walker: Any
    turn: Callable[[], None]
    turns: int = 0
    errors: list[str] = field(default_factory=list)

    def work(self, until: float) -> None:
        """Turn after turn; whoever finds nothing to do waits as long."""
        while (begun := time.monotonic()) < until:
            try:
                self.turn()
                self.turns += 1
            except NothingLeft:
                pass
            except (WrongAnswer, ServerGone, OSError) as error:
                self.errors.append(f"{type(error).__name__} {error}")
            rest = min(begun + _PACE[self.trade], until) - time.monotonic()
            time.sleep(max(rest, 0.0))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--agents", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="where the figures go, JSON")
    options = parser.parse_args()
    with serving("config.wsgi", "/healthz", os.environ) as web, _worker():
        clients = _clients(web.port, options.agents)
        with ThreadPoolExecutor(_LOGINS_AT_ONCE) as threads:
            list(threads.map(lambda client: client.walker.log_in(), clients))
        with ThreadPoolExecutor(len(clients)) as threads:
            for client in clients:
                client.connection.latencies.clear()
            began = datetime.now(UTC)
            until = time.monotonic() + 60 * options.minutes
            list(threads.map(lambda client: client.work(until), clients))
    options.out.write_text(json.dumps(_told(clients, 60 * options.minutes) | {"began": began.isoformat()}))


@contextmanager
def _worker() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=local.BASE, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()


def _clients(port: int, agents: int) -> list[Client]:
    numbers = count()
    made: list[Client] = []
    for login in _logins("physician", _PHYSICIANS):
        physician = Physician(Timed(port), [login], numbers)
        made.append(_client("physician", physician, partial(_declare, physician)))
    of_fund = [login for login in _logins("platform_agent", agents * _ACCOUNTS_AN_AGENT) if login.fund == _FUND]
    for login in of_fund[:agents]:
        agent = Agent(Timed(port), login, [])
        made.append(_client("agent", agent, agent.call))
    trades = [("laboratory", login) for login in _logins("biologist", _LABORATORIES)]
    trades += [("pharmacy", login) for login in _logins("pharmacist", _PHARMACIES)]
    patients = _patients()
    for place, (trade, login) in enumerate(trades):
        counter = Counter(Timed(port), login, trade, cycle(patients[place :: len(trades)]))
        made.append(_client(trade, counter, counter.serve))
    return made


def _declare(physician: Physician) -> None:
    physician.draft()
    physician.register()


def _client(trade: str, walker: Any, turn: Callable[[], None]) -> Client:
    return Client(trade, walker.connection, walker, turn)


def _logins(role: str, most: int) -> list[Login]:
    rows = _listed("demo_accounts", "--role", role, "--count", str(most))
    return [Login(row["login"], row["password"], row["fund"] or "") for row in rows]


def _patients() -> list[Patient]:
    return [
        Patient(row["nir"], row["last_name"], row["first_name"], row["fiche_url"])
        for row in _listed("demo_patients", "--limit", str(_PATIENTS))
        if row["nir"] and row["kind"] == "contact"
    ]


def _listed(*arguments: str) -> list[dict[str, Any]]:
    command = [sys.executable, "manage.py", *arguments, "--json"]
    done = subprocess.run(command, cwd=local.BASE, check=True, stdout=subprocess.PIPE, text=True)
    listed: list[dict[str, Any]] = json.loads(done.stdout)
    return listed


def _told(clients: Sequence[Client], seconds: float) -> dict[str, Any]:
    """By trade and together: clients, turns finished, requests, milliseconds at percentiles; and what went wrong."""
    trades = {trade: _figures([client for client in clients if client.trade == trade], seconds) for trade in _PACE}
    errors = [error for client in clients for error in client.errors]
    return {"trades": trades, "together": _figures(clients, seconds), "errors": errors}


def _figures(clients: Sequence[Client], seconds: float) -> dict[str, Any]:
    latencies = sorted(latency for client in clients for latency in client.connection.latencies)
    return {
        "clients": len(clients),
        "turns": sum(client.turns for client in clients),
        "requests": len(latencies),
        "a_minute": round(60 * len(latencies) / seconds),
        "milliseconds": {f"p{share}": percentile(latencies, share) for share in (50, 95, 99)},
    }


def percentile(ordered: Sequence[float], share: int) -> float:
    """The least of ``ordered`` seconds that ``share`` % do not exceed, in milliseconds; 0 when there are none."""
    if not ordered:
        return 0.0
    return round(1000 * ordered[max(-(-len(ordered) * share // 100) - 1, 0)], 1)


if __name__ == "__main__":
    main()
