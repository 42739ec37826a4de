"""Fiches that another organisation calls for a platform: given, called, and given back at the end, whatever happens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, Submission, submission
from contact_covid.core.period import PARIS
from contact_covid.journal.models import Entry
from contact_covid.tracing import enums
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound, visible_to
from contact_covid.worklist.actions.area import find_caller, open_area
from contact_covid.worklist.actions.assignment import assign, reassign
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.contacts import open_index
from contact_covid.worklist.actions.corrections import open_called
from contact_covid.worklist.actions.delegations import (
    Delegated,
    delegate,
    delegate_area,
    end_delegation,
    give_who_came,
    return_due,
    take_back,
)
from contact_covid.worklist.actions.health import positive_during_call
from contact_covid.worklist.actions.messages import messages_of
from contact_covid.worklist.actions.queue import FicheDelegated, FicheHeld, claim, claim_next, renew
from contact_covid.worklist.actions.typed import keep_typed, typed_so_far
from contact_covid.worklist.board_queries import queues
from contact_covid.worklist.delegation_queries import DelegationNotFound, delegated_to, delegations_of
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Assignment, Delegation, Lease
from contact_covid.worklist.queries import LeaseNotFound, call_made, lease_of, waiting
from contact_covid.worklist.rules.delegation import LONGEST, DelegationErrorCode, DelegationRefused, end_of
from tests.cast import contact, dossier, enter, ident, named, now_of, person
from tests.clock import NOW
from tests.worklist.calls import (
    AMANDINE,
    CPTS,
    ISABELLE,
    JULIEN,
    LATER,
    STEEVE,
    agent,
    claimed,
    hired,
    people,
    someone,
    told,
)

pytestmark = pytest.mark.usefixtures("rolled_back", "reference")
TODAY = NOW.astimezone(PARIS).date()
SUNDAY = TODAY + timedelta(days=4)
OVER = datetime(SUNDAY.year, SUNDAY.month, SUNDAY.day, tzinfo=PARIS) + timedelta(days=1)
MORNING = OVER + timedelta(hours=9)
ISABEAU = agent(28, fund="972", role=ISABELLE.role)


@pytest.fixture(autouse=True)
def _hired(rolled_back: None, reference: None) -> None:
    hired(AMANDINE, STEEVE, JULIEN)


def given(*fiches: Fiche, to: UUID = CPTS, **more: Any) -> Delegated:
    said: dict[str, Any] = {"organisation": to, "last_day": SUNDAY, "now": NOW} | more
    return delegate(actor=ISABELLE, fiches=[each.id for each in fiches], **said)


def area(*postcodes: str, department: str = "93", **more: Any) -> Delegated:
    said: dict[str, Any] = {"organisation": CPTS, "last_day": SUNDAY, "now": NOW} | more
    return delegate_area(actor=ISABELLE, department=department, postcodes=postcodes, **said)


def called_by(organisation: UUID) -> set[UUID]:
    return set(Fiche.objects.filter(delegated_to=organisation).values_list("id", flat=True))


# --- Until when ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "code"), [(-1, DelegationErrorCode.PAST), (32, DelegationErrorCode.TOO_LONG)])
def test_an_end_is_neither_past_nor_far(days: int, code: DelegationErrorCode) -> None:
    with pytest.raises(DelegationRefused) as refused:
        end_of(TODAY + timedelta(days=days), NOW)
    assert refused.value.code == code


def test_the_last_day_is_called_whole() -> None:
    assert end_of(TODAY, NOW) == datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=PARIS) + timedelta(days=1)
    assert end_of(TODAY + LONGEST, NOW) > NOW + LONGEST


# --- Given ---------------------------------------------------------------------------------------------------------


def test_what_is_delegated_is_in_one_queue_only_and_comes_back_with_its_urgency() -> None:
    first, second = people(2)
    before = now_of(first).urgent_at
    made = given(first)
    assert made.given == 1
    assert claimed(JULIEN).fiche == second.id
    assert claim_next(actor=agent(30), now=NOW) is None
    assert claim_next(actor=STEEVE, now=NOW) is None
    lease = claimed(AMANDINE)
    assert lease.fiche == first.id
    assert told(lease, Outcome.NO_ANSWER, by=AMANDINE).counted
    assert return_due(now=OVER - timedelta(seconds=1)) == 0
    assert return_due(now=OVER) == 1
    assert return_due(now=OVER) == 0
    assert (now_of(first).urgent_at, now_of(first).delegated_to) == (before, None)
    assert claimed(agent(31), MORNING).fiche in {first.id, second.id}
    kinds = ["worklist.delegated", "worklist.returned"]
    rows = Entry.objects.filter(kind__in=kinds).order_by("at")
    assert [(row.kind, row.fiches, row.detail["organisation"]) for row in rows] == [
        (kind, [first.number], str(CPTS)) for kind in kinds
    ]


def test_only_who_waits_and_is_with_nobody_is_delegated() -> None:
    hired(agent(30))
    waits, held, informed, far, elsewhere, assigned = people(6)
    claim(actor=JULIEN, fiche=held.id, now=NOW)
    Fiche.objects.filter(id=informed.id).update(told_at=NOW, call="informed", state="informed")
    Fiche.objects.filter(id=far.id).update(fund="941")
    given(elsewhere)
    assign(actor=ISABELLE, fiches=[assigned.id], agent=ident(1, 30), now=NOW)
    assert given(waits, held, informed, far, elsewhere, assigned).given == 2
    assert called_by(CPTS) == {waits.id, elsewhere.id, assigned.id}
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("to", [STEEVE.organisation, JULIEN.organisation, ident(3, 999)])
def test_only_an_organisation_of_the_area_is_given_fiches(to: UUID) -> None:
    with pytest.raises(DelegationRefused) as refused:
        given(someone(), to=to)
    assert refused.value.code == DelegationErrorCode.NO_ORGANISATION


def test_a_list_of_nobody_begins_nothing() -> None:
    with pytest.raises(DelegationRefused):
        given()
    assert not Delegation.objects.exists()


def test_only_a_supervisor_delegates_and_takes_back_and_in_her_own_fund() -> None:
    fiche = someone()
    for actor in (JULIEN, AMANDINE):
        with pytest.raises(Denied):
            delegate(actor=actor, organisation=CPTS, fiches=[fiche.id], last_day=SUNDAY, now=NOW)
    made = given(fiche)
    with pytest.raises(DelegationNotFound):
        end_delegation(actor=ISABEAU, delegation=made.delegation, now=NOW)
    assert take_back(actor=ISABEAU, fiches=[fiche.id], now=NOW) == 0
    assert called_by(CPTS) == {fiche.id}


# --- By area -------------------------------------------------------------------------------------------------------


def test_an_area_is_who_waits_there_and_who_comes() -> None:
    here, there = contact(person(1), index=501), contact(person(2, postcode="93500"), index=502)
    Fiche.objects.filter(kind=FicheKind.INDEX).update(told_at=NOW, call="interviewed", state="interviewed")
    assert area("93100").given == 1
    assert called_by(CPTS) == {here.id}
    new = contact(person(3), index=503, now=LATER)
    contact(person(4, postcode="93500"), index=504, now=LATER)
    Fiche.objects.filter(kind=FicheKind.INDEX).update(told_at=NOW, call="interviewed", state="interviewed")
    assert (give_who_came(now=LATER), give_who_came(now=LATER)) == (1, 0)
    assert called_by(CPTS) == {here.id, new.id}
    assert now_of(there).delegated_to is None


def test_after_the_end_nobody_comes_any_more() -> None:
    area()
    return_due(now=OVER)
    someone()
    assert give_who_came(now=OVER) == 0


def test_a_whole_departement_and_none_of_another_fund() -> None:
    fiches = people(3)
    assert area().given == 3
    assert called_by(CPTS) == {each.id for each in fiches}
    for department in ("972", "", "xx"):
        with pytest.raises(DelegationRefused):
            area(department=department)


def test_a_large_area_is_given_in_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contact_covid.worklist.actions.delegations.A_ROUND", 2)
    people(5)
    assert area().given == 2
    assert give_who_came(now=LATER) == 3


# --- The organisation's agents -------------------------------------------------------------------------------------


def test_her_list_her_counters_and_her_search_know_what_is_delegated_only() -> None:
    mine, other = people(2)
    given(mine)
    page = open_area(actor=AMANDINE, now=NOW)
    assert [line.fiche.sealed.fiche for line in page.lines] == [mine.id]
    assert page.count == 1
    assert waiting(AMANDINE, NOW).next_at is not None
    assert waiting(STEEVE, NOW) == (None, 0)
    found = [find_caller(actor=AMANDINE, phone=person(number).phone, now=NOW) for number in (1, 2)]
    assert [[line.fiche.sealed.fiche for line in lines] for lines in found] == [[mine.id], []]
    assert open_area(actor=STEEVE, now=NOW).count == 0
    assert not visible_to(AMANDINE, NOW).filter(id=other.id).exists()
    with pytest.raises(FicheNotFound):
        claim(actor=AMANDINE, fiche=other.id, now=NOW)
    assert [each.organisation for each in delegated_to(AMANDINE, NOW)] == [CPTS]


def test_others_of_the_household_are_named_only_if_they_are_delegated_too() -> None:
    home = {"same_household": True}
    [made] = enter(dossier(person(90), named(person(1), **home), named(person(2), **home), named(person(3), **home)))
    Fiche.objects.filter(id=made.index.id).update(told_at=NOW, call="interviewed", state="interviewed")
    first, second, third = made.contacts
    given(first, second)
    lease = claim(actor=AMANDINE, fiche=first.id, now=NOW)
    around = open_card(actor=AMANDINE, lease=lease.id, now=NOW).around
    assert {each.fiche: each.identity is not None for each in around} == {second.id: True, third.id: False}


def test_the_platform_does_not_call_meanwhile_but_answers_who_rings() -> None:
    fiche = someone()
    given(fiche)
    with pytest.raises(FicheDelegated) as refused:
        claim(actor=JULIEN, fiche=fiche.id, now=NOW)
    assert (refused.value.to, refused.value.until) == (CPTS, OVER)
    claim(actor=JULIEN, fiche=fiche.id, now=NOW, incoming=True)
    with pytest.raises(FicheHeld):
        claim(actor=AMANDINE, fiche=fiche.id, now=NOW)
    assert claim_next(actor=AMANDINE, now=NOW) is None
    assert queues(["931"])["931"] == []
    lines = {line.fiche.sealed.fiche: line.fiche for line in open_area(actor=JULIEN, now=NOW).lines}
    assert lines[fiche.id].delegated_to == CPTS


def test_who_tests_positive_stays_with_who_calls_her() -> None:
    fiche = someone()
    made = given(fiche)
    lease = claimed(AMANDINE)
    sent = Submission("positive", b"")
    case = positive_during_call(
        actor=AMANDINE,
        lease=lease.id,
        sampled_on=TODAY,
        kind=enums.TestKind.PCR,
        result_on=TODAY,
        submission=sent,
        now=NOW,
    )
    assert claimed(AMANDINE).fiche == case.id
    end_delegation(actor=ISABELLE, delegation=made.delegation, now=NOW)
    assert called_by(CPTS) == set()


# --- The end -------------------------------------------------------------------------------------------------------

READINGS: list[Callable[[UUID, datetime], object]] = [
    lambda lease, now: open_card(actor=AMANDINE, lease=lease, now=now),
    lambda lease, now: open_called(actor=AMANDINE, lease=lease, now=now),
    lambda lease, now: open_index(actor=AMANDINE, lease=lease, now=now),
    lambda lease, now: messages_of(actor=AMANDINE, lease=lease, now=now),
    lambda lease, now: lease_of(AMANDINE, lease, now),
]


@pytest.mark.parametrize("cleared", [False, True], ids=["at that moment", "once the service has passed"])
def test_nothing_of_a_person_is_open_after_the_end(cleared: bool) -> None:
    fiche = someone()
    given(fiche)
    lease = claimed(AMANDINE)
    made = told(lease, Outcome.NO_ANSWER, by=AMANDINE)
    again = claim(actor=AMANDINE, fiche=fiche.id, now=LATER)
    assert call_made(AMANDINE, made.attempt, LATER) is not None
    if cleared:
        return_due(now=OVER)
    for reading in READINGS:
        with pytest.raises(LeaseNotFound):
            reading(again.id, OVER)
    assert call_made(AMANDINE, made.attempt, OVER) is None
    assert open_area(actor=AMANDINE, now=OVER).count == 0
    assert find_caller(actor=AMANDINE, phone=person().phone, now=OVER) == []
    assert not visible_to(AMANDINE, OVER).exists()
    with pytest.raises(FicheNotFound):
        claim(actor=AMANDINE, fiche=fiche.id, now=OVER)
    assert delegated_to(AMANDINE, OVER) == []


def test_a_call_that_is_made_at_the_end_may_be_told_and_its_note_is_kept() -> None:
    first, second = people(2)
    made = given(first, second)
    lease = claimed(AMANDINE)
    keep_typed(actor=AMANDINE, lease=lease.id, typed={"note": "zqnote"}, now=NOW)
    assert end_delegation(actor=ISABELLE, delegation=made.delegation, now=NOW) == 2
    held = Lease.objects.get(id=lease.id)
    assert (held.ended, typed_so_far(held)) == ("returned", {"note": "zqnote"})
    with pytest.raises(LeaseNotFound):
        renew(actor=AMANDINE, lease=lease.id, now=NOW)
    assert told(lease, Outcome.INFORMED, by=AMANDINE, now=NOW + timedelta(minutes=5)).counted
    assert end_delegation(actor=ISABELLE, delegation=made.delegation, now=NOW) == 0


def test_long_after_the_end_a_call_is_told_no_more() -> None:
    someone_ = someone()
    made = given(someone_)
    lease = claimed(AMANDINE)
    end_delegation(actor=ISABELLE, delegation=made.delegation, now=NOW)
    with pytest.raises(LeaseNotFound):
        told(lease, Outcome.INFORMED, by=AMANDINE, now=LATER)


def test_one_is_taken_back_and_the_other_stays() -> None:
    first, second = people(2)
    given(first, second)
    assert take_back(actor=ISABELLE, fiches=[first.id], now=NOW) == 1
    assert called_by(CPTS) == {second.id}
    assert claimed(JULIEN).fiche == first.id
    [seen] = delegations_of(ISABELLE, NOW)
    assert (seen.fiches, seen.waiting, seen.delegation.ended_at) == (1, 1, None)
    assert delegations_of(ISABEAU, NOW) == []


def test_who_of_the_platform_is_on_the_line_goes_on_when_all_comes_back() -> None:
    fiche = someone()
    made = given(fiche)
    lease = claim(actor=JULIEN, fiche=fiche.id, now=NOW, incoming=True)
    end_delegation(actor=ISABELLE, delegation=made.delegation, now=NOW)
    assert renew(actor=JULIEN, lease=lease.id, now=NOW) > NOW


def test_sent_twice_is_delegated_once() -> None:
    fiche = someone()
    sent = submission("twice-the-same-key", {"fiches": [fiche.id.hex]})
    given(fiche, submission=sent)
    with pytest.raises(AlreadyRecorded):
        given(fiche, submission=sent)
    assert Delegation.objects.count() == 1


def test_a_fiche_that_she_calls_is_given_to_an_agent_of_the_platform_and_is_hers_no_more() -> None:
    fiche = someone()
    given(fiche)
    lease = claimed(AMANDINE)
    reassign(actor=ISABELLE, lease=lease.id, agent=JULIEN.account, now=NOW)
    assert called_by(CPTS) == set()
    assert claimed(JULIEN).fiche == fiche.id
    with pytest.raises(LeaseNotFound):
        open_card(actor=AMANDINE, lease=lease.id, now=NOW)


def test_the_open_ones_come_first_page_by_page() -> None:
    fiches = people(8)
    made = [given(each, now=NOW + timedelta(seconds=n)).delegation for n, each in enumerate(fiches)]
    for each in made[-2:]:
        end_delegation(actor=ISABELLE, delegation=each, now=LATER)
    first = delegations_of(ISABELLE, LATER)
    assert [each.delegation.id for each in first] == [*made[5::-1], made[7]]
    rest = delegations_of(ISABELLE, LATER, first[-2].delegation.id)
    assert [each.delegation.id for each in rest] == [made[7], made[6]]
    assert [each.delegation.id for each in delegations_of(ISABELLE, LATER, made[7])] == [made[6]]
