"""Signals from the database: what the brute-force definition says of small worlds, proposed once, accepted or not."""

from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from contact_covid.access.actor import SYSTEM
from contact_covid.access.policy import Denied
from contact_covid.clusters.actions.signals import (
    SignalChanged,
    SignalNotFound,
    accept_signal,
    propose_signals,
    reject_signal,
)
from contact_covid.clusters.enums import ClusterState, Ground, SignalRejection, SignalState
from contact_covid.clusters.models import Cluster, Member, Signal, SignalCase
from contact_covid.clusters.rules.transitions import ForbiddenStep
from contact_covid.clusters.signal_queries import signals
from contact_covid.clusters.tasks import propose_all, propose_lately
from contact_covid.core.ids import new_id
from contact_covid.journal.models import Entry
from contact_covid.tracing import enums
from contact_covid.tracing.actions.becoming import Positive, declare_positive
from contact_covid.tracing.enums import StayKind
from contact_covid.tracing.models import Exposure, Fiche
from contact_covid.tracing.queries import visible_to
from contact_covid.tracing.rules.stays import StayDetails
from tests.cast import TODAY, ident
from tests.clock import NOW
from tests.clusters.people import ISABELLE, JAURES, JULIEN, MATHILDE, YANNICK, index, once, stay
from tests.clusters.test_signal_rules import by_definition

pytestmark = pytest.mark.usefixtures("rolled_back")
LATER = NOW + timedelta(minutes=10)
CM2 = StayDetails(name="École Jean-Jaurès", group="CM2", postcode="93100", commune="Montreuil")
PLANT = StayDetails(name="Usine des Lilas", postcode="93260", commune="Les Lilas")


def run(*, since: timedelta = timedelta(hours=1)) -> list[UUID]:
    return propose_signals(actor=SYSTEM, since=LATER - since, now=LATER)


def pupils(*numbers: int, details: StayDetails = JAURES, apart: int = 0) -> list[Fiche]:
    people = [index(number, on=TODAY - timedelta(days=apart * place)) for place, number in enumerate(numbers)]
    for each in people:
        stay(each, details)
    return people


def version_of(signal: UUID) -> int:
    return Signal.objects.get(id=signal).version


def cases_of(signal: Signal) -> set[UUID]:
    return set(SignalCase.objects.filter(signal=signal).values_list("fiche", flat=True))


def test_three_cases_of_a_school_are_proposed_once_to_their_region() -> None:
    people = pupils(1, 2, 3)
    assert len(run()) == 1
    assert run() == []
    [signal] = signals(MATHILDE, after=None, limit=5)
    assert (signal.ground, signal.setting, signal.cases, signal.region) == ("place", "school", 3, "11")
    assert (signal.first_on, signal.last_on, signal.policy) == (TODAY, TODAY, "covid19/2020-05-13")
    assert cases_of(signal) == {each.id for each in people}
    assert signals(YANNICK, after=None, limit=5) == []
    row = Entry.objects.get(kind="clusters.signal_proposed")
    assert row.fiches == sorted(each.number for each in people)


def test_two_cases_or_three_in_more_than_a_week_are_none() -> None:
    pupils(1, 2)
    pupils(3, 4, 5, details=PLANT, apart=4)
    assert run() == []


@pytest.mark.parametrize(
    ("details", "kind", "ground"),
    [(CM2, StayKind.SCHOOL, Ground.GROUP), (PLANT, StayKind.WORK, Ground.WORK), (PLANT, StayKind.CARE, Ground.PLACE)],
)
def test_the_ground_is_what_they_share(details: StayDetails, kind: StayKind, ground: Ground) -> None:
    for number in (1, 2, 3):
        stay(index(number), details, kind=kind)
    run()
    assert Signal.objects.get().ground == ground


def test_a_chain_of_households_is_a_signal() -> None:
    """The first lives with the second's father, the second with the third's mother."""
    people = [index(number, contacts=(number + 10,)) for number in (1, 2, 3)]
    contacts = [Fiche.objects.get(exposures__index_fiche=each) for each in people]
    at_home(people[0], contacts[0])
    at_home(people[1], contacts[0])
    at_home(people[1], contacts[1])
    at_home(people[2], contacts[1])
    run()
    signal = Signal.objects.get()
    assert (signal.ground, signal.setting) == ("household", "household")
    assert cases_of(signal) == {each.id for each in people}
    Fiche.objects.filter(id=contacts[1].id).update(closure="cancelled", state="cancelled")
    Signal.objects.all().delete()
    assert run() == []


def test_contacts_who_became_cases_are_a_chain_whatever_they_shared() -> None:
    """The first met two colleagues, and both fell ill."""
    first = index(1, contacts=(11, 12))
    second, third = (became(contact) for contact in contacts_of(first))
    run()
    signal = Signal.objects.get()
    assert (signal.ground, signal.setting) == ("chain", "other")
    assert cases_of(signal) == {first.id, second.id, third.id}
    Fiche.objects.filter(id=third.id).update(closure="cancelled", state="cancelled")
    Signal.objects.all().delete()
    assert run() == []


