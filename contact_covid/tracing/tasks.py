from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.tracing.actions.closing import close_ended
from contact_covid.tracing.actions.drafts import purge_drafts
from contact_covid.tracing.actions.fall_backs import fall_back
from contact_covid.tracing.actions.follow_ups import call_to_follow_up, tell_the_end
from contact_covid.tracing.actions.secure_links import purge_sessions


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


@app.periodic(cron="*/5 * * * *")
@app.task(name="tracing.fall_back", queueing_lock="tracing.fall_back")
def call_whose_link_came_to_nothing(timestamp: int) -> None:
    """Calls whom a secure link did not reach. ``timestamp``: seconds, UTC."""
    fall_back(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="29 * * * *")
@app.task(name="tracing.purge_sessions", queueing_lock="tracing.purge_sessions")
def purge_person_sessions(timestamp: int) -> None:
    """Removes sessions of persons that are over for a day. ``timestamp``: seconds, UTC."""
    purge_sessions(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="7 7 * * *")
@app.task(name="tracing.follow_up", queueing_lock="tracing.follow_up")
def follow_up_by_the_plan(timestamp: int) -> None:
    """Calls those of whom the plan asks to hear today. ``timestamp``: seconds, UTC."""
    call_to_follow_up(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="37 7 * * *")
@app.task(name="tracing.tell_the_end", queueing_lock="tracing.tell_the_end")
def tell_whose_isolation_ends(timestamp: int) -> None:
    """Writes to those whose isolation ends today. ``timestamp``: seconds, UTC."""
    tell_the_end(now=datetime.fromtimestamp(timestamp, UTC))
