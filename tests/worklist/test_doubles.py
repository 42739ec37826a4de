"""A fiche that was made one with another: nobody calls both, calls are told of both, numbers lead to the one."""

from datetime import timedelta

import pytest

from contact_covid.tracing.enums import Call
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.area import find_caller
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.doubles import merge_doubles, undo_merge
from contact_covid.worklist.actions.outcomes import record_outcome
from contact_covid.worklist.actions.queue import FicheHeld, claim, claim_next, release
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.queries import calls_before
from tests.cast import person
from tests.tracing.doubles import JULIEN, LATER, decided, misspelt, two_contacts

pytestmark = pytest.mark.usefixtures("rolled_back")
SOON, MUCH_LATER = LATER + timedelta(minutes=10), LATER + timedelta(hours=2)


def tried(fiche: Fiche, note: str, minutes: int) -> None:
    at = LATER + timedelta(minutes=minutes)
    lease = claim(actor=JULIEN, fiche=fiche.id, now=at)
    record_outcome(actor=JULIEN, lease=lease.id, outcome=Outcome.NO_ANSWER, note=note, now=at)


def test_calls_of_both_are_told_on_the_one_and_count_in_the_ladder() -> None:
    first, second = two_contacts()
    tried(first, "Zqone", 1)
    tried(second, "Zqtwo", 2)
    made = merge_doubles(actor=JULIEN, merging=decided(first, second), now=SOON)
    lease = claim(actor=JULIEN, fiche=first.id, now=SOON)

    card = open_card(actor=JULIEN, lease=lease.id, now=SOON)
    assert [seen.note for seen in card.attempts] == ["Zqone", "Zqtwo"]
    assert (card.fiche.attempts, len(calls_before(first.id))) == (2, 2)
    release(actor=JULIEN, lease=lease.id, now=SOON)
    undo_merge(actor=JULIEN, merge=made, now=MUCH_LATER)
    assert [len(calls_before(fiche.id)) for fiche in (first, second)] == [1, 1]


def test_the_queue_asks_for_the_one_person_only() -> None:
    first, second = two_contacts()
    merge_doubles(actor=JULIEN, merging=decided(first, second), now=SOON)
    given = set()
    while taken := claim_next(actor=JULIEN, now=MUCH_LATER):
        given.add(taken.fiche)
        record_outcome(actor=JULIEN, lease=taken.id, outcome=Outcome.REFUSED, now=MUCH_LATER)
    assert first.id in given
    assert second.id not in given


def test_who_is_being_called_is_not_merged_nor_parted() -> None:
    first, second = two_contacts()
    lease = claim(actor=JULIEN, fiche=second.id, now=SOON)
    with pytest.raises(FicheHeld):
        merge_doubles(actor=JULIEN, merging=decided(first, second), now=SOON)
    release(actor=JULIEN, lease=lease.id, now=SOON)
    made = merge_doubles(actor=JULIEN, merging=decided(first, second), now=SOON)
    claim(actor=JULIEN, fiche=first.id, now=SOON)
    with pytest.raises(FicheHeld):
        undo_merge(actor=JULIEN, merge=made, now=SOON)


def test_an_old_number_leads_to_the_one() -> None:
    first, second = two_contacts()
    merge_doubles(actor=JULIEN, merging=decided(first, second), now=SOON)
    assert claim(actor=JULIEN, fiche=second.id, now=SOON).fiche == first.id
    old = misspelt(person(1)).phone
    assert {line.fiche.sealed.fiche for line in find_caller(actor=JULIEN, phone=old, now=SOON)} == {first.id}


def test_a_call_made_since_stays_with_the_one() -> None:
    first, second = two_contacts()
    made = merge_doubles(actor=JULIEN, merging=decided(first, second), now=SOON)
    lease = claim(actor=JULIEN, fiche=first.id, now=SOON)
    record_outcome(actor=JULIEN, lease=lease.id, outcome=Outcome.INFORMED, now=SOON)
    assert undo_merge(actor=JULIEN, merge=made, now=MUCH_LATER) == ["fiche"]

    one, other = (Fiche.objects.get(id=fiche.id) for fiche in (first, second))
    assert (one.call, one.attempts) == (Call.INFORMED, 1)
    assert (other.call, other.attempts) == (Call.TO_CALL, 0)
