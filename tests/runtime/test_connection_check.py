"""The engine's check of an idle connection, ``CONN_HEALTH_CHECKS``: before each request's first statement."""

import pytest
from django.db import OperationalError, close_old_connections, connection

from config import embedded, postgres
from tests.settings import HOME


@pytest.fixture
def idle(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """A lasting connection, as the web server's threads keep it; its process on the server."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    return process()


def process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def administer(statement: str, *parameters: int) -> None:
    """Returns once the server has done it."""
    with postgres.connect(embedded.of(HOME)) as administrator:
        assert administrator.execute(statement.encode(), parameters).fetchone() == (True,)


def test_a_connection_serves_one_request_after_the_other(idle: int) -> None:
    close_old_connections()

    assert process() == idle
    assert connection.is_usable()


def test_the_check_does_not_ask_the_server(idle: int) -> None:
    asked = "SELECT query_start = %(last)s FROM pg_stat_activity WHERE pid = %(idle)s"
    with postgres.connect(embedded.of(HOME)) as administrator:
        last = administrator.execute("SELECT query_start FROM pg_stat_activity WHERE pid = %s", [idle]).fetchone()
        assert last is not None
        connection.is_usable()
        assert administrator.execute(asked, {"last": last[0], "idle": idle}).fetchone() == (True,)
        process()
        assert administrator.execute(asked, {"last": last[0], "idle": idle}).fetchone() == (False,)


def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(idle: int) -> None:
    administer("SELECT pg_terminate_backend(%s, 5000)", idle)

    with pytest.raises(OperationalError):  # within a request there is no check
        process()

    idle = process_after_request()
    administer("SELECT pg_terminate_backend(%s, 5000)", idle)
    assert process_after_request() != idle


def process_after_request() -> int:
    close_old_connections()
    return process()
