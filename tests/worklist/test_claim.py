"""Who is given to whom: by urgency, in the agent's area, when they may be called, for as long as a lease lasts."""

from datetime import timedelta
from uuid import UUID

import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.policy import Denied
from contact_covid.core.ids import new_id
from contact_covid.journal.models import Entry
from contact_covid.tracing.actions.calls import CallMade, record_calls
from contact_covid.tracing.actions.counter import Visit, record_visits
from contact_covid.tracing.enums import Call
from contact_covid.tracing.models import Fiche, IndexCase
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.queue import LEASE, FicheHeld, claim, claim_next, release, renew
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Attempt, Lease
from contact_covid.worklist.queries import LeaseEnded, LeaseNotFound, LeaseTakenOver
from tests.cast import BEATRICE, CLAIRE, PAUL, contact, now_of, person, search
from tests.clock import NOW
from tests.tracing import counter
from tests.worklist.calls import ISABELLE, JULIEN, KETTY, LATER, agent, claimed, people, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back")
EXPIRED = NOW + LEASE + timedelta(minutes=1)


def order_of(count: int) -> list[UUID]:
    """The fiches in the order in which agents are given them, None when there is nobody left."""
    return [claimed(agent(100 + number)).fiche for number in range(count)]


def test_positive_then_index_then_household_then_others() -> None:
    search(person(4), by=BEATRICE)
    other = contact(person(1), index=50_001)
    household = contact(person(2), index=50_002, same_household=True)
    positive = contact(person(4), index=50_003, now=NOW + timedelta(minutes=1))
    search(person(4), by=BEATRICE, now=LATER)
    record_visits(actor=BEATRICE, visits=[Visit(positive.id, test=counter.a_test("positive"))], now=LATER)
    indexes = set(Fiche.objects.filter(kind="index").values_list("id", flat=True))
    given = [claimed(agent(100 + number), LATER).fiche for number in range(6)]
    assert given[0] == IndexCase.objects.get(was_contact=positive).fiche_id
    assert set(given[:4]) == indexes
    assert given[4:] == [household.id, other.id]
    assert claim_next(actor=JULIEN, now=LATER) is None


def test_a_lease_is_the_agent_s_for_twenty_minutes_and_in_the_journal() -> None:
    fiche = someone()
    taken = claimed()
    assert (taken.fiche, taken.number, taken.expires_at) == (fiche.id, fiche.number, NOW + timedelta(minutes=20))
    row = Entry.objects.get(kind="worklist.claimed")
    assert (row.account, row.organisation, row.fiches) == (JULIEN.account, JULIEN.organisation, [fiche.number])


def test_who_presses_twice_is_given_the_same_person_once() -> None:
    people(2)
    assert claimed() == claimed(now=NOW + timedelta(seconds=1))
    assert Lease.objects.count() == 1
    assert Entry.objects.filter(kind="worklist.claimed").count() == 1


def test_one_person_is_never_with_two_agents() -> None:
    someone()
    claimed()
    assert claim_next(actor=ISABELLE, now=NOW + LEASE - timedelta(seconds=1)) is None


def test_an_expired_lease_goes_to_the_next_agent() -> None:
    someone()
    first = claimed()
    second = claimed(ISABELLE, EXPIRED)
    assert (second.fiche, second.id != first.id) == (first.fiche, True)
    assert list(Lease.objects.order_by("taken_at").values_list("ended", flat=True)) == ["taken", ""]


def test_renewing_keeps_the_person_even_after_the_end() -> None:
    someone()
    lease = claimed()
    assert renew(actor=JULIEN, lease=lease.id, now=EXPIRED) == EXPIRED + LEASE
    assert claim_next(actor=ISABELLE, now=EXPIRED + timedelta(minutes=19)) is None


def test_renewing_what_another_took_tells_who_and_when() -> None:
    someone()
    lease = claimed()
    claimed(ISABELLE, EXPIRED)
    with pytest.raises(LeaseTakenOver) as taken:
        renew(actor=JULIEN, lease=lease.id, now=EXPIRED + timedelta(minutes=1))
    assert (taken.value.by, taken.value.at) == (ISABELLE.account, EXPIRED)


def test_what_is_given_back_is_given_to_the_next() -> None:
    someone()
    lease = claimed()
    release(actor=JULIEN, lease=lease.id, now=NOW + timedelta(minutes=1))
    release(actor=JULIEN, lease=lease.id, now=NOW + timedelta(minutes=2))
    with pytest.raises(LeaseEnded):
        renew(actor=JULIEN, lease=lease.id, now=NOW + timedelta(minutes=2))
    assert claimed(ISABELLE, NOW + timedelta(minutes=3)).fiche == lease.fiche
    assert Entry.objects.filter(kind="worklist.released").count() == 1


