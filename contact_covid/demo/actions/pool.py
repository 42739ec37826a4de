"""Spreads the blocks of an outbreak over processes, each with its own connection to the database."""

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from threading import Thread
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")

_PATIENCE = 0.2  # seconds until what the processes have told is asked for again


class _Worker:
    """What a process of the pool knows: the work, where it tells of its steps, whether to go on."""

    work: Callable[[int], Iterator[Any]]
    steps: Any
    stopped: Any

    @classmethod
    def prepare(cls, work: Callable[[int], Iterator[Any]], steps: Any, stopped: Any, parent: int) -> None:
        cls.work, cls.steps, cls.stopped = staticmethod(work), steps, stopped
        Thread(target=_outlive_nobody, args=[parent], daemon=True).start()
        # Blocks are large and have no cycles: looking for some in them is a tenth of the time.
        gc.freeze()
        gc.set_threshold(50_000, 50, 100)


def spread(work: Callable[[int], Iterator[T]], blocks: Iterable[int], *, processes: int) -> Generator[T, None, None]:
    """What ``work(block)`` yields for each block, as it comes; blocks begin in order.

    Whoever closes the generator stops the work after its next step; the end of this process, even by kill -9, stops it
    at once. Raises what the work raises, ``BrokenProcessPool`` when a process was killed.
    """
    todo = list(blocks)
    if min(processes, len(todo)) <= 1:
        for block in todo:
            yield from work(block)
        return
    connections.close_all()  # a forked process must not share them
    fork = multiprocessing.get_context("fork")
    steps, stopped = fork.SimpleQueue(), fork.Event()
    with ProcessPoolExecutor(
        min(processes, len(todo)), fork, _Worker.prepare, (work, steps, stopped, os.getpid())
    ) as pool:
        running = [pool.submit(_run, block) for block in todo]
        try:
            yield from _told(steps, running)
        finally:
            stopped.set()
            pool.shutdown(cancel_futures=True)


def _told(steps: Any, running: list[Future[None]]) -> Iterator[Any]:
    """The steps, until all is done; raises what a process raised."""
    while running:
        ended = [future for future in running if future.done()]
        while not steps.empty():
            yield steps.get()
        for future in ended:
            future.result()
        running = [future for future in running if future not in ended]
        wait(running, timeout=_PATIENCE, return_when=FIRST_COMPLETED)


def _outlive_nobody(parent: int) -> None:
    """Ends this process with the one that started it: a killed one tells nobody, and the pool would wait for ever."""
    while os.getppid() == parent:
        time.sleep(_PATIENCE)
    os._exit(1)


def _run(block: int) -> None:
    for step in _Worker.work(block):
        _Worker.steps.put(step)
        if _Worker.stopped.is_set():
            return
