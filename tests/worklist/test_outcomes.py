"""How calls end: what becomes of the fiche, the lease, the note, and of two agents who called one person."""

from datetime import timedelta

import pytest

from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.keyring import ring
from contact_covid.journal.models import Entry
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.outcomes import NOTE_CONTEXT
from contact_covid.worklist.actions.queue import LEASE, claim, claim_next, release
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Attempt, Lease
from contact_covid.worklist.queries import LeaseEnded, Takeover
from contact_covid.worklist.rules.ladder import LONGEST_NOTE, CallError, CallErrorCode
from tests.cast import dossier, enter, now_of, person
from tests.clock import NOW
from tests.worklist.calls import ISABELLE, JULIEN, LATER, claimed, people, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back")
EXPIRED = NOW + LEASE + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("outcome", "call", "state", "call_reason", "closure_reason"),
    [
        (Outcome.INFORMED, "informed", "informed", "", ""),
        (Outcome.NO_ANSWER, "call_back", "call_back", "", ""),
        (Outcome.CALL_BACK, "call_back", "call_back", "", ""),
        (Outcome.WRONG_NUMBER, "unreachable", "unreachable", "wrong_number", ""),
        (Outcome.REFUSED, "to_call", "closed", "", "refused"),
    ],
)
def test_the_fiche_says_how_the_call_ended(
    outcome: Outcome, call: str, state: str, call_reason: str, closure_reason: str
) -> None:
    fiche = someone()
    made = told(claimed(), outcome, call_back_at=LATER + timedelta(hours=1))
    assert made[:4] == (fiche.id, fiche.number, True, None)
    after = now_of(fiche)
    assert (after.call, after.state, after.state_at) == (call, state, LATER)
    assert (after.call_reason, after.closure_reason, after.attempts) == (call_reason, closure_reason, 1)
    assert (after.version, after.urgent_at) == (fiche.version + 1, fiche.urgent_at)
    assert Entry.objects.filter(kind="tracing.call_recorded", fiches=[fiche.number]).count() == 1
    assert Lease.objects.get().ended == "recorded"


def test_an_index_case_is_interviewed() -> None:
    [registered] = enter(dossier(person()))
    told(claimed(), Outcome.INFORMED)
    assert (now_of(registered.index).call, now_of(registered.index).state) == ("interviewed", "interviewed")


def test_the_ladder_is_climbed_over_two_days_and_ends() -> None:
    fiche = someone()
    now = NOW
    moments = []
    while lease := claim_next(actor=JULIEN, now=now):
        moments.append(now)
        told(lease, Outcome.NO_ANSWER, now=now)
        now = max(now, now_of(fiche).callable_from or now)
    assert [(at.astimezone(NOW.tzinfo).day, at.astimezone(NOW.tzinfo).hour) for at in moments] == [
        (13, 10),
        (13, 13),
        (14, 8),
        (14, 11),
    ]
    after = now_of(fiche)
    assert (after.state, after.call_reason, after.attempts) == ("unreachable", "ladder", 4)


def test_the_note_is_sealed_and_on_the_next_card() -> None:
    someone()
    told(claimed(), Outcome.NO_ANSWER, note="zqnote répondeur", now=NOW)
    [attempt] = Attempt.objects.all()
    assert b"zqnote" not in attempt.note
    assert ring().open(attempt.note, context=f"{NOTE_CONTEXT}{attempt.id}").decode() == "zqnote répondeur"
    [seen] = open_card(actor=ISABELLE, lease=claimed(ISABELLE, NOW.replace(hour=14)).id, now=LATER).attempts
    assert (seen.note, seen.outcome, seen.at, seen.second) == ("zqnote répondeur", Outcome.NO_ANSWER, NOW, False)


def test_a_note_without_end_is_refused() -> None:
    someone()
    with pytest.raises(CallError) as refused:
        told(claimed(), Outcome.INFORMED, note="x" * (LONGEST_NOTE + 1))
    assert refused.value.code is CallErrorCode.NOTE_TOO_LONG


def test_a_refused_appointment_writes_nothing() -> None:
    fiche = someone()
    lease = claimed()
    with pytest.raises(CallError):
        told(lease, Outcome.CALL_BACK, submission=submission("key", {}))
    assert (now_of(fiche).attempts, Attempt.objects.count(), Lease.objects.get().ended) == (0, 0, "")
    told(lease, Outcome.INFORMED, submission=submission("key", {}))


def test_an_expired_lease_that_nobody_took_is_good() -> None:
    fiche = someone()
    assert told(claimed(), Outcome.INFORMED, now=EXPIRED + timedelta(hours=5)).counted
    assert now_of(fiche).call == "informed"


