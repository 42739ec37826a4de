"""Jobs: those of the clock run, those of an act that did not happen do not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.server import Server, status_of, wait_until
from tests.worker import work

Start = Callable[..., Server]


class ActRefused(Exception):
    pass


def outcomes() -> dict[str, str]:
    return dict(ProcrastinateJob.objects.values_list("task_name", "status"))


def test_a_periodic_job_declared_by_an_app_is_run_by_the_worker(fresh_database: str, server: Start) -> None:
    with server(fresh_database, worker=True) as running:
        wait_until(lambda: outcomes().get("journal.seal") == "succeeded", seconds=30, otherwise=lambda: running.log)
        assert status_of(f"{running.url}/readyz") == 200


def defer_and_refuse() -> None:
    with transaction.atomic():
        app.configure_task("tests.later").defer()
        raise ActRefused


@pytest.mark.usefixtures("fresh_database")
def test_a_job_is_deferred_in_the_transaction_of_its_act() -> None:
    with pytest.raises(ActRefused):
        defer_and_refuse()
    assert outcomes() == {}
    app.configure_task("tests.later").defer()
    assert outcomes() == {"tests.later": "todo"}


@pytest.mark.usefixtures("fresh_database")
def test_a_job_deferred_by_a_rolled_back_job_never_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)  # the job's thread ends with the test
    app.task(name="tests.refuse")(defer_and_refuse)
    try:
        app.configure_task("tests.refuse").defer()
        work()
    finally:
        del app.tasks["tests.refuse"]
    assert outcomes()["tests.refuse"] == "failed"
    assert "tests.later" not in outcomes()


def test_database_connections_stay_within_processes_times_threads(fresh_database: str, server: Start) -> None:
    with server(fresh_database, WEB_WORKERS="2", WEB_THREADS="3") as running, ThreadPoolExecutor(12) as crowd:
        statuses = list(crowd.map(status_of, [f"{running.url}/readyz"] * 120))
        assert set(statuses) == {503}  # no worker here; the database was asked all the same
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [fresh_database]
            )
            (held,) = cursor.fetchone()
        assert 2 <= held <= 6
