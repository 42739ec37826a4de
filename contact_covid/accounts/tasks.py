from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.accounts.actions.notices import warn_unused
from contact_covid.accounts.actions.sessions import purge


@app.periodic(cron="17 * * * *")
@app.task(name="accounts.purge", queueing_lock="accounts.purge")
def purge_sessions(timestamp: int) -> None:
    """Removes ended sessions and stale counts of wrong passwords. ``timestamp``: seconds, UTC."""
    purge(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="40 6 * * *")
@app.task(name="accounts.warn_unused", queueing_lock="accounts.warn_unused")
def warn_unused_accounts(timestamp: int) -> None:
    """Tells the owners of unused accounts that they are about to close. ``timestamp``: seconds, UTC."""
    now = datetime.fromtimestamp(timestamp, UTC)
    while warn_unused(now=now):
        pass
