from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.worklist.actions.bounces import call_who_was_not_reached


@app.periodic(cron="*/5 * * * *")
@app.task(name="worklist.bounces", queueing_lock="worklist.bounces")
def call_instead(timestamp: int) -> None:
    """Calls whom a message did not reach. ``timestamp``: seconds, UTC."""
    call_who_was_not_reached(now=datetime.fromtimestamp(timestamp, UTC))
