"""A whole replay in an empty database: tables, keys and professionals, then the days one after the other."""

from collections import Counter
from collections.abc import Generator
from datetime import datetime, time, timedelta
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from contact_covid.core.period import PARIS, following, period_of
from contact_covid.demo.replay.actions.crew import load_crew
from contact_covid.demo.replay.actions.drive import Told, drive
from contact_covid.demo.replay.rules.plan import FIRST_DAY, Plan
from contact_covid.journal.actions import ensure_partitions, seal_batch

_SEALED_EVERY = 7  # days
_MOST_MONTHS = 120


def prepare() -> None:
    """Tables, keys, partitions of the journal from the first month of a replay to this one, and the map."""
    now = timezone.now()
    back = next(n for n in range(_MOST_MONTHS) if following(period_of(eve()), n) == period_of(now))
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    call_command("keys", "ensure", back=back, stdout=StringIO())
    call_command("load_geography", stdout=StringIO())
    ensure_partitions(first=eve().date(), months=back + 2)


def eve() -> datetime:
    """When the professionals of a replay come: the noon before its first day."""
    return datetime.combine(FIRST_DAY - timedelta(days=1), time(12), tzinfo=PARIS)


def run(*, plan: Plan, agents: int, processes: int) -> Generator[Told, None, None]:
    """Drives the plan in a prepared database and tells of each day once, when all processes are through it.

    Raises ``TooManyAgents`` and what the actions raise.
    """
    crews = load_crew(agents=agents, now=eve())
    connection.close()
    through: dict[int, list[Told]] = {}
    for told in drive(plan=plan, crews=crews, processes=processes):
        days = through.setdefault(told.day, [])
        days.append(told)
        if len(days) == processes:
            if told.day % _SEALED_EVERY == 0:
                seal_batch(now=timezone.now())
            yield Told(told.day, sum((each.done for each in days), Counter()))
    seal_batch(now=timezone.now())
