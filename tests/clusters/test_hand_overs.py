"""A patient zéro goes from a platform to an agency and back: by her number only, each step with its clock."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from contact_covid.access.actor import Actor
from contact_covid.access.policy import Denied
from contact_covid.clusters.actions import hand_overs as actions
from contact_covid.clusters.actions.hand_overs import HandOverErrorCode, HandOverNotFound, HandOverRefused
from contact_covid.clusters.enums import HandOverAnswer, HandOverReason, HandOverState
from contact_covid.clusters.models import HandOver
from contact_covid.clusters.queries import hand_overs
from contact_covid.clusters.rules.transitions import ForbiddenStep
from contact_covid.core.idempotency import AlreadyRecorded
from contact_covid.journal.models import Entry
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from contact_covid.tracing.enums import Closure
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import visible_to
from contact_covid.worklist.actions.queue import claim_next
from tests.cast import CLAIRE, PAUL, dossier, enter, now_of, person, traits
from tests.clock import NOW
from tests.clusters.people import ISABELLE, JULIEN, MATHILDE, THIERRY, YANNICK, index, once

pytestmark = pytest.mark.usefixtures("rolled_back")
PAGE = "https://portail.example/transmissions/"
NEXT = NOW + timedelta(hours=1)
MAILBOX = "ars.11@example.org"


@pytest.fixture(autouse=True)
def mailbox(settings: object) -> None:
    settings.REGION_MAILBOXES = {"11": MAILBOX}  # type: ignore[attr-defined]


def propose(fiche: Fiche, *, by: Actor = ISABELLE, now: datetime = NOW, key: str = "once") -> HandOver:
    id_ = actions.hand_over(
        actor=by, number=fiche.number, reason=HandOverReason.SCHOOL, page=PAGE, submission=once(key), now=now
    )
    return HandOver.objects.get(id=id_)


def seen_by(actor: Actor) -> set[UUID]:
    return set(visible_to(actor, NEXT).values_list("id", flat=True))


def test_an_accepted_fiche_is_the_agencys_and_no_longer_called() -> None:
    fiche = index(1, contacts=(2,))
    [contact] = Fiche.objects.exclude(id=fiche.id)
    asked = propose(fiche)
    assert seen_by(MATHILDE) == set()
    actions.accept(actor=MATHILDE, asked=asked.id, now=NEXT)
    assert seen_by(MATHILDE) == {fiche.id, contact.id}
    assert seen_by(YANNICK) == set()
    called = claim_next(actor=JULIEN, now=NEXT)
    assert called
    assert called.fiche == contact.id
    after = now_of(fiche)
    assert (after.closure, after.closure_reason, after.state_at) == ("closed", "handed_over", NEXT)


def test_a_returned_fiche_is_first_in_the_queue_again_with_the_deadline_it_had() -> None:
    fiche = index(1, contacts=(2,))
    asked = propose(fiche)
    actions.accept(actor=MATHILDE, asked=asked.id, now=NEXT)
    actions.return_to_platform(actor=MATHILDE, asked=asked.id, answer=HandOverAnswer.FOLLOWED, now=NEXT)
    after = now_of(fiche)
    assert (after.closure, after.closure_reason, after.urgent_at) == ("open", "", fiche.urgent_at)
    called = claim_next(actor=JULIEN, now=NEXT)
    assert called
    assert called.fiche == fiche.id
    assert seen_by(MATHILDE) == set()
    held = HandOver.objects.get()
    assert (held.state, held.answer, held.answered_at, held.returned_at) == ("returned", "followed", NEXT, NEXT)


def test_a_refused_fiche_stays_with_the_platform() -> None:
    fiche = index(1)
    asked = propose(fiche)
    actions.refuse(actor=MATHILDE, asked=asked.id, answer=HandOverAnswer.NOT_LEVEL_3, now=NEXT)
    assert now_of(fiche).closure == Closure.OPEN
    assert seen_by(MATHILDE) == set()
    with pytest.raises(ForbiddenStep):
        actions.accept(actor=MATHILDE, asked=asked.id, now=NEXT)
    assert propose(fiche, key="again", now=NEXT).state == HandOverState.PROPOSED


def test_what_has_no_answer_yet_is_withdrawn_and_its_clock_stops() -> None:
    fiche = index(1)
    asked = propose(fiche)
    with pytest.raises(Denied):
        actions.withdraw(actor=MATHILDE, asked=asked.id, now=NEXT)
    with pytest.raises(HandOverNotFound):
        actions.withdraw(actor=THIERRY, asked=asked.id, now=NEXT)
    for again in (timedelta(), timedelta(hours=2)):
        actions.withdraw(actor=ISABELLE, asked=asked.id, now=NEXT + again)
    held = HandOver.objects.get()
    assert (held.state, held.withdrawn_at, held.withdrawn_by) == ("withdrawn", NEXT, ISABELLE.account)
    assert (held.answered_at, now_of(fiche).closure) == (None, Closure.OPEN)
    [row] = Entry.objects.filter(kind="clusters.hand_over_withdrawn")
    assert row.fiches == [fiche.number]
    for answer in (actions.refuse, actions.return_to_platform):
        with pytest.raises(ForbiddenStep):
            answer(actor=MATHILDE, asked=asked.id, answer=HandOverAnswer.KNOWN, now=NEXT)
    with pytest.raises(ForbiddenStep):
        actions.accept(actor=MATHILDE, asked=asked.id, now=NEXT)
    assert seen_by(MATHILDE) == set()
    assert propose(fiche, key="again", now=NEXT).state == HandOverState.PROPOSED


def test_what_was_answered_is_not_withdrawn() -> None:
    for number, answered in enumerate((HandOverState.ACCEPTED, HandOverState.REFUSED)):
        asked = propose(index(number), key=answered)
        if answered is HandOverState.ACCEPTED:
            actions.accept(actor=MATHILDE, asked=asked.id, now=NEXT)
        else:
            actions.refuse(actor=MATHILDE, asked=asked.id, answer=HandOverAnswer.KNOWN, now=NEXT)
        with pytest.raises(ForbiddenStep):
            actions.withdraw(actor=ISABELLE, asked=asked.id, now=NEXT)
        assert HandOver.objects.get(id=asked.id).state == answered


def test_nothing_but_the_number_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Not in the mail, nor in the list of the agency, nor in the journal."""
    fiche = index(1, contacts=(2,))
    asked = propose(fiche)
    [message] = Message.objects.all()
    sent = parcel(message)
    assert sent
    assert (sent.recipient, message.number) == (MAILBOX, fiche.number)
    told = f"{sent.words.subject} {sent.words.text} {sent.words.html}"
    assert f"{fiche.number[:4]}-{fiche.number[4:]}" in told
    actions.accept(actor=MATHILDE, asked=asked.id, now=NEXT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry::text FROM journal_entry entry WHERE kind LIKE 'clusters.%'")
        told += " ".join(row for (row,) in cursor.fetchall())
        cursor.execute("SELECT held::text FROM clusters_hand_over held")
        told += " ".join(row for (row,) in cursor.fetchall())
    told = f"{told} {caplog.text}".lower()
    planted = traits(person(1)) | traits(person(2))
    assert [word for word in planted if word.decode() in told] == []
    assert not re.search(r"covid19|positi|symptôm|pcr|école|scolaire", sent.words.text.lower())


def test_the_answer_is_due_within_four_hours_of_calls() -> None:
    fiche = index(1)
    late = NOW.replace(hour=17)
    assert propose(fiche, now=late).answer_due_at == late.replace(day=14, hour=10)


def test_said_twice_it_is_written_once() -> None:
    fiche = index(1)
    asked = propose(fiche)
    with pytest.raises(AlreadyRecorded) as before:
        propose(fiche)
    assert before.value.target == asked.id
    for _ in range(2):
        actions.accept(actor=MATHILDE, asked=asked.id, now=NEXT)
    for _ in range(2):
        actions.return_to_platform(actor=MATHILDE, asked=asked.id, answer=HandOverAnswer.FOLLOWED, now=NEXT)
    kinds = list(Entry.objects.filter(kind__startswith="clusters.").order_by("id").values_list("kind", flat=True))
    assert kinds == ["clusters.hand_over_asked", *["clusters.hand_over_answered"] * 2]


def test_what_cannot_be_handed_over() -> None:
    fiche = index(1, contacts=(2,))
    [contact] = Fiche.objects.exclude(id=fiche.id)
    for number, by, code in (
        (contact.number, ISABELLE, HandOverErrorCode.UNKNOWN),
        (fiche.number, THIERRY, HandOverErrorCode.UNKNOWN),
    ):
        with pytest.raises(HandOverRefused) as refused:
            actions.hand_over(
                actor=by, number=number, reason=HandOverReason.CARE, page=PAGE, submission=once(), now=NOW
            )
        assert refused.value.code == code
    propose(fiche)
    with pytest.raises(HandOverRefused) as refused:
        propose(fiche, key="again")
    assert refused.value.code == HandOverErrorCode.ALREADY


def test_another_region_finds_nothing() -> None:
    asked = propose(index(1))
    with pytest.raises(HandOverNotFound):
        actions.accept(actor=YANNICK, asked=asked.id, now=NEXT)
    for act in (actions.refuse, actions.return_to_platform):
        with pytest.raises(HandOverNotFound):
            act(actor=YANNICK, asked=asked.id, answer=HandOverAnswer.KNOWN, now=NEXT)
    assert [held.id for held in hand_overs(MATHILDE, states=list(HandOverState), after=None, limit=5)] == [asked.id]
    assert hand_overs(YANNICK, states=list(HandOverState), after=None, limit=5) == []


@pytest.mark.parametrize("actor", [JULIEN, MATHILDE, CLAIRE, PAUL], ids=["agent", "agency", "pharmacist", "physician"])
def test_a_supervisor_alone_proposes(actor: Actor) -> None:
    with pytest.raises(Denied):
        propose(index(1), by=actor)


def test_a_supervisor_does_not_answer_herself() -> None:
    asked = propose(index(1))
    with pytest.raises(Denied):
        actions.accept(actor=ISABELLE, asked=asked.id, now=NEXT)


def test_a_person_followed_by_the_agency_keeps_her_one_fiche() -> None:
    """A second declaration of a patient zéro whom the agency follows makes no other fiche for the platform to call."""
    fiche = index(1)
    actions.accept(actor=MATHILDE, asked=propose(fiche).id, now=NEXT)
    [again] = enter(dossier(person(1)), now=NEXT)
    assert again.index.id == fiche.id
    assert now_of(fiche).closure == Closure.CLOSED


def test_a_fiche_closed_for_another_reason_stays_closed_when_returned() -> None:
    fiche = index(1)
    asked = propose(fiche)
    Fiche.objects.filter(id=fiche.id).update(closure="closed", closure_reason="refused", state="closed")
    actions.accept(actor=MATHILDE, asked=asked.id, now=NEXT)
    actions.return_to_platform(actor=MATHILDE, asked=asked.id, answer=HandOverAnswer.FOLLOWED, now=NEXT)
    assert (now_of(fiche).closure, now_of(fiche).closure_reason) == ("closed", "refused")
