"""An outbreak of several blocks, loaded by several processes at once."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from contact_covid.core.rules import nir
from contact_covid.demo.actions.pool import spread
from contact_covid.demo.queries import is_loaded
from contact_covid.demo.rules.outbreak import blocks
from contact_covid.journal.actions import seal_batch
from contact_covid.people.actions import search_exactly
from contact_covid.tracing.queries import found_by
from tests.cast import CLAIRE
from tests.demo.loading import Loaded, load, loading, rows, run, states
from tests.server import wait_until

SIZE = 2_600


@pytest.fixture(autouse=True)
def demo(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO = True
    settings.JOURNAL_ANCHOR = tmp_path / "journal.anchor"


@pytest.fixture(scope="module")
def loaded(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The outbreak as one process loads it."""
    with override_settings(DEMO=True, JOURNAL_ANCHOR=tmp_path_factory.mktemp("loaded") / "journal.anchor"):
        told = load(SIZE)
    return Loaded(told, rows(), states())


def test_two_processes_load_what_one_does(loaded: Loaded, fresh_database: str) -> None:
    assert len(blocks(SIZE)) == 2
    assert load(SIZE, processes=2) == loaded.told
    assert (rows(), states()) == (loaded.rows, loaded.states)
    assert is_loaded()
    verified = run("verify_journal")
    assert verified["intact"]
    assert verified["sealed"] + verified["unsealed"] == rows()["journal_entry"]


def test_everyone_loaded_is_found_by_the_exact_search(loaded: Loaded) -> None:
    now = timezone.now()
    contacts = [each for each in run("demo_patients", limit=100) if each["kind"] == "contact" and each["nir"]]
    assert len(contacts) > 80
    for each in contacts:
        names = {"last_name": each["last_name"], "first_name": each["first_name"]}
        lookup = search_exactly(actor=CLAIRE, nir=nir.parse(each["nir"]), **names, now=now)
        assert each["fiche_url"].split("/")[3] in {str(found.sealed.fiche) for found in found_by(CLAIRE, lookup, now)}


@pytest.mark.drill
def test_killed_its_processes_end_and_another_load_repeats_nothing(loaded: Loaded, fresh_database: str) -> None:
    days = 70  # the second, small block is in: its process has nothing to do any more
    with loading(fresh_database, SIZE, processes=2) as process:
        wait_until(lambda: rows()["demo_progress"] >= days or process.poll() is not None, seconds=120)
        process.kill()
    assert process.wait() == -signal.SIGKILL
    wait_until(lambda: others_connected() == 0, seconds=30)
    assert not is_loaded()
    assert days <= rows()["demo_progress"] < 120

    assert load(SIZE, processes=2) == loaded.told
    assert (rows(), states()) == (loaded.rows, loaded.states)
    seal_batch(now=timezone.now())
    assert run("verify_journal")["intact"]


def others_connected() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


# --- The pool itself -----------------------------------------------------------------------------------------------


def count(block: int) -> Iterator[int]:
    yield from [block] * 3


def fail(block: int) -> Iterator[int]:
    yield block
    if block == 2:
        raise KeyError("two")


def die(block: int) -> Iterator[int]:
    yield block
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("processes", [1, 2, 9])
def test_all_that_the_blocks_tell_is_told(processes: int) -> None:
    assert sorted(spread(count, range(5), processes=processes)) == sorted([*range(5)] * 3)
    assert list(spread(count, [], processes=processes)) == []


@pytest.mark.parametrize(("work", "error"), [(fail, KeyError), (die, Exception)])
def test_what_a_process_raises_is_raised(work: Callable[[int], Iterator[int]], error: type[Exception]) -> None:
    with pytest.raises(error):
        list(spread(work, range(8), processes=2))


def test_whoever_stops_asking_stops_the_work(tmp_path: Path) -> None:
    def mark(block: int) -> Iterator[int]:
        for number in range(1_000_000):
            (tmp_path / f"{block}").write_text(str(number))
            yield number

    steps = spread(mark, range(2), processes=2)
    assert next(steps) == 0
    steps.close()
    assert len(list(tmp_path.iterdir())) <= 2
