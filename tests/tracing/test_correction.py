"""What was declared is corrected by who declared it; everything that follows from it follows."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, Submission, submission
from contact_covid.journal.enums import Purpose
from contact_covid.journal.models import Entry
from contact_covid.people.actions import reveal
from contact_covid.people.models import SealedIdentity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.calls import NotTheirCall, record_own_call
from contact_covid.tracing.actions.cancellation import cancel_fiche
from contact_covid.tracing.actions.correction import Correction, correct_fiche, leave_call
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.enums import Call, ClosureReason, Consent, State
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Contact, Declaration, Exposure, Fiche, IndexCase
from contact_covid.tracing.own_queries import last_told_change, own_fiche, own_history
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.registration import Dossier, NamedContact, RegistrationError
from contact_covid.tracing.rules.states import ForbiddenTransition
from tests.cast import CLAIRE, PAUL, PAULA, TODAY, dossier, enter, found, ident, named, person
from tests.clock import NOW

pytestmark = pytest.mark.usefixtures("rolled_back")

LATER = NOW + timedelta(minutes=5)
COLLEAGUE = replace(PAUL, account=ident(1, 77))


def key(text: str = "") -> Submission:
    return submission(text or str(uuid4()), {})


def correct(
    fiche: Fiche, said: Dossier | NamedContact, *, by: Actor = PAUL, now: datetime = LATER, **more: Any
) -> None:
    correction = Correction(fiche.id, said, **{"submission": key(), **more})
    correct_fiche(actor=by, correction=correction, now=now)
    fiche.refresh_from_db()


def seen(actor: Actor, fiche: UUID) -> Identity:
    return reveal(actor, [own_fiche(actor, fiche).sealed], purpose=Purpose.REGISTRATION, now=LATER)[fiche]


def days(fiche: Fiche) -> tuple[Any, ...]:
    contact = Contact.objects.get(fiche=fiche)
    return contact.last_contact, contact.same_household, contact.isolation_until, contact.test_due


# --- Who she is ----------------------------------------------------------------------------------------------------


def test_a_corrected_name_is_found_and_the_old_one_is_not() -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    [fiche] = registered.contacts
    right = person(2, birth_name="Zqright")
    correct(fiche, named(right))

    assert seen(PAUL, fiche.id) == right
    assert (found(right, by=CLAIRE), found(person(2), by=CLAIRE)) == ([fiche.id], [])
    entry = Entry.objects.get(kind=TracingEvent.UPDATED)
    assert (entry.fiches, entry.detail["fields"]) == ([fiche.number], ["birth_name"])
    assert fiche.version == 2


def test_the_month_of_collection_stays() -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    enter(dossier(person(1), named(person(2))), by=PAULA)
    [fiche] = registered.contacts
    collected = SealedIdentity.objects.get(fiche=fiche.id).period
    for by in (PAUL, PAULA):
        correct(fiche, named(person(2, commune="Zqcity")), by=by, now=NOW + timedelta(days=25))
    theirs = (
        SealedIdentity.objects.get(fiche=fiche.id),
        Declaration.objects.get(fiche=fiche, practice=PAULA.author.practice),
    )
    for kept in theirs:
        assert kept.period == collected
        assert collected.encode() in kept.value[:12]


def test_another_departement_is_another_area_and_another_clock() -> None:
    [registered] = enter(dossier(person(1)))
    fiche = registered.index
    before = fiche.urgent_at
    correct(fiche, dossier(person(1), department="972"))

    assert (fiche.department, fiche.fund, fiche.region) != ("93", "931", "11")
    assert (fiche.department, fiche.fund) == ("972", "972")
    assert fiche.urgent_at != before


def test_doubt_is_raised_and_laid_to_rest() -> None:
    enter(dossier(person(3)))
    [registered] = enter(dossier(person(1), named(person(2))))
    [fiche] = registered.contacts
    alike = person(2, birth_name=person(3).birth_name, first_names=person(3).first_names)
    correct(fiche, named(alike))
    assert fiche.doubtful
    for said in (person(2), person(2, commune="Zqcity")):  # she is not her own double
        correct(fiche, named(said))
        assert not fiche.doubtful


def test_who_turns_out_to_be_somebody_known_is_flagged_not_merged() -> None:
    enter(dossier(person(9), named(person(3))))
    [registered] = enter(dossier(person(1), named(person(2))))
    [fiche] = registered.contacts
    correct(fiche, named(person(3)))
    assert fiche.doubtful
    assert Fiche.objects.filter(kind="contact").count() == 2


# --- Her test, her contact -----------------------------------------------------------------------------------------


def test_the_dates_of_a_patient_zero_are_made_again() -> None:
    [registered] = enter(dossier(person(1)))
    fiche = registered.index
    correct(fiche, dossier(person(1), onset=None, sampled_on=TODAY - timedelta(days=2), health_worker=True))

    known = IndexCase.objects.get(fiche=fiche)
    assert (known.onset, known.health_worker) == (None, True)
    assert known.window_start == TODAY - timedelta(days=9)
    assert Entry.objects.get(kind=TracingEvent.UPDATED).detail["fields"] == ["onset", "sampled_on", "health_worker"]


def test_the_dates_and_the_urgency_of_a_contact_are_made_again() -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    [fiche] = registered.contacts
    before = fiche.urgent_at
    correct(fiche, named(person(2), last_contact=TODAY - timedelta(days=1), same_household=True))

    assert days(fiche) == (TODAY - timedelta(days=1), True, TODAY + timedelta(days=13), TODAY)
    assert before - fiche.urgent_at == timedelta(hours=4)


def test_a_correction_of_the_name_moves_no_date() -> None:
    [registered] = enter(dossier(person(1), named(person(2), same_household=True)))
    [fiche] = registered.contacts
    before = days(fiche)
    correct(fiche, named(person(2, commune="Zqcity"), same_household=True), now=NOW + timedelta(days=3))
    assert days(fiche) == before


def test_the_exposure_that_is_named_is_corrected_the_others_stay() -> None:
    [first, second] = enter(dossier(person(1), named(person(3))), dossier(person(2), named(person(3))))
    [fiche] = first.contacts
    moved = named(person(3), last_contact=TODAY - timedelta(days=5))
    correct(fiche, moved, index=first.index.id)

    told = dict(Exposure.objects.values_list("index_fiche", "last_contact"))
    assert told == {first.index.id: moved.last_contact, second.index.id: TODAY - timedelta(days=3)}
    assert days(fiche)[0] == TODAY - timedelta(days=3)
    with pytest.raises(FicheNotFound):
        correct(fiche, moved, index=uuid4())


@pytest.mark.parametrize("index", [True, False])
def test_what_cannot_be_true_is_refused(index: bool) -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    tomorrow = TODAY + timedelta(days=1)
    attempts: list[Dossier | NamedContact] = (
        [dossier(person(1), sampled_on=tomorrow, result_on=None), dossier(person(2))]
        if index
        else [named(person(2), last_contact=tomorrow), named(person(1))]
    )
    fiche = registered.index if index else registered.contacts[0]
    for said in attempts:
        with pytest.raises(RegistrationError):
            correct(fiche, said)
    assert Fiche.objects.get(id=fiche.id).version == 1


# --- Shared with another practice ----------------------------------------------------------------------------------


def test_on_a_shared_fiche_only_her_own_words_are_corrected() -> None:
    [of_paul] = enter(dossier(person(1), named(person(2))))
    enter(dossier(person(1), named(person(2), last_contact=TODAY - timedelta(days=2))), by=PAULA)
    [contact] = of_paul.contacts
    index = of_paul.index
    correct(index, dossier(person(1, street="9 quai Zqhers"), consent=Consent.REFUSES, onset=None), by=PAULA)
    hers = named(person(2, birth_name="Zqhers"), department="972", last_contact=TODAY, consent=Consent.REFUSES)
    correct(contact, hers, by=PAULA)

    assert (seen(PAUL, index.id), seen(PAUL, contact.id)) == (person(1), person(2))
    assert (seen(PAULA, index.id).street, seen(PAULA, contact.id).birth_name) == ("9 quai Zqhers", "Zqhers")
    assert {fiche.consent for fiche in (index, contact)} == {Consent.AGREES}
    assert {fiche.department for fiche in (index, contact)} == {"93"}
    assert IndexCase.objects.get(fiche=index).onset == TODAY - timedelta(days=4)
    told = own_fiche(PAULA, contact.id)
    assert (told.department, told.consent, told.version) == ("972", Consent.REFUSES, 2)
    assert dict(Exposure.objects.values_list("author_practice", "last_contact")) == {
        PAUL.practice: TODAY - timedelta(days=3),
        PAULA.practice: TODAY,
    }
    assert days(contact)[0] == TODAY


def test_two_practices_that_name_the_same_pair_keep_their_own_words() -> None:
    [of_paul] = enter(dossier(person(1), named(person(2), same_household=True)))
    enter(dossier(person(1), named(person(2), last_contact=TODAY)), by=PAULA)
    [his], [hers] = (own_fiche(actor, of_paul.contacts[0].id).links for actor in (PAUL, PAULA))
    assert (his.last_contact, his.same_household) == (TODAY - timedelta(days=3), True)
    assert (hers.last_contact, hers.same_household) == (TODAY, False)


def test_that_another_practice_declared_her_makes_no_form_stale_for_who_shares() -> None:
    [of_paul] = enter(dossier(person(1), named(person(2))))
    [contact] = of_paul.contacts
    enter(dossier(person(1), named(person(2))), by=PAULA)
    read = own_fiche(PAULA, contact.id)
    correct(contact, named(person(2, commune="Zqcity")))
    correct(contact, named(person(2, commune="Zqtown")), by=PAULA, version=read.version)
    assert [seen(actor, contact.id).commune for actor in (PAUL, PAULA)] == ["Zqcity", "Zqtown"]
    told = last_told_change(PAUL, own_fiche(PAUL, contact.id))
    assert told
    assert (told.account, told.practice, told.fields) == (None, "", ())
    mine = last_told_change(PAULA, own_fiche(PAULA, contact.id))
    assert mine
    assert (mine.account, mine.fields) == (PAULA.account, ("commune",))


# --- Twice, late, elsewhere ----------------------------------------------------------------------------------------


def test_a_stale_form_is_told_and_writes_nothing() -> None:
    [registered] = enter(dossier(person(1)))
    fiche = registered.index
    correct(fiche, dossier(person(1), department="75"), by=COLLEAGUE, version=1)
    with pytest.raises(FicheChanged):
        correct(fiche, dossier(person(1), department="972"), version=1)
    assert Fiche.objects.get(id=fiche.id).department == "75"
    told = last_told_change(PAUL, own_fiche(PAUL, fiche.id))
    assert told
    assert (told.account, told.fields) == (COLLEAGUE.account, ("department",))


def test_a_form_sent_twice_is_one_correction() -> None:
    [registered] = enter(dossier(person(1)))
    fiche, once = registered.index, key("once")
    said = dossier(person(1), department="75")
    correct(fiche, said, submission=once, version=1)
    with pytest.raises(AlreadyRecorded) as again:
        correct(fiche, said, submission=once, version=1)
    assert (again.value.same, again.value.target) == (True, fiche.id)
    assert Entry.objects.filter(kind=TracingEvent.UPDATED).count() == 1


def test_what_changes_nothing_writes_nothing() -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    correct(registered.index, dossier(person(1)))
    correct(registered.contacts[0], named(person(2)))
    assert (registered.index.version, registered.contacts[0].version) == (1, 1)
    assert not Entry.objects.filter(kind=TracingEvent.UPDATED).exists()


def test_what_is_not_theirs_or_of_the_other_kind_is_absent() -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    for by, fiche, said in (
        (PAULA, registered.index, dossier(person(7))),
        (PAULA, registered.contacts[0], named(person(7))),
        (PAUL, registered.index, named(person(7))),
        (PAUL, registered.contacts[0], dossier(person(7))),
    ):
        with pytest.raises(FicheNotFound):
            correct(fiche, said, by=by)
    with pytest.raises(Denied):
        correct(registered.index, dossier(person(7)), by=replace(CLAIRE, practice=PAUL.practice))


def test_a_cancelled_fiche_is_corrected_no_more() -> None:
    [registered] = enter(dossier(person(1)))
    cancel_fiche(actor=PAUL, fiche=registered.index.id, reason=ClosureReason.ERROR, version=None, now=LATER)
    with pytest.raises(ForbiddenTransition):
        correct(registered.index, dossier(person(7)))


def test_the_history_tells_what_the_practice_wrote_and_nothing_of_others() -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    enter(dossier(person(1)), by=PAULA)
    correct(registered.index, dossier(person(1), department="75"))
    told = own_history(PAUL, own_fiche(PAUL, registered.index.id))
    assert [(each.kind, each.fields) for each in told] == [
        (TracingEvent.INITIALISED, ()),
        (TracingEvent.UPDATED, ("department",)),
    ]
    assert [each.kind for each in own_history(PAULA, own_fiche(PAULA, registered.index.id))] == [TracingEvent.EXPOSED]


# --- Who calls -----------------------------------------------------------------------------------------------------


def called_by_themselves() -> Fiche:
    [registered] = enter(dossier(person(1), named(person(2), calls_self=True)))
    return registered.contacts[0]


def test_who_calls_herself_says_that_she_has_called() -> None:
    fiche = called_by_themselves()
    assert own_fiche(PAUL, fiche.id).to_call
    for _ in range(2):
        record_own_call(actor=PAUL, fiche=fiche.id, now=LATER)

    fiche.refresh_from_db()
    assert (fiche.call, fiche.state, fiche.state_at) == (Call.INFORMED, State.INFORMED, LATER)
    assert not own_fiche(PAUL, fiche.id).to_call
    [entry] = Entry.objects.filter(kind=TracingEvent.CALL_RECORDED)
    assert (entry.account, entry.fiches) == (PAUL.account, [fiche.number])


def test_who_cannot_call_gives_the_call_to_the_platform() -> None:
    fiche = called_by_themselves()
    for _ in range(2):
        leave_call(actor=PAUL, fiche=fiche.id, now=LATER)

    fiche.refresh_from_db()
    assert (fiche.callable_from, Contact.objects.get(fiche=fiche).calls_self) == (LATER, False)
    assert not own_fiche(PAUL, fiche.id).to_call
    assert Entry.objects.filter(kind=TracingEvent.UPDATED).count() == 1


def test_the_platform_calls_only_when_nobody_else_says_she_calls() -> None:
    fiche = called_by_themselves()
    enter(dossier(person(9), named(person(2), calls_self=True)), by=PAULA)
    leave_call(actor=PAUL, fiche=fiche.id, now=LATER)
    fiche.refresh_from_db()
    assert fiche.callable_from is None
    correct(fiche, named(person(2)), by=PAULA)
    assert fiche.callable_from == LATER


def test_a_call_that_is_the_platform_s_is_not_recorded_by_a_practice() -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    [fiche] = registered.contacts
    with pytest.raises(NotTheirCall):
        record_own_call(actor=PAUL, fiche=fiche.id, now=LATER)
    with pytest.raises(FicheNotFound):
        record_own_call(actor=PAULA, fiche=fiche.id, now=LATER)
    with pytest.raises(Denied):
        record_own_call(actor=CLAIRE, fiche=fiche.id, now=LATER)
    fiche.refresh_from_db()
    assert fiche.call == Call.TO_CALL
