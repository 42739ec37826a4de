from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.people.actions import purge


@app.periodic(cron="27 * * * *")
@app.task(name="people.purge", queueing_lock="people.purge")
def purge_lookups(timestamp: int) -> None:
    """Removes look-ups and counts older than any quota. ``timestamp``: seconds, UTC."""
    purge(now=datetime.fromtimestamp(timestamp, UTC))
