"""The load: a process of its own, with one thread for each connection, that walks when told and tells what it took."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection as Pipe
from typing import Any, TypeVar

from bench import calling, declaring, following, journeys, reading, sampling
from bench.browser import NothingLeft, Sessions, Walker, WrongAnswer
from bench.calling import Agent
from bench.client import Connection, ServerGone
from bench.declaring import Physician
from bench.following import Person
from bench.journeys import Visitor
from bench.offices import Offices
from bench.reading import Reader, Supervisor
from bench.sampling import Laboratory
from bench.state import Caller, Login, Patient

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who walks where. ``kind``: of ``CROWDS``; ``callers``: by fund; ``offices``: where those sit who are no crowd."""

    kind: str
    service_port: int
    bare_port: int
    connections: int
    logins: list[Login]
    patients: list[Patient] = field(default_factory=list)
    callers: Mapping[str, list[Caller]] = field(default_factory=dict)
    offices: Offices | None = None

    @property
    def shares(self) -> list[slice]:
        """What each connection takes of a list."""
        return [slice(number, None, self.connections) for number in range(self.connections)]


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
        self._ask("log_in", "", 0.0, None)

    def prepare(self, scenario: str) -> None:
        """Lets everybody make ready for a scenario. Raises ``WrongAnswer``."""
        self._ask("prepare", scenario, 0.0, None)

    def walk(self, scenario: str, seconds: float, most: int | None = None) -> Walk:
        """Repeats one scenario for so long on every connection, or on the first ``most`` of them."""
        return self._ask("walk", scenario, seconds, most)

    def _ask(self, what: str, scenario: str, seconds: float, most: int | None) -> Walk:
        self._pipe.send((what, scenario, seconds, most))
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
    visitors = CROWDS[who.kind](who)
    while True:
        try:
            what, scenario, seconds, most = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(_done(visitors[:most], what, scenario, seconds))
        except Exception as error:
            pipe.send(error)


def _at_the_counter(who: Crowd) -> list[Walker]:
    return [
        Visitor(Connection(who.service_port), Connection(who.bare_port), who.logins[share], who.patients[share])
        for share in who.shares
    ]


def _physicians(who: Crowd) -> list[Walker]:
    return [
        Physician(Connection(who.service_port), who.logins[number :: who.connections], count(number, who.connections))
        for number in range(who.connections)
    ]


def _agents(who: Crowd) -> list[Walker]:
    return [Agent(Connection(who.service_port), login, who.callers[login.fund]) for login in who.logins]


def _offices(who: Crowd) -> Offices:
    assert who.offices is not None
    return who.offices


def _readers(who: Crowd) -> list[Walker]:
    sessions = Sessions()
    return [Reader(Connection(who.service_port), sessions, _offices(who).staff) for _ in who.shares]


def _supervisors(who: Crowd) -> list[Walker]:
    login, fiches = _offices(who).staff["platform_supervisor"], _offices(who).fiches
    sessions = Sessions()
    return [Supervisor(Connection(who.service_port), sessions, login, fiches[share]) for share in who.shares]


def _laboratories(who: Crowd) -> list[Walker]:
    logins = _offices(who).laboratories
    return [Laboratory(Connection(who.service_port), logins[share], who.patients[share]) for share in who.shares]


def _persons(who: Crowd) -> list[Walker]:
    return [Person(Connection(who.service_port), _offices(who).links[share]) for share in who.shares]


CROWDS: Mapping[str, Callable[[Crowd], list[Walker]]] = {
    "counter": _at_the_counter,
    "declare": _physicians,
    "platform": _agents,
    "read": _readers,
    "supervise": _supervisors,
    "sample": _laboratories,
    "follow": _persons,
}
SCENARIOS: Mapping[str, Callable[[Any], None]] = {
    **journeys.SCENARIOS,
    **journeys.MORE,
    **declaring.SCENARIOS,
    **declaring.MORE,
    **calling.SCENARIOS,
    **calling.MORE,
    **reading.READING,
    **reading.SUPERVISING,
    **sampling.SCENARIOS,
    **following.SCENARIOS,
}


def _done(visitors: list[Walker], what: str, scenario: str, seconds: float) -> Walk:
    if what == "log_in":
        _together(visitors, lambda visitor: visitor.log_in())
        return Walk()
    if what == "prepare":
        _together(visitors, lambda visitor: visitor.prepare(scenario))
        return Walk()
    started, cpu = time.perf_counter(), time.process_time()
    walks = _together(visitors, lambda visitor: _repeat(visitor, SCENARIOS[scenario], started + seconds))
    return Walk(
        time.perf_counter() - started,
        time.process_time() - cpu,
        [latency for walk in walks for latency in walk.latencies],
        [wrong for walk in walks for wrong in walk.wrong],
    )


def _together(visitors: list[Walker], work: Callable[[Walker], T]) -> list[T]:
    """All at once, each in its thread. Raises what the first one raised."""
    with ThreadPoolExecutor(len(visitors)) as threads:
        return list(threads.map(work, visitors))


def _repeat(visitor: Walker, step: Callable[[Any], None], deadline: float) -> Walk:
    walk = Walk()
    now = time.perf_counter()
    while now < deadline:
        begun = now
        try:
            step(visitor)
        except NothingLeft:
            return walk
        except (WrongAnswer, ServerGone, OSError) as error:
            walk.wrong.append(f"{type(error).__name__} {error}")
            now = time.perf_counter()
        else:
            now = time.perf_counter()
            walk.latencies.append(now - begun)
    return walk
