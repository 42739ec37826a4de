from datetime import UTC, datetime

from procrastinate.contrib.django import app

from contact_covid.access.actor import SYSTEM
from contact_covid.worklist.actions.bounces import call_who_was_not_reached
from contact_covid.worklist.actions.delegations import give_who_came, return_due
from contact_covid.worklist.actions.overflows import weigh_queues


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
