"""Agents at the same moment, on real connections: no two of them ever have one person."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections

from contact_covid.access.actor import Actor
from contact_covid.directory.actions import load_reference
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.queue import LEASE, LeaseTaken, claim_next, release
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Attempt, Lease
from contact_covid.worklist.queries import LeaseEnded
from tests.clock import NOW
from tests.worklist.calls import ISABELLE, JULIEN, LATER, agent, claimed, people, someone, told

pytestmark = pytest.mark.usefixtures("fresh_database")
PRESSES = 1_000
AT_MOST = 20.0


@pytest.fixture(autouse=True)
def _reference(fresh_database: str) -> None:
    load_reference(now=NOW)


def together(actors: list[Actor], act: Callable[[Actor, int], object], times: int) -> list[list[object]]:
    """What each got, press by press, all pressing at once each time, for 20 seconds at most."""
    gate = Barrier(len(actors))
    ends = time.monotonic() + AT_MOST
    going = [True]

    def press(place: int) -> list[object]:
        got = []
        try:
            for turn in range(times):
                if place == 0:
                    going[0] = time.monotonic() < ends
                gate.wait(timeout=30)
                if not going[0]:
                    break
                got.append(act(actors[place], turn))
                gate.wait(timeout=30)
        finally:
            connections.close_all()
        return got

    with ThreadPoolExecutor(len(actors)) as pool:
        return list(pool.map(press, range(len(actors))))


def test_two_agents_who_press_together_never_get_one_person(record_property: Callable[[str, object], None]) -> None:
    """They give back what they got, so that both want the same first person every time."""
    people(3)
    got: dict[int, list[LeaseTaken]] = {}

    def press(actor: Actor, turn: int) -> object:
        lease = claimed(actor, NOW + timedelta(milliseconds=turn))
        got.setdefault(turn, []).append(lease)
        while len(got[turn]) < 2:  # both hold theirs before either gives it back
            time.sleep(0.0002)
        release(actor=actor, lease=lease.id, now=NOW + timedelta(milliseconds=turn))
        return lease

    presses = len(together([JULIEN, ISABELLE], press, PRESSES)[0])
    record_property("presses", presses)
    print(f"{presses} presses")
    assert presses >= 100
    assert [turn for turn, leases in got.items() if leases[0].fiche == leases[1].fiche] == []
    assert Lease.objects.filter(ended_at=None).count() == 0


def test_many_agents_empty_a_short_queue_with_one_person_each() -> None:
    people(6)
    actors = [agent(100 + number) for number in range(10)]
    got = [each[0] for each in together(actors, lambda actor, _: claim_next(actor=actor, now=NOW), 1)]
    leases = [lease for lease in got if isinstance(lease, LeaseTaken)]
    assert len(leases) == len({lease.fiche for lease in leases}) == 6


def test_an_expired_lease_is_taken_over_once() -> None:
    someone()
    for turn in range(20):
        Lease.objects.all().delete()
        claimed(JULIEN, NOW)
        later = NOW + LEASE
        actors = [agent(100 + number) for number in range(4)]
        got = together(actors, lambda actor, _, later=later: claim_next(actor=actor, now=later), 1)  # type: ignore[misc]
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

        [[made], [taken]] = together([JULIEN, ISABELLE], act, 1)
        assert made.counted is (taken is None), turn  # type: ignore[attr-defined]


def test_one_call_recorded_twice_at_once_is_one_attempt() -> None:
    someone()
    lease = claimed()

    def press(_: Actor, __: int) -> object:
        try:
            return told(lease, Outcome.NO_ANSWER, now=LATER).counted
        except LeaseEnded:
            return "ended"

    got = [each[0] for each in together([JULIEN] * 8, press, 1)]
    assert (got.count(True), got.count("ended")) == (1, 7)
    assert Attempt.objects.count() == 1
