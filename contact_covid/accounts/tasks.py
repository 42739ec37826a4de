from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.accounts.actions.revocation import fetch_lists
from contact_covid.accounts.actions.sessions import purge


@app.periodic(cron="17 * * * *")
@app.task(name="accounts.purge", queueing_lock="accounts.purge")
def purge_sessions(timestamp: int) -> None:
    """Removes ended sessions and stale counts of wrong passwords. ``timestamp``: seconds, UTC."""
    purge(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="7,37 * * * *")
@app.task(name="accounts.fetch_revocation_lists", queueing_lock="accounts.fetch_revocation_lists")
def fetch_revocation_lists(timestamp: int) -> None:
    """Which cards were lost or withdrawn since. ``timestamp``: seconds, UTC."""
    fetch_lists(now=datetime.fromtimestamp(timestamp, UTC))
