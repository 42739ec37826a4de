"""The worker within the test's own process."""

import asyncio

from asgiref.sync import sync_to_async
from django.db import connections

from contact_covid.operations.management.commands.worker import runner


def work() -> None:
    """Does every job that is due. Its thread outlives the test: no connection to the test's database is left there."""
    asyncio.run(sync_to_async(connections.close_all)())
    try:
        runner().run_worker(wait=False, install_signal_handlers=False)
    finally:
        asyncio.run(sync_to_async(connections.close_all)())
