from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

from contact_covid.access.actor import SYSTEM
from contact_covid.clusters.actions.signals import propose_all_signals, propose_signals

LATELY = timedelta(hours=1)
"""Six times what passes between two runs: one that is late, or fails, leaves nothing out."""


@app.periodic(cron="*/10 * * * *")
@app.task(name="clusters.propose_signals", queueing_lock="clusters.propose_signals")
def propose_lately(timestamp: int) -> None:
    """Looks for signals among what was written within the hour. ``timestamp``: seconds, UTC."""
    now = datetime.fromtimestamp(timestamp, UTC)
    propose_signals(actor=SYSTEM, since=now - LATELY, now=now)


@app.periodic(cron="25 3 * * *")
@app.task(name="clusters.propose_all_signals", queueing_lock="clusters.propose_all_signals")
def propose_all(timestamp: int) -> None:
    """The same of all that is recent, for days that were corrected since. ``timestamp``: seconds, UTC."""
    now = datetime.fromtimestamp(timestamp, UTC)
    propose_all_signals(actor=SYSTEM, now=now)
