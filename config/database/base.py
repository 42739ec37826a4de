"""The module in which Django looks for the engine's ``DatabaseWrapper``."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for ``CONN_HEALTH_CHECKS``."""

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