def test_a_chain_leads_over_several_steps_and_back_to_who_exposed_the_same_person() -> None:
    """1 → 11, who is a case and met 12, whom 2 had met too; 12 is a case. 3 met 13, who is none."""
    one, two, three = index(1, contacts=(11,)), index(2, contacts=(12,)), index(3, contacts=(13,))
    eleven = became(*contacts_of(one))
    [met] = contacts_of(two)
    met_by(eleven, met)
    twelve = became(met)
    assert three
    run()
    assert cases_of(Signal.objects.get()) == {one.id, eleven.id, twelve.id, two.id}


def test_households_and_contacts_who_became_cases_are_one_chain() -> None:
    """1 and 2 live with the same person; 2 met 13 at work, who is a case."""
    one, two = index(1, contacts=(11,)), index(2, contacts=(13,))
    colleague = contacts_of(two)[0]
    [home] = contacts_of(one)
    at_home(one, home)
    at_home(two, home)
    third = became(colleague)
    run()
    signal = Signal.objects.get()
    assert (signal.ground, cases_of(signal)) == ("chain", {one.id, two.id, third.id})


def test_a_household_whose_members_fell_ill_is_a_chain_of_households() -> None:
    one = index(1)
    at_home(one, *contacts_of(index(2, contacts=(11, 12), on=TODAY - timedelta(days=25))))
    two, three = (became(contact) for contact in contacts_of(one))
    run()
    signal = Signal.objects.get()
    assert (signal.ground, cases_of(signal)) == ("household", {one.id, two.id, three.id})


def test_a_link_made_lately_is_enough_however_old_the_cases_are() -> None:
    first = index(1, contacts=(11, 12))
    one, other = contacts_of(first)
    became(one)
    late = LATER + timedelta(days=2)
    since = late - timedelta(hours=1)
    assert propose_signals(actor=SYSTEM, since=since, now=late) == []
    became(other, now=late)
    assert len(propose_signals(actor=SYSTEM, since=since, now=late)) == 1


@pytest.mark.parametrize("seed", range(3))
def test_small_worlds_have_the_chains_of_the_definition(seed: int) -> None:
    dice = Random(seed)
    fiches = [index(number, contacts=range(number * 10, number * 10 + 2)) for number in range(1, 9)]
    contacts = [contact for fiche in fiches for contact in contacts_of(fiche)]
    links = {frozenset((fiche.id, contact.id)) for fiche in fiches for contact in contacts_of(fiche)}
    homes: set[frozenset[UUID]] = set()
    for fiche in fiches:
        for contact in dice.sample(contacts, 2):
            if frozenset((fiche.id, contact.id)) not in links:
                at_home(fiche, contact)
                homes.add(frozenset((fiche.id, contact.id)))
    cases = {became(contact).id: contact.id for contact in dice.sample(contacts, 4)}
    run()
    joined = [{case, contact} for case, contact in cases.items()]
    joined += [set(link) for link in homes | {link for link in links if link & set(cases.values())}]
    for _ in joined:
        joined = [set().union(*(each for each in joined if each & group)) for group in joined]
    people = {fiche.id for fiche in fiches} | cases.keys()
    wanted = {frozenset(group & people) for group in joined}
    told = {frozenset(cases_of(signal)) for signal in Signal.objects.all()}
    assert told == {group for group in wanted if len(group) >= 3}


def contacts_of(fiche: Fiche) -> list[Fiche]:
    return list(Fiche.objects.filter(exposures__index_fiche=fiche).order_by("number"))


def became(contact: Fiche, *, now: datetime = NOW) -> Fiche:
    """Her fiche as a patient zéro, whom the platform heard of on the telephone."""
    positive = Positive(contact.id, TODAY, enums.TestKind.PCR)
    sent = once(f"positive {contact.number}")
    return declare_positive(actor=JULIEN, positive=positive, submission=sent, now=now, called=True)


def at_home(one: Fiche, *others: Fiche) -> None:
    for other in others:
        met_by(one, other, at_home=True)


def met_by(one: Fiche, other: Fiche, *, at_home: bool = False) -> None:
    Exposure.objects.create(
        id=new_id(NOW),
        index_fiche=one,
        contact_fiche=other,
        last_contact=TODAY,
        same_household=at_home,
        circumstance="household" if at_home else "care",
        created_at=NOW,
        author_practice=ident(3, 99),
    )


def test_a_cancelled_case_does_not_count() -> None:
    people = pupils(1, 2, 3)
    Fiche.objects.filter(id=people[0].id).update(closure="cancelled", state="cancelled")
    assert run() == []


def test_what_was_written_long_ago_is_left_to_the_nightly_run() -> None:
    pupils(1, 2, 3)
    long_after = NOW + timedelta(days=2)
    assert propose_signals(actor=SYSTEM, since=long_after - timedelta(hours=1), now=long_after) == []
    assert len(propose_signals(actor=SYSTEM, since=long_after - timedelta(days=21), now=long_after)) == 1


