"""The module in which Django looks for the engine's ``DatabaseWrapper``."""

import select
from functools import cache
from typing import Any

from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap
from psycopg.pq import TransactionStatus
from psycopg.types.datetime import TimestamptzLoader


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for ``CONN_HEALTH_CHECKS`` and for moments, which it reads in Python and here the driver does.

    They come in the zone of the connection, which is UTC (``USE_TZ``).
    """

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        return params | {"context": _with_the_drivers_moments(params["context"])}

    def create_cursor(self, name: str | None = None) -> Any:
        """Without Django's question whether the zone is still that of the connection: no request changes it."""
        if name is None:
            return self.connection.cursor()
        return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)

    def is_usable(self) -> bool:
        """Whether the server still holds this idle connection, told without asking it: every page would pay the way.

        A server that ends a connection says so, and closes it: there is something to read. Whatever else it might say
        to an idle connection, a reload of its configuration for one, costs a new connection and does no harm. Within a
        transaction that failed nothing can be asked any more: that is not usable either.
        """
        connection = self.connection
        if connection is None or connection.closed or connection.info.transaction_status is TransactionStatus.INERROR:
            return False
        idle = select.poll()
        idle.register(connection.fileno(), select.POLLIN)
        return not idle.poll(0)


@cache
def _with_the_drivers_moments(adapters: AdaptersMap) -> Any:
    ours = AdaptersMap(adapters)
    ours.register_loader("timestamptz", TimestamptzLoader)
    return ours
