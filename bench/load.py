"""The load: a process of its own, with one thread for each connection, that walks when told and tells what it took."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import TypeVar

from bench.client import Connection, ServerGone
from bench.journeys import SCENARIOS, Visitor, WrongAnswer
from bench.state import Login, Patient

T = TypeVar("T")

_FORMS_A_VISITOR = 150


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who walks where."""

    service_port: int
    bare_port: int
    connections: int
    logins: list[Login]
    patients: list[Patient]


@dataclass
class Walk:
    """What a run of a scenario took. ``latencies``: seconds of each right answer; ``wrong``: what else came back."""

    seconds: float = 0.0
    client_cpu: float = 0.0
    latencies: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Load:
    """The process as its parent sees it."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def log_in(self) -> None:
        """Logs every account in. Raises ``WrongAnswer``."""
        self._ask("log_in", 0.0)

    def open_forms(self) -> None:
        """Opens forms of the fiches found so far, for the scenario "record". Raises ``WrongAnswer``."""
        self._ask("open_forms", 0.0)

    def walk(self, scenario: str, seconds: float) -> Walk:
        """Repeats one scenario on every connection for so long."""
        return self._ask(scenario, seconds)

    def _ask(self, what: str, seconds: float) -> Walk:
        self._pipe.send((what, seconds))
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        walk: Walk = answer
        return walk


@contextmanager
def crowd(who: Crowd) -> Iterator[Load]:
    """Starts the process and ends it."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(who, there), daemon=True)
    process.start()
    there.close()
    try:
        yield Load(here)
    finally:
        here.close()
        process.join(5)
        process.kill()


def _serve(who: Crowd, pipe: Pipe) -> None:
    visitors = [_visitor(who, number) for number in range(who.connections)]
    while True:
        try:
            what, seconds = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(_done(visitors, what, seconds))
        except Exception as error:
            pipe.send(error)


def _visitor(who: Crowd, number: int) -> Visitor:
    share = slice(number, None, who.connections)
    return Visitor(Connection(who.service_port), Connection(who.bare_port), who.logins[share], who.patients[share])


def _done(visitors: list[Visitor], what: str, seconds: float) -> Walk:
    if what == "log_in":
        _together(visitors, Visitor.log_in)
        return Walk()
    if what == "open_forms":
        _together(visitors, lambda visitor: visitor.open_forms(_FORMS_A_VISITOR))
        return Walk()
    started, cpu = time.perf_counter(), time.process_time()
    walks = _together(visitors, lambda visitor: _repeat(visitor, SCENARIOS[what], started + seconds))
    return Walk(
        time.perf_counter() - started,
        time.process_time() - cpu,
        [latency for walk in walks for latency in walk.latencies],
        [wrong for walk in walks for wrong in walk.wrong],
    )


def _together(visitors: list[Visitor], work: Callable[[Visitor], T]) -> list[T]:
    """All at once, each in its thread. Raises what the first one raised."""
    with ThreadPoolExecutor(len(visitors)) as threads:
        return list(threads.map(work, visitors))


def _repeat(visitor: Visitor, step: Callable[[Visitor], None], deadline: float) -> Walk:
    walk = Walk()
    now = time.perf_counter()
    while now < deadline:
        begun = now
        try:
            step(visitor)
        except (WrongAnswer, ServerGone, OSError) as error:
            walk.wrong.append(f"{type(error).__name__} {error}")
            now = time.perf_counter()
        else:
            now = time.perf_counter()
            walk.latencies.append(now - begun)
    return walk