def test_an_agent_of_another_fund_finds_nothing() -> None:
    fiche = someone()
    assert claim_next(actor=KETTY, now=NOW.replace(hour=16)) is None
    with pytest.raises(FicheNotFound):
        claim(actor=KETTY, fiche=fiche.id, now=NOW)
    with pytest.raises(FicheNotFound):
        claim(actor=KETTY, fiche=new_id(NOW), now=NOW)


def test_the_lease_of_another_is_as_absent() -> None:
    someone()
    lease = claimed()
    for id_ in (lease.id, new_id(NOW)):
        for act in (renew, release, open_card):
            with pytest.raises(LeaseNotFound):
                act(actor=ISABELLE, lease=id_, now=NOW)
        with pytest.raises(LeaseNotFound):
            told(id_, Outcome.INFORMED, by=ISABELLE)


@pytest.mark.parametrize("hour", [7, 19, 22])
def test_nobody_is_called_at_night(hour: int) -> None:
    someone()
    assert claim_next(actor=JULIEN, now=NOW.replace(hour=hour, day=14)) is None


def test_departements_that_sleep_are_passed_over() -> None:
    """The fund's list has somebody of Martinique, more urgent, at four in the morning there."""
    far, near = people(2)
    Fiche.objects.filter(id=far.id).update(department="972", urgent_at=NOW - timedelta(days=1))
    assert claimed().fiche == near.id
    assert claimed(ISABELLE, NOW.replace(hour=15)).fiche == far.id


def test_an_appointment_is_kept() -> None:
    fiche = someone()
    at = NOW + timedelta(hours=4)
    told(claimed(), Outcome.CALL_BACK, call_back_at=at, now=NOW + timedelta(minutes=3))
    assert claim_next(actor=JULIEN, now=at - timedelta(seconds=1)) is None
    assert claimed(now=at).fiche == fiche.id


def test_whom_the_physician_calls_himself_is_not_in_the_queue() -> None:
    fiche = someone(calls_self=True)
    assert now_of(fiche).callable_from is None
    assert claim_next(actor=JULIEN, now=NOW) is None
    assert claim(actor=JULIEN, fiche=fiche.id, now=NOW).fiche == fiche.id


@pytest.mark.parametrize("call", [Call.INFORMED, Call.UNREACHABLE])
def test_whose_call_is_over_is_not_in_the_queue(call: Call) -> None:
    fiche = someone()
    record_calls(actor=JULIEN, calls=[CallMade(fiche.id, call)], now=LATER)
    assert claim_next(actor=JULIEN, now=LATER) is None


def test_who_is_on_the_line_is_claimed_at_any_hour_and_whatever_the_call() -> None:
    fiche = someone()
    record_calls(actor=JULIEN, calls=[CallMade(fiche.id, Call.UNREACHABLE)], now=LATER)
    night = NOW.replace(hour=22)
    lease = claim(actor=JULIEN, fiche=fiche.id, now=night)
    assert claim(actor=JULIEN, fiche=fiche.id, now=night).id == lease.id
    with pytest.raises(FicheHeld) as held:
        claim(actor=ISABELLE, fiche=fiche.id, now=night)
    assert (held.value.by, held.value.until) == (JULIEN.account, night + LEASE)
    assert claim(actor=ISABELLE, fiche=fiche.id, now=night + LEASE).id != lease.id


@pytest.mark.parametrize("closure", ["closed", "cancelled"])
def test_a_fiche_that_is_over_is_not_called(closure: str) -> None:
    fiche = someone()
    Fiche.objects.filter(id=fiche.id).update(closure=closure, state=closure)
    assert claim_next(actor=JULIEN, now=NOW) is None
    with pytest.raises(FicheNotFound):
        claim(actor=JULIEN, fiche=fiche.id, now=NOW)


@pytest.mark.parametrize("actor", [CLAIRE, BEATRICE, PAUL])
def test_only_platforms_call(actor: Actor) -> None:
    fiche = someone()
    lease = claimed()
    with pytest.raises(Denied):
        claim_next(actor=actor, now=NOW)
    with pytest.raises(Denied):
        claim(actor=actor, fiche=fiche.id, now=NOW)
    with pytest.raises(Denied):
        told(lease, Outcome.INFORMED, by=actor)
    assert Attempt.objects.count() == 0
