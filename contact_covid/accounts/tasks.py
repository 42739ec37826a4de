from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.accounts.actions.sessions import purge


@app.periodic(cron="17 * * * *")
@app.task(name="accounts.purge", queueing_lock="accounts.purge")
def purge_sessions(timestamp: int) -> None:
    """Removes ended sessions and stale counts of wrong passwords. ``timestamp``: seconds, UTC."""
    purge(now=datetime.fromtimestamp(timestamp, UTC))
