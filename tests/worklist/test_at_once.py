"""Agents at the same moment, on real connections: no two of them ever have one person."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from django.db import connections

from contact_covid.access.actor import Actor
from contact_covid.directory.actions import load_reference
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.queue import LEASE, LeaseTaken, claim_next
from contact_covid.worklist.enums import LeaseEnd, Outcome
from contact_covid.worklist.models import Attempt, Lease
from contact_covid.worklist.queries import LeaseEnded
from tests.clock import NOW
from tests.worklist.calls import ISABELLE, JULIEN, LATER, agent, claimed, people, someone, told

pytestmark = pytest.mark.usefixtures("fresh_database")
PRESSES = 1_000


@pytest.fixture(autouse=True)
def _reference(fresh_database: str) -> None:
    load_reference(now=NOW)


def together(
    actors: list[Actor], act: Callable[[Actor, int], object], times: int = 1, before: Callable[[], None] | None = None
) -> list[list[object]]:
    """What each got, press by press, all pressing at once each time; ``before`` each, one thread for all prepares."""
    gate = Barrier(len(actors), action=before, timeout=30)

    def press(actor: Actor) -> list[object]:
        got = []
        try:
            for turn in range(times):
                gate.wait()
                got.append(act(actor, turn))
        except BrokenBarrierError:
            pass  # who broke it tells why
        except BaseException:
            gate.abort()
            raise
        finally:
            connections.close_all()
        return got

    with ThreadPoolExecutor(len(actors)) as pool:
        return list(pool.map(press, actors))


def give_back() -> None:
    Lease.objects.filter(ended_at=None).update(ended_at=NOW, ended=LeaseEnd.RELEASED)


def test_two_agents_who_press_together_never_get_one_person() -> None:
    """What they got is given back each time, so that both always want the same first person."""
    people(3)

    def press(actor: Actor, turn: int) -> UUID:
        return claimed(actor, NOW + timedelta(milliseconds=turn)).fiche

    got = together([JULIEN, ISABELLE], press, PRESSES, before=give_back)
    assert [len(fiches) for fiches in got] == [PRESSES, PRESSES]
    assert [turn for turn, (one, other) in enumerate(zip(*got, strict=True)) if one == other] == []
    assert Lease.objects.count() == 2 * PRESSES


def test_many_agents_empty_a_short_queue_with_one_person_each() -> None:
    people(6)
    actors = [agent(100 + number) for number in range(10)]
    got = [each[0] for each in together(actors, lambda actor, _: claim_next(actor=actor, now=NOW))]
    leases = [lease for lease in got if isinstance(lease, LeaseTaken)]
    assert len(leases) == len({lease.fiche for lease in leases}) == 6


def test_an_expired_lease_is_taken_over_once() -> None:
    someone()
    for turn in range(20):
        Lease.objects.all().delete()
        claimed(JULIEN, NOW)
        later = NOW + LEASE
        actors = [agent(100 + number) for number in range(4)]
        got = together(actors, lambda actor, _, later=later: claim_next(actor=actor, now=later))  # type: ignore[misc]
        assert sum(each != [None] for each in got) == 1, turn


def test_recording_and_taking_over_at_once_is_one_or_the_other() -> None:
    """Either the call counted and nobody was given the person, or somebody was and the note is kept."""
    fiche = someone()
    for turn in range(30):
        Lease.objects.all().delete()
        Attempt.objects.all().delete()
        Fiche.objects.filter(id=fiche.id).update(call="to_call", state="to_call")
        lease, later = claimed(JULIEN, NOW), NOW + LEASE

        def act(actor: Actor, _: int, lease: LeaseTaken = lease, now: datetime = later) -> object:
            if actor is JULIEN:
                return told(lease, Outcome.INFORMED, now=now)
            return claim_next(actor=actor, now=now)

        [[made], [taken]] = together([JULIEN, ISABELLE], act)
        assert made.counted is (taken is None), turn  # type: ignore[attr-defined]


def test_one_call_recorded_twice_at_once_is_one_attempt() -> None:
    someone()
    lease = claimed()

    def press(_: Actor, __: int) -> object:
        try:
            return told(lease, Outcome.NO_ANSWER, now=LATER).counted
        except LeaseEnded:
            return "ended"

    got = [each[0] for each in together([JULIEN] * 8, press)]
    assert (got.count(True), got.count("ended")) == (1, 7)
    assert Attempt.objects.count() == 1
