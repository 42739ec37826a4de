"""What an agent had typed when she left the card is kept, sealed, for her alone, until the call is over."""

from datetime import timedelta

import pytest
from django.db import connection

from contact_covid.worklist.actions.queue import LEASE, LeaseTaken, claim, release
from contact_covid.worklist.actions.typed import keep_typed, typed_so_far
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Lease
from contact_covid.worklist.queries import LeaseEnded, LeaseNotFound, LeaseTakenOver
from contact_covid.worklist.rules.ladder import LONGEST_NOTE, CallError
from tests.clock import NOW
from tests.worklist.calls import ISABELLE, JULIEN, LATER, claimed, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back")
TYPED = {"outcome": "informed", "note": "zqnote\nde deux lignes"}


def now_of(lease: LeaseTaken) -> Lease:
    return Lease.objects.get(id=lease.id)


def test_what_was_typed_comes_back_and_keeps_the_fiche() -> None:
    someone()
    lease, late = claimed(), NOW + LEASE + timedelta(minutes=5)
    assert typed_so_far(now_of(lease)) == {}
    keep_typed(actor=JULIEN, lease=lease.id, typed={"note": "zqbefore"}, now=LATER)
    keep_typed(actor=JULIEN, lease=lease.id, typed=TYPED, now=late)
    assert typed_so_far(now_of(lease)) == TYPED
    assert now_of(lease).expires_at == late + LEASE


def test_no_byte_of_it_stands_open_in_the_database() -> None:
    someone()
    lease = claimed()
    keep_typed(actor=JULIEN, lease=lease.id, typed=TYPED, now=LATER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM worklist_lease WHERE id = %s", [lease.id])
        [value] = cursor.fetchone()
    assert b"zqnote" not in bytes(value)


def test_it_is_forgotten_with_the_end_of_the_call() -> None:
    fiche = someone()
    lease = claimed()
    keep_typed(actor=JULIEN, lease=lease.id, typed=TYPED, now=LATER)
    told(lease, Outcome.NO_ANSWER)
    again = claim(actor=JULIEN, fiche=fiche.id, now=LATER)
    keep_typed(actor=JULIEN, lease=again.id, typed=TYPED, now=LATER)
    release(actor=JULIEN, lease=again.id, now=LATER)
    assert [now_of(each).typed for each in (lease, again)] == [None, None]


def test_it_waits_for_who_typed_it_when_a_colleague_took_the_person() -> None:
    fiche = someone()
    lease = claimed()
    keep_typed(actor=JULIEN, lease=lease.id, typed=TYPED, now=NOW)
    hers = claim(actor=ISABELLE, fiche=fiche.id, now=LATER)
    assert typed_so_far(now_of(hers)) == {}
    assert typed_so_far(now_of(lease)) == TYPED
    with pytest.raises(LeaseTakenOver):
        keep_typed(actor=JULIEN, lease=lease.id, typed=TYPED, now=LATER)
    told(lease, Outcome.INFORMED)  # the note is joined to hers
    assert now_of(lease).typed is None


def test_a_lease_of_another_or_one_that_is_over_keeps_nothing() -> None:
    someone()
    lease = claimed()
    with pytest.raises(LeaseNotFound):
        keep_typed(actor=ISABELLE, lease=lease.id, typed=TYPED, now=LATER)
    release(actor=JULIEN, lease=lease.id, now=LATER)
    with pytest.raises(LeaseEnded):
        keep_typed(actor=JULIEN, lease=lease.id, typed=TYPED, now=LATER)
    assert now_of(lease).typed is None


def test_a_note_that_could_never_be_recorded_is_refused_and_other_answers_are_cut() -> None:
    someone()
    lease = claimed()
    with pytest.raises(CallError):
        keep_typed(actor=JULIEN, lease=lease.id, typed={"note": "x" * (LONGEST_NOTE + 1)}, now=LATER)
    keep_typed(actor=JULIEN, lease=lease.id, typed={"call_back_at": "x" * 5_000}, now=LATER)
    assert typed_so_far(now_of(lease)) == {"call_back_at": "x" * 100}
