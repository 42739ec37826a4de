"""``manage.py worker``: runs the jobs, those deferred by acts and those of the clock, until it is told to stop."""

from typing import Any

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.db_cleanup import DjangoApp
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

LONGEST_GOODBYE = 10.0  # seconds that a running job gets when the worker is told to stop


class Command(BaseCommand):
    help = "Exécute les tâches de fond, jusqu'à Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        runner().run_worker(concurrency=1, shutdown_graceful_timeout=LONGEST_GOODBYE)


def runner() -> DjangoApp:
    """The same jobs as the service's app, fetched and listened for over an own direct connection.

    It is another app on purpose: a job that defers a job still does so on "default", in the transaction of its act,
    while procrastinate's own command would take that over to the worker's connection, where no roll-back reaches it.
    """
    worker = DjangoApp(connector=PsycopgConnector(kwargs=connector_params("direct"), min_size=1))
    worker.tasks = app.tasks
    worker.periodic_registry = app.periodic_registry
    return worker
