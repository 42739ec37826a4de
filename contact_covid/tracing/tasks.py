from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.tracing.actions.closing import close_ended
from contact_covid.tracing.actions.drafts import purge_drafts


@app.periodic(cron="47 * * * *")
@app.task(name="tracing.purge_drafts", queueing_lock="tracing.purge_drafts")
def purge_old_drafts(timestamp: int) -> None:
    """Removes drafts that nobody has touched for a week. ``timestamp``: seconds, UTC."""
    purge_drafts(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="13 3 * * *")
@app.task(name="tracing.close_ended", queueing_lock="tracing.close_ended")
def close_ended_fiches(timestamp: int) -> None:
    """Closes fiches whose follow-up ended the day before. ``timestamp``: seconds, UTC."""
    close_ended(now=datetime.fromtimestamp(timestamp, UTC))
