"""The worker killed again and again in the middle of an act on many fiches: it ends whole, and nobody is done twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from random import Random
from uuid import UUID

import pytest
from django.db import connections
from django.utils import timezone

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.models import Post
from contact_covid.journal.models import Entry
from contact_covid.messaging.models import Message
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.jobs import A_ROUND, prepare, start
from contact_covid.worklist.enums import BulkAct, ItemState, JobState
from contact_covid.worklist.job_queries import JobSeen, job_seen
from tests.cast import contact, person
from tests.journeys.calls import ISABELLE
from tests.journeys.world import World, as_owner
from tests.server import ROOT, Server, wait_until

pytestmark = pytest.mark.drill
FICHES = 6 * A_ROUND
MOST_KILLS = 200


def supervisor() -> Actor:
    post = Post.objects.select_related("practice").get(account__email=ISABELLE)
    assert post.practice
    return Actor(
        account=post.account_id,
        session=None,
        role=Role.PLATFORM_SUPERVISOR,
        practice=post.practice_id,
        organisation=post.practice.organisation_id,
        fund="931",
        assurance=Assurance.PASSWORD,
    )


def unreachable(count: int) -> list[UUID]:
    fiches = [contact(person(n + 1), index=50_000 + n, now=timezone.now()).id for n in range(count)]
    as_owner("UPDATE tracing_fiche SET call = 'unreachable', state = 'unreachable', call_reason = 'ladder'")
    return fiches


def worker(service: Server) -> subprocess.Popen[bytes]:
    """Woken at once, where it would come upon what a dead one left at the next minute."""
    as_owner("UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'doing' AND task_name = 'worklist.run_job'")
    with (service.home / "server.log").open("ab") as log:
        command = [sys.executable, "manage.py", "worker"]
        return subprocess.Popen(command, cwd=ROOT, env=service.environment, stdout=log, stderr=log)


def state(job: UUID) -> JobSeen:
    connections.close_all()
    return job_seen(supervisor(), job)


def went_on(job: UUID, before: int) -> bool:
    seen = state(job)
    return seen.job.state != JobState.RUNNING or seen.counts.get(ItemState.DONE, 0) > before


@pytest.mark.parametrize("act", [BulkAct.CLOSE_UNREACHABLE, BulkAct.ASK_TO_CALL])
def test_a_job_ends_whole_and_nobody_is_done_twice(world: World, service: Server, act: BulkAct) -> None:
    as_owner("UPDATE tracing_fiche SET closure = 'cancelled', state = 'cancelled', closure_reason = 'error'")
    fiches, dice, kills = unreachable(FICHES), Random(3), 0
    job = prepare(actor=supervisor(), act=act, fiches=fiches, now=timezone.now())
    start(actor=supervisor(), job=job, now=timezone.now())
    seen = state(job)
    while seen.job.state == JobState.RUNNING:
        process = worker(service)
        wait_until(partial(went_on, job, seen.counts.get(ItemState.DONE, 0)), seconds=60)
        time.sleep(dice.random() / 4)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kills, seen = kills + 1, state(job)
        assert seen.counts.get(ItemState.DONE, 0) % A_ROUND == 0  # a round is whole or not at all
        assert kills < MOST_KILLS
    print(f"\n{FICHES} fiches, {kills} workers killed")
    assert (seen.job.state, seen.counts) == (JobState.DONE, {ItemState.DONE: FICHES})
    assert kills > 1
    if act is BulkAct.ASK_TO_CALL:
        sent = Message.objects.filter(fiche__in=fiches).values_list("fiche", flat=True)
        assert Counter(sent) == Counter(fiches)
        return
    assert set(Fiche.objects.filter(id__in=fiches).values_list("closure", flat=True)) == {"closed"}
    told = [number for row in Entry.objects.filter(kind="tracing.closed") for number in row.fiches]
    numbers = Fiche.objects.filter(id__in=fiches).values_list("number", flat=True)
    assert sorted(told) == sorted(numbers)
