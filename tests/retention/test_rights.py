"""What people ask of their data is done, to the end, and for nobody else."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.access.policy import Denied
from contact_covid.core import keyring
from contact_covid.core.idempotency import submission
from contact_covid.core.keyring import HEADER_BYTES, NONCE_BYTES, TAG_BYTES, VERSION, KeyRing
from contact_covid.journal.enums import Purpose
from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Template
from contact_covid.messaging.models import Message, Refusal
from contact_covid.people.events import PeopleEvent
from contact_covid.people.models import SealedIdentity, SearchKey
from contact_covid.people.queries import open_identity
from contact_covid.retention.actions.access_file import make_file
from contact_covid.retention.actions.answers import (
    accept_opposition,
    answer_access,
    answer_rectification,
    rectify_fiche,
)
from contact_covid.retention.actions.person import ByFiche, find_person, open_person
from contact_covid.retention.actions.requests import RequestChanged, check_identity, refuse
from contact_covid.retention.enums import Proof, RefusalReason, RequestKind, RequestState
from contact_covid.retention.events import RetentionEvent
from contact_covid.retention.models import RequestFiche
from contact_covid.retention.queries import RightsRequestNotFound, details_of, open_requests, waiting
from contact_covid.retention.rules.file import to_json
from contact_covid.retention.rules.requests import MOST_SEARCHES, RightsError, RightsErrorCode
from contact_covid.tracing.actions.correction import Rectification
from contact_covid.tracing.actions.erasure import NotAContact, erase_contacts
from contact_covid.tracing.enums import Closure, ClosureReason, Consent, State
from contact_covid.tracing.models import Certificate, Declaration, Exposure, Fiche, Health, Reach
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.worklist.actions.queue import FicheHeld, claim, release
from contact_covid.worklist.models import Attempt
from tests.cast import CLAIRE, PAULA, TODAY, dossier, enter, named, person, professional, traits
from tests.cast import found as found_at_the_counter
from tests.retention.asking import CATHERINE, LATER, asked, checked, found, known_better, ready, tried
from tests.tracing.doubles import JULIEN, made_one, two_contacts
from tests.tracing.dump import betrayals

OTHERS = [replace(professional(role, 50, practice=50), fund="931") for role in Role if role is not Role.DPO]
WOMAN, INDEX = person(1), person(101)


@pytest.fixture
def fiche(rolled_back: None) -> Fiche:
    """The woman as a contact, called once, declared by a second practice too."""
    [registered] = enter(dossier(INDEX, named(WOMAN)))
    enter(dossier(person(102), named(msgspec.structs.replace(WOMAN, street="9 quai Zqother"))), by=PAULA)
    tried(registered.contacts[0])
    return registered.contacts[0]


def sent(message: UUID | None) -> Message:
    assert message
    return Message.objects.get(id=message)


# --- A request -----------------------------------------------------------------------------------------------------


def test_it_is_due_in_a_month_and_acknowledged(fiche: Fiche) -> None:
    request = asked(RequestKind.ACCESS, WOMAN, received_on=date(2020, 4, 30))
    assert (request.due_on, request.state) == (date(2020, 5, 30), RequestState.RECEIVED)
    message = sent(request.receipt)
    assert (message.template, message.channel) == (Template.RIGHTS_RECEIVED, "email")
    assert [each.id for each in open_requests(CATHERINE, limit=10)] == [request.id]
    assert waiting(CATHERINE, date(2020, 5, 13)) == (1, 0, 0)
    assert waiting(CATHERINE, date(2020, 5, 24)) == (1, 1, 0)
    assert waiting(CATHERINE, date(2020, 5, 31)) == (1, 0, 1)


def test_one_of_tomorrow_is_refused(fiche: Fiche) -> None:
    with pytest.raises(RightsError) as told:
        asked(RequestKind.ACCESS, WOMAN, received_on=TODAY + timedelta(days=1))
    assert told.value.code is RightsErrorCode.IN_FUTURE


@pytest.mark.parametrize("other", OTHERS, ids=lambda actor: actor.role.value)
def test_nobody_but_the_officer_touches_one(fiche: Fiche, other: Actor) -> None:
    request = ready(RequestKind.ACCESS, WOMAN)
    with pytest.raises(Denied):
        make_file(actor=other, request=request.id, now=LATER)
    with pytest.raises(Denied):
        open_person(actor=other, request=request.id, now=LATER)
    with pytest.raises(Denied):
        accept_opposition(actor=other, request=request.id, version=request.version, now=LATER)
    with pytest.raises(Denied):
        erase_contacts(actor=other, fiches=[fiche.id], now=LATER)


def test_nobody_is_looked_for_before_the_identity_is_checked(fiche: Fiche) -> None:
    request = asked(RequestKind.ACCESS, WOMAN)
    with pytest.raises(RightsError) as told:
        found(request, WOMAN)
    assert told.value.code is RightsErrorCode.NOT_CHECKED
    assert open_person(actor=CATHERINE, request=request.id, now=LATER) == []


def test_the_person_is_found_by_exact_search_with_all_her_fiches(fiche: Fiche) -> None:
    enter(dossier(WOMAN))
    request = checked(asked(RequestKind.ACCESS, WOMAN))
    assert found(request, msgspec.structs.replace(WOMAN, birth_name="Zqwrong")) == 0
    assert found(request, WOMAN) == 2
    people = open_person(actor=CATHERINE, request=request.id, now=LATER)
    assert {identity.birth_name for _, identity in people} == {WOMAN.birth_name}
    entry = Entry.objects.filter(kind=PeopleEvent.REVEALED, purpose=Purpose.RIGHTS).get()
    assert len(entry.fiches) == 2


def test_a_number_of_a_fiche_needs_the_birth_date_with_it(fiche: Fiche) -> None:
    request = checked(asked(RequestKind.ACCESS, WOMAN))
    assert WOMAN.birth_date
    for number, born, count in (
        (fiche.number, WOMAN.birth_date + timedelta(days=1), 0),
        (fiche.number, WOMAN.birth_date, 1),
    ):
        assert find_person(actor=CATHERINE, request=request.id, asked=ByFiche(number, born), now=LATER) == count


def test_an_officer_s_account_is_no_way_to_scrape(fiche: Fiche) -> None:
    request = checked(asked(RequestKind.ACCESS, WOMAN))
    for _ in range(MOST_SEARCHES):
        found(request, person(999))
    with pytest.raises(RightsError) as told:
        found(request, WOMAN)
    assert told.value.code is RightsErrorCode.TOO_MANY_SEARCHES


def test_two_who_work_on_one_request_do_not_overwrite_each_other(fiche: Fiche) -> None:
    request = asked(RequestKind.ACCESS, WOMAN)
    with pytest.raises(RequestChanged):
        check_identity(actor=CATHERINE, request=request.id, proof=Proof.DESK, version=7, now=LATER)
    with pytest.raises(RightsRequestNotFound):
        check_identity(actor=CATHERINE, request=uuid4(), proof=Proof.DESK, version=1, now=LATER)


# --- Access --------------------------------------------------------------------------------------------------------


def test_the_file_holds_all_of_her_and_nothing_of_others(fiche: Fiche) -> None:
    request = ready(RequestKind.ACCESS, WOMAN)
    given = to_json(make_file(actor=CATHERINE, request=request.id, now=LATER)).lower()
    missing = [trait for trait in traits(WOMAN) if trait not in given]
    assert missing == []
    assert b"quai zqother" in given  # as the second practice wrote her down
    others = traits(INDEX) | traits(person(102))
    assert [trait for trait in others if trait in given] == []
    numbers = Fiche.objects.exclude(id=fiche.id).values_list("number", flat=True)
    assert [number for number in numbers if number.lower().encode() in given] == []
    assert b"zqnote" not in given  # told of, given after somebody has read it
    assert b'"withheld": true' in given
    assert Entry.objects.filter(kind=RetentionEvent.FILE_MADE).count() == 1


def test_once_answered_the_fiche_is_closed_to_the_officer(fiche: Fiche) -> None:
    request = ready(RequestKind.ACCESS, WOMAN)
    answer_access(actor=CATHERINE, request=request.id, version=request.version, now=LATER)
    assert open_person(actor=CATHERINE, request=request.id, now=LATER) == []
    with pytest.raises(RightsError):
        make_file(actor=CATHERINE, request=request.id, now=LATER)
    request.refresh_from_db()
    assert sent(request.answer).template == Template.RIGHTS_ACCESS


def test_a_file_is_of_a_request_for_access_only(fiche: Fiche) -> None:
    request = ready(RequestKind.OPPOSITION, WOMAN)
    with pytest.raises(RightsError) as told:
        make_file(actor=CATHERINE, request=request.id, now=LATER)
    assert told.value.code is RightsErrorCode.OTHER_KIND


# --- Rectification -------------------------------------------------------------------------------------------------


def said(fiche: UUID, **changes: str) -> Rectification:
    right = msgspec.structs.replace(WOMAN, **changes)
    return Rectification(fiche, right, "93", Consent.AGREES, submission(str(uuid4()), {}))


def test_what_is_put_right_is_found_and_told(fiche: Fiche) -> None:
    request = ready(RequestKind.RECTIFICATION, WOMAN)
    rectify_fiche(actor=CATHERINE, request=request.id, said=said(fiche.id, birth_name="Zqright"), now=LATER)
    right = msgspec.structs.replace(WOMAN, birth_name="Zqright")
    assert found_at_the_counter(right, by=CLAIRE, now=LATER) == [fiche.id]
    answer_rectification(actor=CATHERINE, request=request.id, version=request.version, now=LATER)
    request.refresh_from_db()
    assert (request.rectified, request.state) == (["birth_name"], RequestState.ANSWERED)


def test_a_fiche_that_is_not_the_request_s_is_absent(fiche: Fiche) -> None:
    request = ready(RequestKind.RECTIFICATION, WOMAN)
    other = Fiche.objects.exclude(id=fiche.id)[0]
    with pytest.raises(FicheNotFound):
        rectify_fiche(actor=CATHERINE, request=request.id, said=said(other.id), now=LATER)


# --- Opposition ----------------------------------------------------------------------------------------------------


def test_all_that_was_learnt_of_her_later_is_told_and_erased(fiche: Fiche) -> None:
    known_better(fiche)
    access = ready(RequestKind.ACCESS, WOMAN)
    [part] = make_file(actor=CATHERINE, request=access.id, now=LATER).fiches
    assert part.health
    assert part.health.vaccinated_on == TODAY - timedelta(days=60)
    assert (part.support_needs, part.language, len(part.certificates)) == (("meals",), "wo", 1)
    assert [each.symptoms for each in part.diary] == [("fever",)]
    assert part.dates[-1].isolation_until == (part.contact and part.contact.isolation_until)

    request = ready(RequestKind.OPPOSITION, WOMAN)
    accept_opposition(actor=CATHERINE, request=request.id, version=request.version, now=LATER)
    for model in (Health, Reach, Certificate, Refusal):
        assert not model._default_manager.filter(fiche=fiche.id).exists()
    fiche.refresh_from_db()
    assert (fiche.support_needs, fiche.language, fiche.factors) == ([], "fr", "")


def test_a_contact_is_erased(fiche: Fiche) -> None:
    request = ready(RequestKind.OPPOSITION, WOMAN)
    accept_opposition(actor=CATHERINE, request=request.id, version=request.version, now=LATER)

    fiche.refresh_from_db()
    assert (fiche.state, fiche.closure_reason) == (State.CANCELLED, ClosureReason.OPPOSITION)
    assert found_at_the_counter(WOMAN, by=CLAIRE, now=LATER) == []
    assert not SealedIdentity.objects.filter(fiche=fiche.id).exists()
    assert not SearchKey.objects.filter(fiche=fiche.id).exists()
    assert not Declaration.objects.filter(fiche=fiche).exists()
    assert Exposure.objects.filter(contact_fiche=fiche).exists()  # of nobody, for the figures
    request.refresh_from_db()
    assert (details_of(request), request.state) == (None, RequestState.ANSWERED)
    assert sent(request.answer).template == Template.RIGHTS_OPPOSED


@pytest.mark.parametrize("kind", [RequestKind.OPPOSITION, RequestKind.ONWARD])
def test_a_case_keeps_her_fiche_and_is_passed_on_no_more(rolled_back: None, kind: RequestKind) -> None:
    [registered] = enter(dossier(WOMAN, named(person(9))))
    Exposure.objects.update(consent=Consent.AGREES)
    request = ready(kind, WOMAN)
    accept_opposition(actor=CATHERINE, request=request.id, version=request.version, now=LATER)

    index = Fiche.objects.get(id=registered.index.id)
    assert (index.onward_opposed, index.consent, index.closure) == (True, Consent.REFUSES, Closure.OPEN)
    assert open_identity(index.id, SealedIdentity.objects.get(fiche=index.id).value) == WOMAN
    assert set(Exposure.objects.values_list("consent", flat=True)) == {None}


def test_who_is_both_is_erased_as_a_contact_and_kept_in_as_a_case(fiche: Fiche) -> None:
    [registered] = enter(dossier(WOMAN))
    request = ready(RequestKind.OPPOSITION, WOMAN)
    accept_opposition(actor=CATHERINE, request=request.id, version=request.version, now=LATER)
    assert Fiche.objects.get(id=fiche.id).closure_reason == ClosureReason.OPPOSITION
    assert Fiche.objects.get(id=registered.index.id).onward_opposed


def test_nothing_erases_a_case(rolled_back: None) -> None:
    [registered] = enter(dossier(WOMAN))
    with pytest.raises(NotAContact):
        erase_contacts(actor=CATHERINE, fiches=[registered.index.id], now=LATER)


def test_an_overriding_interest_is_recorded_by_a_named_person(fiche: Fiche) -> None:
    request = ready(RequestKind.OPPOSITION, WOMAN)
    refuse(
        actor=CATHERINE,
        request=request.id,
        reason=RefusalReason.PUBLIC_HEALTH,
        ground="Foyer actif de l’école",
        version=request.version,
        now=LATER,
    )
    request.refresh_from_db()
    details = details_of(request)
    assert details
    assert (request.decided_by, request.reason, details.ground) == (
        CATHERINE.account,
        RefusalReason.PUBLIC_HEALTH,
        "Foyer actif de l’école",
    )
    assert SealedIdentity.objects.filter(fiche=fiche.id).exists()


def test_who_is_on_the_telephone_is_not_erased(fiche: Fiche) -> None:
    request = ready(RequestKind.OPPOSITION, WOMAN)
    lease = claim(actor=JULIEN, fiche=fiche.id, now=LATER)
    with pytest.raises(FicheHeld):
        accept_opposition(actor=CATHERINE, request=request.id, version=request.version, now=LATER)
    release(actor=JULIEN, lease=lease.id, now=LATER)
    accept_opposition(actor=CATHERINE, request=request.id, version=request.version, now=LATER)


def in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seals that hide nothing: what is left in a sealed column shows in a dump."""

    def seal(self: KeyRing, plain: bytes, *, period: str, context: str) -> bytes:
        return VERSION + period.encode() + bytes(NONCE_BYTES) + plain + bytes(TAG_BYTES)

    def opened(self: KeyRing, sealed: bytes, *, context: str) -> bytes:
        return bytes(sealed[HEADER_BYTES + NONCE_BYTES : -TAG_BYTES])

    monkeypatch.setattr(keyring.KeyRing, "seal", seal)
    monkeypatch.setattr(keyring.KeyRing, "open", opened)
    monkeypatch.setattr(keyring.KeyRing, "open_all", lambda self, rows: [opened(self, s, context=c) for s, c in rows])


def test_erased_no_table_holds_a_trait_not_even_sealed(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Merged, declared twice, called, written to: her every trace but the letter that tells her so."""
    in_the_clear(monkeypatch)
    first, second = two_contacts(by=PAULA)
    tried(first)
    made_one(first, second)
    request = ready(RequestKind.OPPOSITION, WOMAN)
    places = betrayals(fresh_database, [WOMAN])
    assert {"people_sealed_identity", "tracing_merge", "tracing_declaration", "retention_request"} <= places
    accept_opposition(actor=CATHERINE, request=request.id, version=request.version, now=LATER)
    request.refresh_from_db()
    assert request.answer
    Message.objects.filter(id=request.answer).delete()  # as it is wiped once it is sent

    assert betrayals(fresh_database, [WOMAN]) == set()
    assert not SearchKey.objects.filter(fiche__in=[first.id, second.id]).exists()
    assert RequestFiche.objects.filter(request=request).count() == 2
    notes = [bytes(note) for note in Attempt.objects.values_list("note", flat=True)]
    assert notes
    assert not any(b"Zqnote" in note for note in notes)
    assert re.fullmatch("[0-9A-Z]{8}", request.reference)