def test_the_jobs_of_the_clock_look_as_far_back_as_they_say() -> None:
    pupils(1, 2, 3)
    propose_lately(int((NOW + timedelta(days=1)).timestamp()))
    assert Signal.objects.count() == 0
    propose_all(int((NOW + timedelta(days=1)).timestamp()))
    assert Signal.objects.count() == 1


def test_a_new_case_is_added_to_the_signal_that_waits() -> None:
    pupils(1, 2, 3)
    [first] = run()
    stay(index(4), JAURES)
    assert run() == [first]
    assert Signal.objects.get().cases == 4


def test_a_rejected_signal_comes_back_with_a_new_case_only() -> None:
    pupils(1, 2, 3)
    [first] = run()
    reject_signal(actor=MATHILDE, signal=first, version=version_of(first), reason=SignalRejection.CHANCE, now=LATER)
    assert run() == []
    stay(index(4), JAURES)
    [second] = run()
    assert second != first
    with pytest.raises(ForbiddenStep):
        accept_signal(actor=MATHILDE, signal=first, version=version_of(first), now=LATER)


def test_a_decision_about_fewer_cases_than_there_are_now_is_not_taken() -> None:
    pupils(1, 2, 3)
    [signal] = run()
    seen = version_of(signal)
    stay(index(4), JAURES)
    run()
    with pytest.raises(SignalChanged):
        accept_signal(actor=MATHILDE, signal=signal, version=seen, now=LATER)
    with pytest.raises(SignalChanged):
        reject_signal(actor=MATHILDE, signal=signal, version=seen, reason=SignalRejection.CHANCE, now=LATER)
    assert Signal.objects.get().state == SignalState.PROPOSED


def test_an_accepted_signal_is_a_cluster_whose_people_the_agency_may_open() -> None:
    people = pupils(1, 2, 3, details=CM2)
    [signal] = run()
    assert visible_to(MATHILDE, LATER).count() == 0
    cluster = accept_signal(actor=MATHILDE, signal=signal, version=version_of(signal), now=LATER)
    assert accept_signal(actor=MATHILDE, signal=signal, version=version_of(signal), now=LATER) == cluster
    made = Cluster.objects.get()
    assert (made.state, made.cases, made.setting, made.region) == (ClusterState.INVESTIGATED, 3, "school", "11")
    assert set(visible_to(MATHILDE, LATER).values_list("id", flat=True)) == {each.id for each in people}
    assert visible_to(YANNICK, LATER).count() == 0
    assert b"Jaur" not in bytes(made.place)


def test_new_cases_of_a_followed_cluster_are_proposed_as_its_own() -> None:
    pupils(1, 2, 3)
    [signal] = run()
    cluster = accept_signal(actor=MATHILDE, signal=signal, version=version_of(signal), now=LATER)
    assert run() == []
    stay(index(4), JAURES)
    [again] = run()
    assert Signal.objects.get(id=again).cluster_id == cluster
    assert accept_signal(actor=MATHILDE, signal=again, version=version_of(again), now=LATER) == cluster
    assert Member.objects.filter(cluster=cluster).count() == 4


def test_another_region_or_another_role_decides_nothing() -> None:
    pupils(1, 2, 3)
    [signal] = run()
    with pytest.raises(SignalNotFound):
        accept_signal(actor=YANNICK, signal=signal, version=version_of(signal), now=LATER)
    with pytest.raises(SignalNotFound):
        reject_signal(actor=YANNICK, signal=signal, version=version_of(signal), reason=SignalRejection.KNOWN, now=LATER)
    with pytest.raises(Denied):
        accept_signal(actor=ISABELLE, signal=signal, version=version_of(signal), now=LATER)
    with pytest.raises(Denied):
        propose_signals(actor=ISABELLE, since=NOW, now=NOW)
    assert Signal.objects.get().state == SignalState.PROPOSED


@pytest.mark.parametrize("seed", range(4))
def test_small_worlds_have_the_signals_of_the_definition(seed: int) -> None:
    dice = Random(seed)
    people = {number: dice.randrange(14) for number in range(1, 11)}
    fiches = {number: index(number, on=TODAY - timedelta(days=day)) for number, day in people.items()}
    places = {n: StayDetails(name=f"Lieu {n}", postcode="93100") for n in range(4)}
    visits = [(number, place) for number in people for place in places if dice.random() < 0.45]
    for number, place in visits:
        stay(fiches[number], places[place])
    run()
    wanted: set[frozenset[UUID]] = set()
    for place in places:
        here: dict[UUID, date] = {
            fiches[number].id: TODAY - timedelta(days=people[number]) for number, at in visits if at == place
        }
        if near := by_definition(here, 3, 7):
            wanted.add(frozenset(near))
    told = {frozenset(cases_of(signal)) for signal in Signal.objects.all()}
    assert told == {each for each in wanted if not any(each < other for other in wanted)}
    assert run() == []
