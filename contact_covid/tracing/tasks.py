from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.tracing.actions.drafts import purge_drafts


@app.periodic(cron="47 * * * *")
@app.task(name="tracing.purge_drafts", queueing_lock="tracing.purge_drafts")
def purge_old_drafts(timestamp: int) -> None:
    """Removes drafts that nobody has touched for a week. ``timestamp``: seconds, UTC."""
    purge_drafts(now=datetime.fromtimestamp(timestamp, UTC))
