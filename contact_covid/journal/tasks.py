"""The periodic jobs of the journal."""

from django.utils import timezone
from procrastinate.contrib.django import app

from contact_covid.journal import actions

_MONTHS = 4  # this one and three ahead


@app.periodic(cron="* * * * *")
@app.task(name="journal.seal", queueing_lock="journal.seal")
def seal(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the moment planned
    actions.seal_batch(now=timezone.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="journal.ensure_partitions", queueing_lock="journal.ensure_partitions")
def ensure_partitions(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the moment planned
    actions.ensure_partitions(first=timezone.now().date(), months=_MONTHS)
