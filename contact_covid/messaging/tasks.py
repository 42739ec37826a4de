from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from contact_covid.messaging import actions


@app.task(name=actions.DELIVER)
def deliver(message: str) -> None:
    """Sends one message. ``message``: its id."""
    actions.deliver(message=UUID(message), now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="messaging.sweep", queueing_lock="messaging.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the moment planned
    actions.sweep(now=timezone.now())
