"""The file of a person holds whatever is held about her, or it is said here why not."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from contact_covid.access.policy import Denied
from contact_covid.clusters.enums import Ground, HandOverReason, MemberRole, Setting
from contact_covid.clusters.models import Cluster, HandOver, Member, Signal, SignalCase
from contact_covid.core.keyring import ring
from contact_covid.core.records import format_number
from contact_covid.journal.models import Entry
from contact_covid.portal.rights.records import _RECORDS, records
from contact_covid.retention.actions.access_file import make_file, notes_to_read
from contact_covid.retention.enums import RequestKind
from contact_covid.retention.events import RetentionEvent
from contact_covid.retention.rules.file import FichePart
from contact_covid.tracing import enums, models
from contact_covid.tracing.actions.answers import ANSWERS_CONTEXT
from contact_covid.tracing.models import Distinct, Fiche, MaskDelivery
from contact_covid.tracing.rules.questions import to_bytes
from contact_covid.worklist.models import Attempt
from tests.cast import PAULA, TODAY, dossier, enter, named, person
from tests.clock import NOW
from tests.clusters.people import JAURES, stay
from tests.retention.asking import CATHERINE, LATER, asked, checked, known_better, ready, tried
from tests.support import helping
from tests.tracing.doubles import made_one, misspelt
from tests.tracing.linking import links_first
from tests.tracing.naming import naming_fiches

pytestmark = pytest.mark.usefixtures("rolled_back")
WOMAN = person(1)

# Table and column that name a fiche → the field of the file that holds what stands there.
IN_THE_FILE = {
    "people_sealed_identity.fiche": "identity",
    "tracing_index_case.fiche": "index_case",
    "tracing_contact.fiche": "contact",
    "tracing_health.fiche": "health",
    "tracing_dates_computed.fiche": "dates",
    "tracing_exposure.index_fiche": "exposures",
    "tracing_exposure.contact_fiche": "exposures",
    "tracing_test.fiche": "tests",
    "tracing_mask_delivery.fiche": "masks",
    "tracing_stay.fiche": "stays",
    "tracing_certificate.fiche": "certificates",
    "tracing_diary_entry.fiche": "diary",
    "tracing_declaration.fiche": "declarations",
    "tracing_secure_link.fiche": "links",
    "tracing_reach.fiche": "agencies",
    "tracing_merge.survivor": "merges",
    "tracing_merge.loser": "merges",
    "tracing_distinct.first": "told_apart",
    "tracing_distinct.second": "told_apart",
    "worklist_attempt.fiche": "calls",
    "messaging_message.fiche": "messages",
    "messaging_refusal.fiche": "refusals",
    "clusters_hand_over.fiche": "hand_overs",
    "support_request.fiche": "help",
    "tracing_answers.fiche": "answers",
    "clusters_member.fiche": "clusters",
    "clusters_signal_case.fiche": "signals",
    "retention_request_fiche.fiche": "requests",
}
NOT_IN_THE_FILE = {
    "people_search_key.fiche": "digests of the identity, which is there",
    "people_lookup.fiches": "the journal tells of each search, in the list of uses",
    "journal_entry.fiches": "the list of uses, of all her fiches at once",
    "tracing_index_case.was_contact": "her own other fiche, which is there",
    "worklist_lease.fiche": "which agent has her to call: the list of uses tells; what is typed becomes the note",
    "worklist_assignment.fiche": "which agent is to call her until when, nothing of her",
    "worklist_job_item.fiche": "that an act on many fiches had hers too: the list of uses tells of the act",
    "demo_fiche.fiche": "made up",
}
TOLD_APART_FROM_THE_LISTS = {"declarations", "support_needs", "urgency"}


def test_whatever_names_a_fiche_is_in_the_file_or_says_why_not() -> None:
    """Not named by a fiche: what an agency writes of a cluster, drafts sealed for who types them."""
    assert naming_fiches() == IN_THE_FILE.keys() | NOT_IN_THE_FILE.keys()
    assert not IN_THE_FILE.keys() & NOT_IN_THE_FILE.keys()
    fields = {field.name for field in msgspec.structs.fields(FichePart)}
    assert set(IN_THE_FILE.values()) <= fields


def test_on_paper_no_list_is_left_out() -> None:
    lists = {field.name for field in msgspec.structs.fields(FichePart) if "tuple" in str(field.type)}
    assert {name for _, name, _ in _RECORDS} == lists - TOLD_APART_FROM_THE_LISTS


def in_a_cluster(fiche: Fiche) -> None:
    place = ring().seal(b"", period="2020-05", context="")
    known = {"disease": "covid19", "region": "11", "department": "93", "setting": Setting.SCHOOL}
    days = {"first_on": TODAY, "last_on": TODAY, "cases": 3}
    cluster = Cluster.objects.create(
        id=uuid4(), number="K7M42QXD", criticality="limited", period="2020-05", place=place, state="confirmed",
        state_at=NOW, lead=uuid4(), created_by=uuid4(), created_at=NOW, **known, **days,
    )  # fmt: skip
    Member.objects.create(
        id=uuid4(), cluster=cluster, fiche=fiche, role=MemberRole.CASE, since=TODAY, added_by=uuid4(), added_at=NOW
    )
    signal = Signal.objects.create(id=uuid4(), ground=Ground.GROUP, policy="p", proposed_at=NOW, **known, **days)
    SignalCase.objects.create(signal=signal, fiche=fiche, on=TODAY)
    HandOver.objects.create(
        id=uuid4(), fiche=fiche, fund="931", region="11", reason=HandOverReason.SCHOOL, asked_by=uuid4(), asked_at=NOW,
        answer_due_at=LATER,
    )  # fmt: skip


def answered(fiche: Fiche) -> None:
    row = models.Answers(id=uuid4(), fiche=fiche, practice=uuid4(), account=uuid4(), period="2020-05", at=NOW)
    context = f"{ANSWERS_CONTEXT}{row.id}"
    row.value = ring().seal(to_bytes({"doses": "two"}), period="2020-05", context=context)
    row.save()


def helped(fiche: Fiche) -> None:
    helping.cells()
    answered(fiche)
    helping.asked(fiche.id)


def with_records(fiche: Fiche, other: Fiche) -> None:
    """Everything that a table may say of a fiche. ``other``: somebody whom it resembles."""
    known_better(fiche)
    in_a_cluster(fiche)
    helped(fiche)
    stay(fiche, JAURES)
    models.Test.objects.create(
        id=uuid4(), fiche=fiche, sampling=uuid4(), done=True, done_on=TODAY, kind=enums.TestKind.PCR,
        result=enums.TestResult.NEGATIVE, result_on=TODAY, practice=uuid4(), account=uuid4(), recorded_at=NOW,
    )  # fmt: skip
    MaskDelivery.objects.create(
        id=uuid4(), fiche=fiche, delivered=True, quantity=14, delivered_on=TODAY, protocol="p", practice=uuid4(),
        account=uuid4(), recorded_at=NOW,
    )  # fmt: skip
    first, second = sorted([fiche, other], key=lambda each: each.id)
    Distinct.objects.create(id=uuid4(), first=first, second=second, at=NOW, account=uuid4())


def test_each_record_of_her_is_there_and_on_paper() -> None:
    with links_first():
        [registered] = enter(dossier(person(101), named(WOMAN), named(person(7))))
    fiche, other = registered.contacts
    enter(dossier(person(102), named(WOMAN)), by=PAULA)
    [again] = enter(dossier(person(103), named(misspelt(WOMAN))), now=NOW + timedelta(minutes=1))
    made_one(fiche, again.contacts[0])
    with_records(fiche, other)
    tried(fiche)
    request = ready(RequestKind.ACCESS, WOMAN)
    parts = {part.number: part for part in make_file(actor=CATHERINE, request=request.id, now=LATER).fiches}
    part = parts[format_number(fiche.number)]
    missing = [name for name in set(IN_THE_FILE.values()) - {"index_case"} if not getattr(part, name)]
    assert missing == []
    assert len(list(records(part, TODAY))) == len(_RECORDS) + 1  # what another practice declared
    assert part.merges[0].other in parts
    assert format_number(other.number) not in parts


# --- Notes of calls ------------------------------------------------------------------------------------------------


def called(fiche: Fiche) -> UUID:
    """A call with a note; the id of the call."""
    tried(fiche)
    return Attempt.objects.get(fiche=fiche).id


def test_a_note_is_read_before_it_is_given_and_that_is_told() -> None:
    [registered] = enter(dossier(person(101), named(WOMAN)))
    call = called(registered.contacts[0])
    request = ready(RequestKind.ACCESS, WOMAN)
    [note] = notes_to_read(actor=CATHERINE, request=request.id, now=LATER)
    assert (note.call, note.text, note.number) == (call, "Zqnote of her", format_number(registered.contacts[0].number))
    assert Entry.objects.get(kind=RetentionEvent.NOTES_READ).fiches == [registered.contacts[0].number]
    for given, text, withheld in (([], "", True), ([call], "Zqnote of her", False), ([uuid4()], "", True)):
        made = make_file(actor=CATHERINE, request=request.id, notes=given, now=LATER)
        [told] = made.fiches[0].calls
        assert (told.note, told.withheld) == (text, withheld)


def test_notes_are_read_for_a_proved_person_who_asks_for_access_only() -> None:
    [registered] = enter(dossier(person(101), named(WOMAN)))
    called(registered.contacts[0])
    unproved = asked(RequestKind.ACCESS, WOMAN)
    other = ready(RequestKind.OPPOSITION, WOMAN)
    for request in (unproved, other, checked(asked(RequestKind.ACCESS, WOMAN))):
        assert notes_to_read(actor=CATHERINE, request=request.id, now=LATER) == []
    with pytest.raises(Denied):
        notes_to_read(actor=PAULA, request=unproved.id, now=LATER)