def test_a_lease_given_back_that_nobody_took_is_good() -> None:
    fiche = someone()
    lease = claimed()
    release(actor=JULIEN, lease=lease.id, now=NOW)
    assert told(lease, Outcome.INFORMED).counted
    assert now_of(fiche).call == "informed"


@pytest.mark.parametrize("other_has_called", [False, True])
def test_when_another_took_the_person_the_note_is_kept_and_both_are_told(other_has_called: bool) -> None:
    fiche = someone()
    first = claimed()
    second = claimed(ISABELLE, EXPIRED)
    soon = EXPIRED + timedelta(minutes=2)
    if other_has_called:
        told(second, Outcome.INFORMED, by=ISABELLE, now=EXPIRED + timedelta(minutes=1))
    before = now_of(fiche)
    made = told(first, Outcome.WRONG_NUMBER, note="zqnote", now=soon)
    assert made[:4] == (fiche.id, fiche.number, False, Takeover(ISABELLE.account, EXPIRED))  # type: ignore[arg-type]
    after = now_of(fiche)
    assert (after.call, after.version, after.attempts) == (before.call, before.version, before.attempts)
    assert Entry.objects.filter(kind="worklist.note_kept", fiches=[fiche.number]).count() == 1
    if not other_has_called:
        card = open_card(actor=ISABELLE, lease=second.id, now=soon)
        assert [(seen.note, seen.second) for seen in card.attempts] == [("zqnote", True)]
        assert told(second, Outcome.INFORMED, by=ISABELLE, now=soon).counted
        assert now_of(fiche).call == "informed"


def test_what_counted_twice_does_not_climb_the_ladder() -> None:
    fiche = someone()
    first = claimed()
    second = claimed(ISABELLE, EXPIRED)
    told(first, Outcome.NO_ANSWER, now=EXPIRED)
    told(second, Outcome.NO_ANSWER, by=ISABELLE, now=EXPIRED + timedelta(minutes=1))
    wanted = EXPIRED + timedelta(hours=3, minutes=1)
    assert (now_of(fiche).attempts, now_of(fiche).callable_from) == (1, wanted)


def test_who_took_the_person_again_herself_is_not_told_of_herself() -> None:
    fiche = someone()
    first = claimed()
    again = claim(actor=JULIEN, fiche=fiche.id, now=EXPIRED)
    assert again.id == first.id
    Lease.objects.filter(id=first.id).update(expires_at=EXPIRED)
    other_tab = claimed(now=EXPIRED + timedelta(minutes=1))
    assert other_tab.id != first.id
    assert told(first, Outcome.INFORMED, now=EXPIRED + timedelta(minutes=2)).counted
    with pytest.raises(LeaseEnded):
        told(other_tab, Outcome.INFORMED, now=EXPIRED + timedelta(minutes=3))


def test_a_fiche_closed_during_the_call_keeps_the_note_only() -> None:
    fiche = someone()
    lease = claimed()
    Fiche.objects.filter(id=fiche.id).update(closure="cancelled", state="cancelled")
    assert told(lease, Outcome.INFORMED, note="zqnote")[:4] == (fiche.id, fiche.number, False, None)
    assert (now_of(fiche).state, now_of(fiche).call) == ("cancelled", "to_call")
    assert Attempt.objects.get().second


def test_a_fiche_that_moved_to_another_fund_is_still_the_agent_s_to_record() -> None:
    fiche = someone()
    lease = claimed()
    Fiche.objects.filter(id=fiche.id).update(fund="972", department="972")
    assert told(lease, Outcome.INFORMED).counted


def test_a_call_is_recorded_once() -> None:
    people(2)
    lease = claimed()
    told(lease, Outcome.NO_ANSWER, submission=submission("key", {"note": "a"}))
    for body, same in (("a", True), ("b", False)):
        with pytest.raises(AlreadyRecorded) as again:
            told(lease, Outcome.NO_ANSWER, submission=submission("key", {"note": body}))
        assert again.value.same is same
    with pytest.raises(LeaseEnded):
        told(lease, Outcome.INFORMED, submission=submission("other", {}))
    assert Attempt.objects.count() == 1


def test_a_lease_that_was_given_back_does_not_complete_a_call_a_second_time() -> None:
    """The agent has two pages of one person open; the older one says it again."""
    fiche = someone()
    first = claimed()
    release(actor=JULIEN, lease=first.id, now=NOW)
    told(claimed(now=NOW + timedelta(minutes=1)), Outcome.INFORMED)
    again = told(first, Outcome.INFORMED, now=LATER + timedelta(minutes=1))
    assert (again.counted, now_of(fiche).attempts) == (False, 1)
    assert again.notice is None
