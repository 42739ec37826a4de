"""Random sequences of everything agents and physicians do, against a model of the queue in plain Python."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contact_covid.core.period import PARIS
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.call_hours import open_at
from contact_covid.worklist.actions.queue import LEASE, claim_next, release, renew
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Attempt, Lease
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver
from contact_covid.worklist.rules.ladder import CallError
from tests.cast import contact, person
from tests.clock import NOW
from tests.worklist.calls import agent, told

AGENTS = [agent(40 + number) for number in range(3)]


@dataclass
class Person:
    """What the model knows of a fiche."""

    urgent_at: datetime
    callable_from: datetime
    waiting: bool = True
    closed: bool = False


@dataclass
class Held:
    """What the model knows of a lease; ``taken``: somebody else got the fiche since."""

    agent: int
    fiche: UUID
    expires_at: datetime
    state: str = "current"
    taken: bool = False


class Queue(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.people: dict[UUID, Person] = {}
        self.leases: dict[UUID, Held] = {}
        self.counted = self.kept = self.registered = 0
        self.around = transaction.atomic()
        self.around.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    def known(self, fiche: Fiche) -> None:
        assert fiche.callable_from is not None
        self.people[fiche.id] = Person(fiche.urgent_at, fiche.callable_from)

    @initialize()
    def somebody(self) -> None:
        self.register(household=False)

    @rule(household=st.booleans())
    def register(self, household: bool) -> None:
        self.registered += 1
        number = self.registered
        self.known(contact(person(number), index=60_000 + number, now=self.now, same_household=household))
        for fiche in Fiche.objects.filter(kind="index").exclude(id__in=self.people):
            self.known(fiche)

    @rule(minutes=st.sampled_from([1, 10, 21, 60, 200, 700]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def holds(self, who: int) -> list[Held]:
        mine = [held for held in self.leases.values() if held.agent == who and held.state == "current"]
        return [held for held in mine if held.expires_at > self.now]

    def callable(self) -> dict[UUID, Person]:
        if not open_at(self.now, PARIS):
            return {}
        busy = {held.fiche for who in range(len(AGENTS)) for held in self.holds(who)}
        return {
            id_: known
            for id_, known in self.people.items()
            if known.waiting and known.callable_from <= self.now and id_ not in busy
        }

    @rule(who=st.sampled_from(range(len(AGENTS))))
    def claim(self, who: int) -> None:
        held, free = self.holds(who), self.callable()
        taken = claim_next(actor=AGENTS[who], now=self.now)
        if held:
            assert taken
            assert taken.fiche in {one.fiche for one in held}
        elif not free:
            assert taken is None
        else:
            assert taken
            assert self.people[taken.fiche].urgent_at == min(known.urgent_at for known in free.values())
            assert taken.fiche in free
            self.taken_from_others(who, taken.fiche)
            self.leases[taken.id] = Held(who, taken.fiche, self.now + LEASE)

    def taken_from_others(self, who: int, fiche: UUID) -> None:
        for held in self.leases.values():
            if held.fiche == fiche and held.state in ("current", "released", "taken"):
                held.taken |= held.agent != who
                held.state = "taken" if held.state == "current" else held.state

    def some(self, data: st.DataObject) -> tuple[UUID, Held]:
        return data.draw(st.sampled_from(sorted(self.leases.items())))

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        id_, held = self.some(data)
        if held.state == "current":
            held.expires_at = renew(actor=AGENTS[held.agent], lease=id_, now=self.now)
            assert held.expires_at == self.now + LEASE
        else:
            over = LeaseTakenOver if held.taken and held.state != "recorded" else LeaseEnded
            with pytest.raises(over):
                renew(actor=AGENTS[held.agent], lease=id_, now=self.now)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        id_, held = self.some(data)
        release(actor=AGENTS[held.agent], lease=id_, now=self.now)
        if held.state == "current":
            held.state = "released"

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), outcome=st.sampled_from(Outcome), hours=st.integers(1, 30))
    def record(self, data: st.DataObject, outcome: Outcome, hours: int) -> None:
        id_, held = self.some(data)
        at = self.now + timedelta(hours=hours)
        said: dict[str, Any] = {"by": AGENTS[held.agent], "now": self.now, "call_back_at": at, "note": "zqnote"}
        if held.state == "recorded":
            with pytest.raises(LeaseEnded):
                told(id_, outcome, **said)
        elif outcome is Outcome.CALL_BACK and not open_at(at, PARIS):
            with pytest.raises(CallError):
                told(id_, outcome, **said)
        else:
            self.recorded(id_, held, told(id_, outcome, **said).counted, outcome)

    def recorded(self, id_: UUID, held: Held, counted: bool, outcome: Outcome) -> None:
        assert counted is not (held.taken or self.people[held.fiche].closed)
        self.counted, self.kept = self.counted + counted, self.kept + (not counted)
        for other in self.leases.values():
            if other.fiche == held.fiche and other.agent == held.agent and other.state == "current":
                other.state = "recorded"
        held.state = "recorded"
        if counted:
            self.learn(held.fiche, outcome)

    def learn(self, id_: UUID, outcome: Outcome) -> None:
        """How the fiche stands after a call that counted: ``test_ladder`` says what is right."""
        fiche, known = Fiche.objects.get(id=id_), self.people[id_]
        known.waiting = fiche.call in ("to_call", "call_back") and fiche.closure == "open"
        known.closed = known.closed or outcome is Outcome.REFUSED
        assert fiche.callable_from is not None
        known.callable_from = fiche.callable_from
        if outcome in (Outcome.INFORMED, Outcome.WRONG_NUMBER, Outcome.REFUSED):
            assert not known.waiting
        elif known.waiting:
            assert known.callable_from > self.now

    @invariant()
    def leases_are_as_the_model_says(self) -> None:
        stored = dict(Lease.objects.values_list("id", "ended"))
        current = {id_ for id_, ended in stored.items() if not ended}
        assert current == {id_ for id_, held in self.leases.items() if held.state == "current"}
        assert len({self.leases[id_].fiche for id_ in current}) == len(current)

    @invariant()
    def every_call_is_kept_and_counts_once(self) -> None:
        assert Attempt.objects.filter(second=False).count() == self.counted
        assert Attempt.objects.filter(second=True).count() == self.kept
        assert sum(Fiche.objects.values_list("attempts", flat=True)) == self.counted

    @invariant()
    def states_follow_from_the_facts(self) -> None:
        for fiche in Fiche.objects.all():
            assert fiche.state == ("closed" if fiche.closure == "closed" else fiche.call)
            assert bool(fiche.closure_reason) is (fiche.closure == "closed")
            assert bool(fiche.call_reason) is (fiche.call == "unreachable")
            assert fiche.urgent_at == self.people[fiche.id].urgent_at


@pytest.mark.usefixtures("platform")
def test_whatever_agents_do_the_queue_is_as_the_model_says() -> None:
    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
