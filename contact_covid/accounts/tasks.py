from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.accounts.actions.notices import warn_unused
from contact_covid.accounts.actions.revocation import fetch_lists
from contact_covid.accounts.actions.sessions import purge
from contact_covid.accounts.factors.actions.enrolment import seal_again


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


@app.periodic(cron="27 * * * *")
@app.task(name="accounts.seal_again", queueing_lock="accounts.seal_again")
def seal_factors_again(timestamp: int) -> None:  # noqa: ARG001 - what a periodic task is given
    """Brings the second factors under the current account key, so that the one before it may leave."""
    seal_again()


@app.periodic(cron="40 6 * * *")
@app.task(name="accounts.warn_unused", queueing_lock="accounts.warn_unused")
def warn_unused_accounts(timestamp: int) -> None:
    """Tells the owners of unused accounts that they are about to close. ``timestamp``: seconds, UTC."""
    now = datetime.fromtimestamp(timestamp, UTC)
    while warn_unused(now=now):
        pass
