from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

from contact_covid.core.idempotency import forget

KEPT = timedelta(days=2)


@app.periodic(cron="37 * * * *")
@app.task(name="core.forget_submissions", queueing_lock="core.forget_submissions")
def forget_submissions(timestamp: int) -> None:
    """Removes the keys of forms that nobody sends again. ``timestamp``: seconds, UTC."""
    forget(before=datetime.fromtimestamp(timestamp, UTC) - KEPT)
