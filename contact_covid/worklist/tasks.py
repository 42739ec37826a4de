from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from contact_covid.access.actor import SYSTEM
from contact_covid.worklist.actions.bounces import call_who_was_not_reached
from contact_covid.worklist.actions.delegations import give_who_came, return_due
from contact_covid.worklist.actions.jobs import RUN, run_round
from contact_covid.worklist.actions.overflows import weigh_queues
from contact_covid.worklist.job_queries import running_jobs


@app.periodic(cron="*/5 * * * *")
@app.task(name="worklist.bounces", queueing_lock="worklist.bounces")
def call_instead(timestamp: int) -> None:
    """Calls whom a message did not reach. ``timestamp``: seconds, UTC."""
    call_who_was_not_reached(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(name="worklist.weigh_queues", queueing_lock="worklist.weigh_queues")
def weigh_all_queues(timestamp: int) -> None:
    """Whether a platform needs the help of another, or no longer does. ``timestamp``: seconds, UTC."""
    weigh_queues(actor=SYSTEM, now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="* * * * *")
@app.task(name="worklist.delegations", queueing_lock="worklist.delegations")
def follow_delegations(timestamp: int) -> None:
    """What other organisations had until now comes back; who came into their areas is given to them. ``timestamp``:
    seconds, UTC."""
    now = datetime.fromtimestamp(timestamp, UTC)
    return_due(now=now)
    give_who_came(now=now)


@app.task(name=RUN)
def run_job(job: str) -> None:
    """Runs an act on many fiches to its end. ``job``: its id."""
    while run_round(job=UUID(job), now=timezone.now()):
        pass


@app.periodic(cron="* * * * *")
@app.task(name="worklist.resume_jobs", queueing_lock="worklist.resume_jobs")
def resume_jobs(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the moment planned
    """Goes on with those whose worker died."""
    for job in running_jobs():
        with suppress(AlreadyEnqueued):
            run_job.configure(queueing_lock=f"{RUN}:{job}").defer(job=str(job))
