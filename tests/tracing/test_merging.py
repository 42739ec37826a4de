"""Two fiches of one person become one with everything known of both, and two again exactly as they were."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, Submission, submission
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.models import Refusal
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import open_identity
from contact_covid.tracing import enums, models
from contact_covid.tracing.actions import snapshots
from contact_covid.tracing.actions.counter import FicheChanged, Visit, record_visits
from contact_covid.tracing.actions.health import HealthSaid, record_health
from contact_covid.tracing.actions.merging import lift_doubt, merge, take_back, tell_apart, undo
from contact_covid.tracing.doubles_queries import doubtful, numbers_made_one, survivors
from contact_covid.tracing.enums import Closure, ClosureReason, Consent, State
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import (
    Certificate,
    Contact,
    DatesComputed,
    Distinct,
    Exposure,
    Fiche,
    IndexCase,
    MaskDelivery,
    Merge,
    Reach,
    Stay,
)
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules import counter
from contact_covid.tracing.rules.health import HealthFacts
from contact_covid.tracing.rules.merging import MergeError, MergeErrorCode, Side
from tests.cast import BEATRICE, CLAIRE, PAUL, PAULA, TODAY, dossier, enter, named, person, search
from tests.clock import NOW
from tests.tracing.doubles import ELSEWHERE, JULIEN, LATER, decided, made_one, misspelt, two_contacts, whole_database
from tests.tracing.naming import naming_fiches

pytestmark = pytest.mark.usefixtures("rolled_back")
SOON = NOW + timedelta(minutes=3)
MUCH_LATER = LATER + timedelta(hours=1)


def sampled(fiche: Fiche, result: enums.TestResult, days: int) -> None:
    search(person(1), by=BEATRICE, now=LATER - timedelta(minutes=5))
    day = TODAY - timedelta(days=days)
    done = counter.TestDone(True, day, enums.TestKind.PCR, result, None if result == enums.TestResult.PENDING else day)
    record_visits(actor=BEATRICE, visits=[Visit(fiche.id, test=done)], now=LATER - timedelta(minutes=4))


def test_all_that_is_known_of_both_is_on_the_one_that_stays() -> None:
    first, second = two_contacts(by=PAULA)
    assert second.doubtful
    made_one(first, second, choices={"phone": Side.SECOND})

    assert set(Exposure.objects.values_list("contact_fiche", flat=True)) == {first.id}
    assert (second.closure, second.closure_reason) == (Closure.CANCELLED, ClosureReason.DUPLICATE)
    assert first.closure == Closure.OPEN
    assert survivors([second.id, first.id]) == {second.id: first.id}
    assert numbers_made_one(first.number) == [second.number]
    sealed = SealedIdentity.objects.get(fiche=first.id)
    assert open_identity(first.id, sealed.value) == misspelt(person(1), nir=person(1).nir)
    assert not first.doubtful


def test_the_physician_of_the_other_fiche_reads_what_she_typed_on_the_one_that_stays() -> None:
    first, second = two_contacts(by=PAULA)
    made_one(first, second)

    opened = own_fiche(PAULA, first.id)
    assert open_identity(first.id, opened.sealed.value) == misspelt(person(1))
    assert opened.shared
    assert len(opened.links) == 1


def test_the_latest_exposure_dates_the_one_person() -> None:
    woman = person(1)
    [one] = enter(dossier(person(101), named(woman, last_contact=TODAY - timedelta(days=6), same_household=True)))
    [other] = enter(dossier(person(201), named(misspelt(woman), last_contact=TODAY - timedelta(days=1))), now=SOON)
    made_one(one.contacts[0], other.contacts[0])

    contact = Contact.objects.get(fiche=one.contacts[0])
    assert (contact.last_contact, contact.same_household) == (TODAY - timedelta(days=1), True)


def test_of_two_exposures_to_one_person_the_graver_counts() -> None:
    woman = person(1)
    [one] = enter(dossier(person(101), named(woman, last_contact=TODAY - timedelta(days=6)), named(misspelt(woman))))
    first, second = sorted(one.contacts, key=lambda fiche: fiche.id)
    made_one(first, second)

    [exposure] = Exposure.objects.filter(contact_fiche=first)
    assert exposure.last_contact == TODAY - timedelta(days=3)
    assert Contact.objects.get(fiche=first).last_contact == TODAY - timedelta(days=3)


def test_each_sampling_of_both_stands_and_the_last_one_is_the_fact() -> None:
    first, second = two_contacts(nir=person(1).nir, phone=person(1).phone, birth_date=None)
    sampled(first, enums.TestResult.NEGATIVE, 2)
    sampled(second, enums.TestResult.PENDING, 1)
    made_one(first, second)

    assert (first.test, first.state) == (enums.TestFact.SAMPLED, State.TESTED)
    assert models.Test.objects.filter(fiche=first, superseded_at=None).count() == 2


def test_what_is_known_of_her_health_and_needs_is_known_of_the_one_person_and_dates_her() -> None:
    first, second = two_contacts()
    vaccinated = TODAY - timedelta(days=60)
    record_health(actor=PAUL, said=HealthSaid(second.id, HealthFacts(vaccinated_on=vaccinated), key()), now=SOON)
    Fiche.objects.filter(id=second.id).update(support_needs=["meals"], language=enums.Spoken.WOLOF)
    told = DatesComputed.objects.filter(fiche=first).count()
    made = made_one(first, second)

    assert models.Health.objects.get(fiche=first).vaccinated_on == vaccinated
    assert (first.support_needs, first.language) == (["meals"], enums.Spoken.WOLOF)
    dates = Contact.objects.get(fiche=first)
    assert dates.tests == Contact.objects.get(fiche=second).tests
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    kept = DatesComputed.objects.filter(fiche=first).order_by("computed_at", "id")
    assert kept.count() in (told, told + 2)
    assert kept.last().isolation_until == Contact.objects.get(fiche=first).isolation_until  # type: ignore[union-attr]


def test_who_became_a_case_is_found_by_the_fiche_that_stays() -> None:
    first, second = case_again_a_contact()
    case = IndexCase.objects.get(was_contact=second)
    made = made_one(first, second)
    assert IndexCase.objects.get(fiche=case.fiche_id).was_contact_id == first.id
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    assert IndexCase.objects.get(fiche=case.fiche_id).was_contact_id == second.id


def test_named_again_as_she_was_written_first_or_last_she_has_the_one_fiche() -> None:
    first, second = two_contacts()
    made_one(first, second)
    for number, spelling in ((401, person(1)), (402, misspelt(person(1)))):
        [again] = enter(dossier(person(number), named(spelling)), now=MUCH_LATER)
        assert again.contacts[0].id == first.id


# --- What cannot be merged -----------------------------------------------------------------------------------------


def refused(first: Fiche, second: Fiche) -> MergeErrorCode:
    with pytest.raises(MergeError) as told:
        made_one(first, second)
    return MergeErrorCode(told.value.code)


def test_a_contact_and_a_patient_zero_stay_two() -> None:
    [one] = enter(dossier(person(1)))
    [other] = enter(dossier(person(9), named(misspelt(person(1)))))
    assert refused(one.index, other.contacts[0]) is MergeErrorCode.KINDS_DIFFER


def test_who_were_told_apart_stay_two_until_that_is_taken_back() -> None:
    first, second = two_contacts()
    pair = (first.id, second.id)
    tell_apart(actor=JULIEN, fiches=pair, now=LATER)
    tell_apart(actor=JULIEN, fiches=pair[::-1], now=LATER)
    assert doubtful(JULIEN, LATER, limit=10)[0] == []
    assert refused(first, second) is MergeErrorCode.TOLD_APART
    take_back(actor=JULIEN, fiches=pair, now=LATER)
    assert {line.fiche.id for line in doubtful(JULIEN, LATER, limit=10)[0]} == set(pair)
    made_one(first, second)


def test_a_cancelled_fiche_is_not_merged_twice() -> None:
    first, second = two_contacts()
    made_one(first, second)
    assert refused(first, second) is MergeErrorCode.NOT_OPEN


def test_another_area_a_counter_and_a_stale_page_are_refused() -> None:
    first, second = two_contacts()
    with pytest.raises(FicheNotFound):
        made_one(first, second, by=ELSEWHERE)
    with pytest.raises(Denied):
        made_one(first, second, by=CLAIRE)
    with pytest.raises(FicheChanged):
        made_one(first, second, versions={first.id: first.version, second.id: second.version + 1})
    assert not Merge.objects.exists()


def test_a_form_pressed_twice_is_one_merge() -> None:
    first, second = two_contacts()
    said = decided(first, second, submission=submission("once", {}))
    made = merge(actor=JULIEN, merging=said, now=LATER)
    with pytest.raises(AlreadyRecorded) as again:
        merge(actor=JULIEN, merging=said, now=LATER)
    assert (again.value.target, again.value.same) == (made, True)


# --- The way back --------------------------------------------------------------------------------------------------


def masked(fiche: Fiche) -> None:
    search(person(1), by=CLAIRE, now=LATER - timedelta(minutes=5))
    given = counter.Masks(True, 14, TODAY)
    record_visits(actor=CLAIRE, visits=[Visit(fiche.id, masks=given)], now=LATER - timedelta(minutes=4))


def stayed(fiche: Fiche) -> None:
    place = new_id(LATER)
    value = ring().seal(b"{}", period=period_of(NOW), context=f"tracing.Stay.value:{place}")
    Stay.objects.create(
        id=place,
        fiche=fiche,
        kind=enums.StayKind.WORK,
        since=TODAY,
        until=TODAY,
        period=period_of(NOW),
        value=value,
        places=[bytes(16)],
        created_at=LATER,
        author_account=fiche.author_account,
        author_practice=fiche.author_practice,
    )


def plain() -> tuple[Fiche, Fiche]:
    return two_contacts()


def of_two_practices() -> tuple[Fiche, Fiche]:
    first, second = two_contacts(by=PAULA)
    enter(dossier(person(301), named(misspelt(person(1)))), by=PAUL, now=NOW + timedelta(minutes=2))
    return first, second


def with_records() -> tuple[Fiche, Fiche]:
    first, second = two_contacts(nir=person(1).nir, phone=person(1).phone, birth_date=None)
    sampled(first, enums.TestResult.NEGATIVE, 2)
    sampled(second, enums.TestResult.PENDING, 1)
    masked(first)
    masked(second)
    for fiche in (first, second):
        stayed(fiche)
    return first, second


def exposed_alike() -> tuple[Fiche, Fiche]:
    woman = person(1)
    [one] = enter(dossier(person(101), named(woman, same_household=True), named(misspelt(woman))))
    first, second = sorted(one.contacts, key=lambda fiche: fiche.id)
    return first, second


def patients_zero() -> tuple[Fiche, Fiche]:
    [one] = enter(dossier(person(1), named(person(11)), named(person(12))))
    [other] = enter(dossier(misspelt(person(1)), named(person(12)), named(person(13)), onset=None), by=PAULA)
    return one.index, other.index


def key() -> Submission:
    return submission(str(uuid4()), {})


def case_again_a_contact() -> tuple[Fiche, Fiche]:
    """The laboratory corrected the positive test of the second: she is a contact again, her fiche as a case stays."""
    first, second = two_contacts(nir=person(1).nir, phone=person(1).phone, birth_date=None)
    search(person(1), by=BEATRICE, now=LATER - timedelta(minutes=9))
    for minutes, result in ((8, enums.TestResult.POSITIVE), (7, enums.TestResult.NEGATIVE)):
        done = counter.TestDone(True, TODAY, enums.TestKind.PCR, result, TODAY)
        known = models.Test.objects.filter(fiche=second).values_list("sampling", flat=True).first()
        at = LATER - timedelta(minutes=minutes)
        record_visits(actor=BEATRICE, visits=[Visit(second.id, test=done, sampling=known)], now=at)
    return first, second


def with_all_there_is() -> tuple[Fiche, Fiche]:
    """Health, letters, what agencies may open, needs, a language, further declarations."""
    first, second = of_two_practices()
    facts = HealthFacts(TODAY - timedelta(days=60), TODAY - timedelta(days=2))
    record_health(actor=PAUL, said=HealthSaid(first.id, facts, key()), now=SOON)
    record_health(actor=PAULA, said=HealthSaid(second.id, facts._replace(onset=TODAY), key()), now=SOON)
    region = "93"
    for fiche, source in ((first, 1), (second, 1), (second, 2)):
        Reach.objects.create(id=new_id(NOW), fiche=fiche, region=region, source=UUID(int=source), since=NOW)
        Refusal.objects.get_or_create(fiche=fiche.id, channel=Channel.EMAIL, defaults={"since": NOW})
        Fiche.objects.filter(id=fiche.id).update(support_needs=["meals"], language=enums.Spoken.WOLOF)
        digest = os.urandom(32)
        Certificate.objects.create(
            id=new_id(NOW), fiche=fiche, since=TODAY, digest=digest, birth=digest, issued_at=NOW,
            account=fiche.author_account, practice=fiche.author_practice,
        )  # fmt: skip
    return first, second


def of_one_household() -> tuple[Fiche, Fiche]:
    """Who lives with a patient zéro is dated by her recovery."""
    together = {"same_household": True}
    [one] = enter(dossier(person(1), named(person(11), **together), named(person(12), **together)))
    [other] = enter(
        dossier(misspelt(person(1)), named(person(12), **together), named(person(13), **together), onset=TODAY),
        by=PAULA,
    )
    facts = HealthFacts(recovered_on=TODAY, symptoms_ended_on=TODAY)
    record_health(actor=PAULA, said=HealthSaid(other.index.id, facts._replace(onset=TODAY), key()), now=SOON)
    return one.index, other.index


SITUATIONS = [plain, of_two_practices, with_records, exposed_alike, patients_zero]
SITUATIONS += [case_again_a_contact, with_all_there_is, of_one_household]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
@pytest.mark.parametrize("survivor", Side)
def test_undone_the_whole_database_is_as_it_was(situation: Callable[[], tuple[Fiche, Fiche]], survivor: Side) -> None:
    """Record by record, sealed bytes and search keys too; but the journal, the keys of forms, and the versions."""
    first, second = situation()
    before = whole_database()
    every = dict.fromkeys(("phone", "birth_name", "nir", "consent", "address", "onset", "sampling"), Side.SECOND)
    made = made_one(first, second, survivor=survivor, choices=every)
    assert whole_database() != before
    assert undo(actor=JULIEN, merge=made, now=MUCH_LATER) == []
    assert whole_database() == before
    assert Merge.objects.get(id=made).kept is None


# Where a fiche is named without being carried by the merge itself, and why that is right.
OTHERWISE = {
    "tracing_dates_computed.fiche": "a history of each fiche, which only grows",
    "tracing_merge.survivor": "the merge",
    "tracing_merge.loser": "the merge",
    "tracing_distinct.first": "who was told apart is not merged",
    "tracing_distinct.second": "who was told apart is not merged",
    "people_sealed_identity.fiche": "kept and put back with the rows",
    "people_search_key.fiche": "kept and put back with the rows",
    "people_lookup.fiches": "what was found is asked again",
    "worklist_lease.fiche": "nobody is calling; of the past it tells which fiche was called",
    "worklist_attempt.fiche": "read of all fiches that were made one",
    "worklist_assignment.fiche": "of the fiche in the queue, which is the survivor's own",
    "worklist_job_item.fiche": "what a job did to which fiche; one that was merged is left out by the act",
    "messaging_message.fiche": "tells what was sent about which fiche",
    "demo_fiche.fiche": "made up",
    "journal_entry.fiches": "tells what was done to which fiche",
    "clusters_member.fiche": "moved by clusters.actions.doubles",
    "clusters_hand_over.fiche": "answered for the survivor",
    "tracing_answers.fiche": "read of all fiches that were made one",
    "support_request.fiche": "answered for the survivor",
    "clusters_signal_case.fiche": "accepted for the survivor",
    "retention_request_fiche.fiche": "a request is about all fiches that were made one",
}


def test_whatever_names_a_fiche_has_a_rule_for_merges() -> None:
    """A new table that points to fiches has to be carried, or to say here why it is not."""
    carried = {
        f"{model._meta.db_table}.{owner}"
        for model, owners in snapshots.TABLES.values()
        for owner in owners
        if owner not in ("id", "practice", "author_practice")  # those of people: see ``test_merging_own``
    }
    assert naming_fiches() == carried | OTHERWISE.keys()
    assert not carried & OTHERWISE.keys()


def test_a_page_read_before_or_between_is_stale_after_the_way_back() -> None:
    first, second = two_contacts()
    versions = [first.version, second.version]
    made = made_one(first, second)
    versions += [first.version, second.version]
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    for fiche in (first, second):
        fiche.refresh_from_db()
        assert fiche.version > max(versions)


def test_what_was_written_since_stays_and_is_told() -> None:
    first, second = with_records()
    made = made_one(first, second)
    search(person(1), by=BEATRICE, now=MUCH_LATER)
    done = counter.TestDone(True, TODAY, enums.TestKind.ANTIGEN, enums.TestResult.NEGATIVE, TODAY)
    record_visits(actor=BEATRICE, visits=[Visit(first.id, test=done)], now=MUCH_LATER)
    enter(dossier(person(900), named(person(1), last_contact=TODAY)), now=MUCH_LATER)

    assert set(undo(actor=JULIEN, merge=made, now=MUCH_LATER)) >= {"test", "exposure"}
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.test, first.state) == (enums.TestFact.NEGATIVE, State.NEGATIVE)
    assert (second.test, second.state) == (enums.TestFact.SAMPLED, State.TESTED)
    stand = models.Test.objects.filter(fiche=first, superseded_at=None).values_list("kind", flat=True)
    assert set(stand) == {enums.TestKind.PCR, enums.TestKind.ANTIGEN}
    assert Contact.objects.get(fiche=first).last_contact == TODAY
    assert MaskDelivery.objects.filter(fiche=first, superseded_at=None).count() == 1


def test_the_last_merge_is_undone_first() -> None:
    first, second = two_contacts()
    [third] = enter(dossier(person(300), named(misspelt(person(1), phone="+33639980043"))), now=SOON)
    one = made_one(first, second)
    two = made_one(third.contacts[0], first, survivor=Side.SECOND, now=MUCH_LATER)
    assert survivors([second.id]) == {second.id: third.contacts[0].id}
    with pytest.raises(MergeError) as told:
        undo(actor=JULIEN, merge=one, now=MUCH_LATER)
    assert told.value.code is MergeErrorCode.NOT_LAST
    undo(actor=JULIEN, merge=two, now=MUCH_LATER)
    undo(actor=JULIEN, merge=one, now=MUCH_LATER)
    with pytest.raises(MergeError) as told:
        undo(actor=JULIEN, merge=one, now=MUCH_LATER)
    assert told.value.code is MergeErrorCode.UNDONE


def test_the_journal_names_both_fiches_of_each_act() -> None:
    first, second = two_contacts()
    made = made_one(first, second, choices={"consent": Side.FIRST})
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    kinds = (TracingEvent.MERGED, TracingEvent.MERGE_UNDONE)
    told = list(Entry.objects.filter(kind__in=kinds).order_by("at").values_list("kind", "fiches"))
    assert told == [(kind, [first.number, second.number]) for kind in kinds]


# --- What is proposed ----------------------------------------------------------------------------------------------


def test_a_doubt_that_has_lost_its_reason_is_lifted_by_hand() -> None:
    first, second = two_contacts()
    Fiche.objects.filter(id=first.id).update(closure=Closure.CLOSED, state=State.CLOSED)
    [line], after = doubtful(JULIEN, LATER, limit=10)
    assert (line.fiche.id, line.resembling, after) == (second.id, (), None)
    lift_doubt(actor=JULIEN, fiche=second.id, now=LATER)
    assert doubtful(JULIEN, LATER, limit=10)[0] == []


def test_pages_of_doubtful_fiches_follow_one_another() -> None:
    seconds = [two_contacts(number)[1].id for number in range(1, 6)]
    found, after = [], None
    for _ in range(3):
        lines, after = doubtful(JULIEN, LATER, after=after, limit=2)
        found += [line.fiche.id for line in lines]
    assert (sorted(found), after) == (sorted(seconds), None)


def test_another_consent_never_wins_over_a_refusal() -> None:
    woman = person(1)
    [one] = enter(dossier(person(101), named(woman, consent=Consent.REFUSES)))
    [other] = enter(dossier(person(201), named(misspelt(woman))), now=SOON)
    made_one(one.contacts[0], other.contacts[0])
    assert Fiche.objects.get(id=one.contacts[0].id).consent == Consent.REFUSES


def test_what_one_fiche_opposed_holds_for_the_one_that_stays() -> None:
    first, second = two_contacts()
    Fiche.objects.filter(id=second.id).update(onward_opposed=True, consent=Consent.REFUSES)
    made_one(first, second, choices={"consent": Side.FIRST})
    assert (first.onward_opposed, first.consent) == (True, Consent.REFUSES)


# --- Any sequence --------------------------------------------------------------------------------------------------

ACTS = st.lists(st.sampled_from(["merge", "other way", "undo", "undo", "apart", "back"]), min_size=1, max_size=6)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, third=st.booleans())
def test_after_any_sequence_a_merged_person_has_one_open_fiche_and_all_undone_is_nothing(
    acts: list[str], third: bool
) -> None:
    with transaction.atomic():
        fiches = list(two_contacts())
        if third:
            [more] = enter(dossier(person(300), named(misspelt(person(1), phone="+33639980043"))), now=SOON)
            fiches.append(more.contacts[0])
        before = whole_database("doubtful")
        walk(fiches, acts)
        for made in Merge.objects.filter(undone_at=None).order_by("-at"):
            undo(actor=JULIEN, merge=made.id, now=MUCH_LATER)
        for each in Distinct.objects.all():
            take_back(actor=JULIEN, fiches=(each.first_id, each.second_id), now=MUCH_LATER)
        assert whole_database("doubtful") == before
        transaction.set_rollback(True)


def walk(fiches: list[Fiche], acts: list[str]) -> None:
    """What is not possible is refused; after each step what was merged leads to one open fiche."""
    for step, act in enumerate(acts):
        now = LATER + timedelta(minutes=step)
        first, second = fiches[step % len(fiches)], fiches[(step + 1) % len(fiches)]
        standing = Merge.objects.filter(undone_at=None).order_by("-at").first()
        with suppress(MergeError):
            if act in ("merge", "other way"):
                made_one(first, second, now=now, survivor=Side.FIRST if act == "merge" else Side.SECOND)
            elif act == "undo" and standing:
                undo(actor=JULIEN, merge=standing.id, now=now)
            elif act == "apart":
                tell_apart(actor=JULIEN, fiches=(first.id, second.id), now=now)
            elif act == "back":
                take_back(actor=JULIEN, fiches=(first.id, second.id), now=now)
        led = survivors([fiche.id for fiche in fiches])
        open_ = set(
            Fiche.objects.filter(id__in=[f.id for f in fiches], closure=Closure.OPEN).values_list("id", flat=True)
        )
        assert open_ == {fiche.id for fiche in fiches} - led.keys()
        assert set(led.values()) <= open_
